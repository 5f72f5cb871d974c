import fc from 'fast-check';
import { htmlToMarkdown } from '../../../../documents/conversion/html/html.ts';
import { requireLinearTime } from '../../../growth.ts';

test.each([
  ['<ul><li>a<li>b</ul>', '- a\n- b'],
  ['<ul><li>a<ul><li>b</ul><li>c</ul>', '- a\n    - b\n- c'],
  ['<table><tr><td>a<td>b<tr><td>c</table>', '| a | b |\n| --- | --- |\n| c |  |'],
  ['<p>a<p>b<div>c</div>', 'a\n\nb\n\nc'],
  ['<td>a</table>b</td>', 'ab'],
  ['a<br>b<img src=x>', 'a  \nb![](x)'],
  ['<a href=/x/>text</a>', '[text](/x/)'],
  ['<svg><path/><text>x</text></svg>y', 'y'],
  ['<script>if (a < b) "</p>"</script>c', 'c'],
  ['<!-- <p> -->a', 'a'],
  ['1 < 2 <> 3', '1 < 2 <> 3'],
  ['<p title="a > b">c', 'c'],
  ['<p>it’s 5" wide</p>', 'it’s 5" wide'],
  ['a<table><caption>b</caption>c<tr><td>d</table>', 'ac\n\nb\n\n| d |\n| --- |'],
])('%s is read as browsers read it', (html, markdown) => {
  expect(htmlToMarkdown(html)).toBe(markdown);
});

const pieces = fc.constantFrom(
  ...(
    '<p> <b> <td> <tr> <table> <ul> <li> <div> <dl> <dt> <pre> <h1> <blockquote> <caption> </p> </b> </td> </table> </ul> </div> ' +
    '</pre> </h1> word word <br>'
  ).split(' '),
);

test('no word is lost, whatever the tags', () => {
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 40 }), (html) => {
      const words = (text: string) => text.match(/word/g)?.length ?? 0;
      expect(words(htmlToMarkdown(html.join(' ')))).toBe(words(html.join('')));
    }),
  );
});

test.each(['div', 'table><tr><td', 'ul><li', 'sup', 'select', 'math><mrow'])(
  'the text in <%s> nested twenty thousand deep stays',
  (name) => {
    const html = `${`<${name}>x `.repeat(1000)}${`<${name}>`.repeat(19_000)}end`;
    expect(htmlToMarkdown(html)).toContain('end');
  },
);

test.each<[string, (amount: number) => string]>([
  ['elements nested without end', (n) => '<div>'.repeat(n)],
  ['rows without end tags', (n) => `<table>${'<tr><td>a<td>b'.repeat(n / 4)}`],
  ['inline elements without end tags', (n) => '<span>x'.repeat(n)],
  ['empty elements in a row', (n) => `<p>${'<span></span>'.repeat(n)}x`],
  ['comments in a row', (n) => `<p>${'<!---->'.repeat(n)}x`],
  ['emphasis in emphasis', (n) => '<b>a<i>b'.repeat(n)],
  ['emphasis beside emphasis', (n) => `<p>${'<b>a.</b>b<i>.c</i>'.repeat(n / 4)}`],
  ['text before the table that it stands in', (n) => `<table>${'x<br>'.repeat(n)}`],
  ['items', (n) => `<ol>${'<li>x'.repeat(n)}`],
  ['lists in lists', (n) => '<ul><li>x'.repeat(n)],
  ['lines of code', (n) => `<pre>${'a\n'.repeat(2 * n)}`],
  ['backticks', (n) => `<code>${'`x'.repeat(2 * n)}</code>`],
  ['spaces in code', (n) => `<a href="/x"><pre>x${' '.repeat(5 * n)}x`],
  ['a word in a list', (n) => `<ul><li>${'x'.repeat(5 * n)}`],
  ['rules of style', (n) => `<style>${'.a .b{display:none}'.repeat(n / 2)}</style>${'<i class="a b">x'.repeat(n / 2)}`],
  ['gauges in gauges', (n) => `${'<meter>'.repeat(n / 20)}${'<b></b>'.repeat(n)}x`],
  [
    'rules of classes that others show',
    (n) =>
      `<style>${Array.from({ length: n }, (_, i) => `p:x>.a${i},p:x .b${i}{display:block}.a${i}.b${i}{display:none}`).join('')}</style>x`,
  ],
  ['hyphens in a rule', (n) => `<style>:root{${'-'.repeat(n)}}</style>x`],
  ['spaces in a selector', (n) => `<style>p:x${' '.repeat(10 * n)}b{display:none}</style>x`],
  ['layers in layers', (n) => `<style>${'@layer a{'.repeat(n)}${'p{}'.repeat(2 * n)}</style>x`],
])('%s take time in proportion to their length', async (_, html) => {
  await requireLinearTime((amount) => htmlToMarkdown(html(amount)), 1_250);
});

test('more elements than the memory has room for are refused, also when only bad tags imply them', () => {
  const fonts = Array.from({ length: 1100 }, (_, i) => `<p><font size=${i}>x`).join('');
  expect(() => htmlToMarkdown(fonts)).toThrow(
    'The page has more than 500000 elements, which are the most that are converted.',
  );
});
