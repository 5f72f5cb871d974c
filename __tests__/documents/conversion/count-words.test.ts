import { countWords } from '../../../documents/conversion/count-words.ts';
import { languageTag } from '../../../documents/conversion/language-tag.ts';

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

test.each([
  ['en-us', 'en-US'],
  ['de_CH', 'de-CH'],
  [' zh-Hant-TW ', 'zh-Hant-TW'],
  ['x-none', undefined],
  ['not a language', undefined],
  ['', undefined],
  [7, undefined],
])('the language %j is %j', (declared, tag) => {
  expect(languageTag(declared)).toBe(tag);
});

test.each(['<!--', '](', '<http:', '\n '])(
  'markup that begins with %j 200,000 times and never ends is counted at once',
  (beginning) => {
    const started = performance.now();
    expect(countWords(`${beginning.repeat(200_000)}word`)).toBeLessThan(20);
    expect(performance.now() - started).toBeLessThan(1000);
  },
);
