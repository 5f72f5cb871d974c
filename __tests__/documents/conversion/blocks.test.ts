import fc from 'fast-check';
import { blocksToMarkdown, linkTo, tableToMarkdown } from '../../../documents/conversion/blocks.ts';

test('stands blocks apart and keeps a list together', () => {
  expect(
    blocksToMarkdown([
      { kind: 'heading', level: 2, text: 'List' },
      { kind: 'item', depth: 0, marker: '1.', text: 'one' },
      { kind: 'item', depth: 1, marker: '-', text: 'nested' },
      { kind: 'paragraph', text: 'After *it*.' },
    ]),
  ).toBe('## List\n\n1. one\n    - nested\n\nAfter \\*it\\*.');
});

test('a table gets its line below the head, and short rows their missing cells', () => {
  expect(tableToMarkdown([['a', 'b'], ['c']])).toBe('| a | b |\n| --- | --- |\n| c |  |');
});

test('a cell keeps its lines and pipes', () => {
  expect(tableToMarkdown([['one\ntwo', 'x | y', 'a \\| b']])).toContain('| one<br>two | x \\| y | a \\| b |');
});

test('every row of any table has the same number of columns', () => {
  const cell = fc.string({ unit: fc.constantFrom(...'ab |\n\\') });
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 5 }), (rows) => {
      const widths = tableToMarkdown(rows)
        .split('\n')
        .map((line) => line.match(/(?<!\\)(?:\\\\)*\|/g)?.length);
      expect(new Set(widths).size).toBe(1);
    }),
  );
});

test('a quotation keeps its lines apart', () => {
  expect(blocksToMarkdown([{ kind: 'quotation', text: 'one\ntwo *' }])).toBe('> one\n>\n> two \\*');
});

test('a long row and many short ones are too many cells', () => {
  expect(() => tableToMarkdown([Array(2000).fill('x'), ...Array(501).fill(['x'])])).toThrow(
    'A table of the document has more than 1000000 cells, empty ones included.',
  );
});

test.each([
  ['https://example.org/a_(b) c', 'a *text*', '[a \\*text\\*](https://example.org/a_%28b%29%20c)'],
  ['mailto:a@example.org', 'two\n[lines]', '[two \\[lines\\]](mailto:a@example.org)'],
  ['https://example.org', 'https://example.org', 'https://example.org'],
  ['javascript:alert(1)', 'no link', 'no link'],
  [`https://example.org/${'x'.repeat(2000)}`, 'no link', 'no link'],
  ['https://example.org', ' ', ''],
])('a link to %s from %j is %j', (address, text, markdown) => {
  expect(blocksToMarkdown([{ kind: 'paragraph', text: linkTo(address, text) }]).trim()).toBe(markdown);
});

test('several links stand among their text, in a cell too', () => {
  const text = `see ${linkTo('http://a', 'a')}, ${linkTo('http://b|', 'b')}*`;
  const markdown = 'see [a](http://a), [b](http://b%7C)\\*';
  expect(blocksToMarkdown([{ kind: 'item', depth: 0, marker: '-', text }])).toBe(`- ${markdown}`);
  expect(blocksToMarkdown([{ kind: 'table', rows: [[text]] }])).toBe(`| ${markdown} |\n| --- |`);
});
