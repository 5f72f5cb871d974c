import { pageList, pagesToMarkdown } from '../../../documents/conversion/pages.ts';

test('a text that is written too often is refused before it is written once', () => {
  const block = { kind: 'table', rows: [Array<string>(21).fill('x'.repeat(1_000_000))] } as const;
  expect(() => pagesToMarkdown([{ number: 1, blocks: [block] }])).toThrow(
    'The document has 21000000 characters of text; at most 20000000 are converted.',
  );
});

test('each page stands behind its anchor, an empty one too', () => {
  const blocks = [{ kind: 'paragraph', text: 'one' }] as const;
  expect(
    pagesToMarkdown([
      { number: 1, blocks },
      { number: 4, blocks: [] },
    ]),
  ).toBe('<!-- page 1 -->\n\none\n\n<!-- page 4 -->');
});

test.each([
  [[3], 'Page 3'],
  [[2, 1], 'Pages 1 to 2'],
  [[7, 1, 4, 3, 5, 3], 'Pages 1, 3 to 5 and 7'],
])('the pages %j in words are %j', (numbers, words) => {
  expect(pageList(numbers)).toBe(words);
});
