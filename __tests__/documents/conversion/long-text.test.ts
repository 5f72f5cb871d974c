import fc from 'fast-check';
import { countWords, inOneLine, piecesOf } from '../../../documents/conversion/long-text.ts';
import { requireLinearTime } from '../../growth.ts';

const LIMIT = 65_536;

test('pieces are the text again, none longer than the limit, and no character is cut in two', () => {
  const unit = fc.constantFrom('a', ' ', '\n', '😀');
  const texts = fc
    .array(fc.tuple(unit, fc.nat(40_000)), { maxLength: 6 })
    .map((runs) => runs.map(([s, n]) => s.repeat(n)).join(''));
  fc.assert(
    fc.property(texts, (text) => {
      const pieces = [...piecesOf(text)];
      expect(pieces.join('')).toBe(text);
      expect(pieces.every((piece) => piece.length <= LIMIT && piece.isWellFormed())).toBe(true);
    }),
    { numRuns: 50 },
  );
});

test('lines and words stay whole where they can', () => {
  expect([...piecesOf(`${'line\n'.repeat(20_000)}`)].every((piece) => piece.endsWith('\n'))).toBe(true);
  expect([...piecesOf('word '.repeat(20_000))].every((piece) => piece.endsWith(' '))).toBe(true);
});

test.each([
  ['one\ntwo', 'one two'],
  ['  one  \n\n\t two\n', 'one two'],
  ['one', 'one'],
  ['', ''],
])('%j in one line is %j', (text, line) => {
  expect(inOneLine(text)).toBe(line);
});

test('a line of many spaces is joined in a time that does not grow with their square', async () => {
  await requireLinearTime((length) => inOneLine(`x${' '.repeat(length)}x\n`), 25_000);
});

test.each([
  ['Two words.', 2],
  ['<!-- page 1 -->\n\n# A title\n\n- one\n2. two', 4],
  ['| a | b |\n| --- | --- |\n| c<br>d | 1,234.50 |', 5],
  ['a [link to it](https://example.org/a_b) and <https://example.org>', 5],
  ["well-known, isn't it?", 3],
  ['**bold** and *x*', 3],
  ['日本語のテスト', 7],
  ['한국어 문서', 2],
  ['版本2.0 of it', 5],
  ['— … | ***', 0],
])('%j has %d words', (markdown, words) => {
  expect(countWords(markdown)).toBe(words);
});

test.each(['<!--', '](', '<http:', '\n '])(
  'markup that begins with %j very often and never ends is counted in a time that does not grow with its square',
  async (beginning) => {
    await requireLinearTime((times) => {
      expect(countWords(`${beginning.repeat(times)}word`)).toBeLessThan(20);
    }, 25_000);
  },
);
