import fc from 'fast-check';
import { escapeMarkdown } from '../../../../documents/conversion/text/escape-markdown.ts';

test.each([
  ['2 * 3 * 4', '2 \\* 3 \\* 4'],
  ['`code`', '\\`code\\`'],
  ['C:\\temp', 'C:\\\\temp'],
  ['<script>', '\\<script>'],
  ['_emphasis_ but snake_case', '\\_emphasis\\_ but snake_case'],
  ['[text](link)', '[text\\](link)'],
  ['# no heading', '\\# no heading'],
  ['> no quotation', '\\> no quotation'],
  ['~~~ no code', '\\~\\~\\~ no code'],
])('%s is escaped', (text, escaped) => {
  expect(escapeMarkdown(text)).toBe(escaped);
});

test.each(['- one\n- two', '* one\n  * two', '1. one', 'a < b', '#hashtag', 'see [1]', '5 > 3'])(
  '%j stays readable',
  (text) => {
    expect(escapeMarkdown(text)).toBe(text);
  },
);

test('loses nothing: without the backslashes before signs it is the text again', () => {
  const signs = fc.constantFrom(...'\\`*_<>[]()#~-+.! \nax1');
  fc.assert(
    fc.property(fc.string({ unit: signs }), (text) => {
      expect(escapeMarkdown(text).replace(/\\([!-/:-@[-`{-~])/g, '$1')).toBe(text);
    }),
  );
});

test('never leaves a tag that a reader could run', () => {
  const html = fc.string({ unit: fc.constantFrom(...'<>/!?abc\\` ') });
  fc.assert(
    fc.property(html, (text) => {
      expect(escapeMarkdown(text).replace(/\\./g, '-')).not.toMatch(/<[a-z/!?]/i);
    }),
  );
});
