import fc from 'fast-check';
import { htmlToMarkdown } from '../../../../documents/conversion/html/html.ts';

test.each([
  [
    'leak <em>very <i>small</i> today</em>, <b><strong>not urgent</strong></b>.',
    'leak *very small today*, **not urgent**.',
  ],
  ['<i>a <b>b</b> c</i>', '*a **b** c*'],
  ['<b>a</b><strong>b</strong> <b>c</b>', '**ab c**'],
  ['<b>bold <i>both</i></b><i>more</i>', '**bold *both***_more_'],
  ['before<b> inside </b>after', 'before **inside** after'],
  ['<b> </b><i></i>x', 'x'],
  ['<b>a <i>b</b> c</i>', '**a *b*** *c*'],
])('the emphasis of %s balances', (html, markdown) => {
  expect(htmlToMarkdown(`<p>${html}</p>`)).toBe(markdown);
});

test.each([
  ['10<sup>6</sup> l of H<sub>2</sub>O', '10<sup>6</sup> l of H<sub>2</sub>O'],
  ['a note<sup><a href="#n1">[1]</a></sup>', 'a note[1]'],
  ['a note<sup><i><a href="#n1">a</a></i></sup>', 'a note*a*'],
  ['<del>old</del> <ins>new</ins> <mark>seen</mark>', '~~old~~ new seen'],
  ['<kbd>Ctrl</kbd> <code>a*b</code> <samp>x</samp>', '`Ctrl` `a*b` `x`'],
  ['<code>a`b</code> <code>`</code>', '``a`b`` `` ` ``'],
  ['<code>see <b>x</b> <a href="/y">y</a></code>', '`see x` [`y`](/y)'],
  ['<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>', '漢(kan)'],
  ['<q>quoted</q> by <abbr title="World Health Organization">WHO</abbr>', '“quoted” by WHO'],
  ['soft<wbr>ware', 'software'],
])('%s becomes %s', (html, markdown) => {
  expect(htmlToMarkdown(`<p>${html}</p>`)).toBe(markdown);
});

test.each([
  ['&lt;script&gt;alert(1)&lt;/script&gt;', '\\<script>alert(1)\\</script>'],
  ['# no heading', '\\# no heading'],
  ['line<br>---', 'line  \n\\---'],
  ['line<br>&gt; no quotation', 'line  \n\\> no quotation'],
  ['*no* `code`', '\\*no\\* \\`code\\`'],
])('text that looks like syntax stays text: %s', (html, markdown) => {
  expect(htmlToMarkdown(`<p>${html}</p>`)).toBe(markdown);
});

test('a line break is one, two end the paragraph, and none stands at its ends', () => {
  expect(htmlToMarkdown('<p><br>a<br>b<br><br>c<br></p>')).toBe('a  \nb\n\nc');
});

const inline = fc.constantFrom(
  ...'<b> </b> <i> </i> <em> </em> <strong> </strong> <code> </code> <del> </del> <sup> </sup> <br> a . é'.split(' '),
  ' ',
);

test('delimiters balance and no letter is lost, whatever the tags', () => {
  fc.assert(
    fc.property(fc.array(inline, { maxLength: 30 }), (pieces) => {
      const markdown = htmlToMarkdown(`<p>${pieces.join('')}</p>`);
      const letters = (text: string) => text.replace(/<[^>]*>|[^aé.]/g, '');
      expect(letters(markdown)).toBe(letters(pieces.join('')));
      for (const delimiter of [/\*/g, /_/g, /~~/g, /`/g]) expect((markdown.match(delimiter) ?? []).length % 2).toBe(0);
      expect(markdown.match(/<sup>/g)?.length).toBe(markdown.match(/<\/sup>/g)?.length);
    }),
  );
});
