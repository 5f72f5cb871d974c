import { htmlToMarkdown } from '../../../../documents/conversion/html/html.ts';
import { convert, refusal, utf8 } from '../local-conversion.ts';

function page(html: string): Promise<string> {
  return convert(utf8(html), 'page.html').then(({ markdown }) => markdown);
}

test('title, author and language come from the head, in plain text', async () => {
  const html =
    '<html lang=en-gb><title>Fish &amp; Chips &#8211; menu</title><meta content="The kitchen" name="author"><p>x';
  expect(await convert(utf8(html), 'page.html')).toMatchObject({
    title: 'Fish & Chips – menu',
    author: 'The kitchen',
    language: 'en-GB',
  });
});

test('leaves out scripts, styles, templates, comments and controls', async () => {
  const hidden = ['script', 'style', 'template', 'noscript', 'iframe', 'svg', 'select', 'textarea', 'button']
    .map((name) => `<${name}>no ${name}</${name}>`)
    .join('');
  expect(await page(`<body><!-- no comment -->${hidden}<p>yes</p></body>`)).toBe('yes\n');
});

test('text that looks like a tag stays text', () => {
  expect(htmlToMarkdown('<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>')).toBe('\\<script>alert(1)\\</script>');
});

test.each([
  'javascript:alert(1)',
  ' JavaScript:alert(1)',
  'java\nscript:alert(1)',
  '&#106;avascript:alert(1)',
  'vbscript:x',
  'data:text/html,<script>alert(1)</script>',
])('a link to %j keeps only its text', (href) => {
  expect(htmlToMarkdown(`<p><a href="${href}">text</a></p>`)).toBe('text');
});

test.each([
  ['https://example.org/a_(b)', '[text](https://example.org/a%5F%28b%29)'],
  ['../relative/page?q=a:b', '[text](../relative/page?q=a:b)'],
  ['mailto:office@example.org', '[text](mailto:office@example.org)'],
  ['#section', 'text'],
])('a link to %s becomes %s', (href, markdown) => {
  expect(htmlToMarkdown(`<p><a href="${href}">text</a></p>`)).toBe(markdown);
});

test('lists nest so that Markdown nests them as well', () => {
  expect(htmlToMarkdown('<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>')).toBe('1. a\n    - b\n2. c');
});

test('a cell with paragraphs, a list, a pipe and code stays one cell', () => {
  const cells = '<td><p>one</p><p>two</p></td><td><ul><li>a</li><li>b</li></ul></td><td>x | <code>y</code></td>';
  expect(htmlToMarkdown(`<table><tr><th>1<th>2<th>3</tr><tr>${cells}</tr></table>`)).toBe(
    '| 1 | 2 | 3 |\n| --- | --- | --- |\n| one<br>two | - a<br>- b | x \\| `y` |',
  );
});

test('cells stand under their columns where others span several', () => {
  const html = `<table><tr><th rowspan="2">a</th><th colspan="2">b</th></tr><tr><th>c</th><th>d</th></tr>
    <tr><td>1</td><td>2</td><td>3</td></tr></table>`;
  expect(htmlToMarkdown(html)).toBe('| a | b |  |\n| --- | --- | --- |\n|  | c | d |\n| 1 | 2 | 3 |');
});

test('a table that lays out a page is read as its contents', () => {
  const html = '<table><tr><td><h1>Menu</h1><table><tr><td>Soup</td><td>3.50</td></tr></table></td></tr></table>';
  expect(htmlToMarkdown(html)).toBe('# Menu\n\n| Soup | 3.50 |\n| --- | --- |');
});

test('spans that multiply into millions of cells are too large', async () => {
  const row = `<tr>${'<td colspan="1000" rowspan="1000">x</td>'.repeat(100)}</tr>`;
  expect(await refusal(page(`<table>${row.repeat(100)}</table>`))).toBe(
    'too-large: A table of the document has more than 1000000 cells.',
  );
});

test('an empty item is no item', () => {
  expect(htmlToMarkdown('<ul><li>a</li><li> </li></ul>')).toBe('- a');
});

test('everything in an item stays below it, code included', () => {
  const code = '<pre><code class="language-js">if (a)\n    b();\n</code></pre>';
  expect(htmlToMarkdown(`<ol><li>one<br>two${code}after</li></ol>`)).toBe(
    '1. one  \n    two\n    ```js\n    if (a)\n        b();\n    ```\n    after',
  );
});

test.each([
  ['elements nested without end', '<div>'.repeat(100_000)],
  ['rows without end tags', `<table>${'<tr><td>a<td>b'.repeat(5000)}`],
  ['inline elements without end tags', '<span>x'.repeat(20_000)],
  ['a word of a hundred thousand letters in a list', `<ul><li>${'x'.repeat(100_000)}</li></ul>`],
])('%s take no long time', async (_, html) => {
  const start = performance.now();
  await page(`${html}<p>end`);
  expect(performance.now() - start).toBeLessThan(2000);
});

test('the charset that the page declares is believed', async () => {
  const html = Buffer.from('<meta charset="windows-1251"><p>\xcf\xf0\xe8', 'latin1');
  expect((await convert(html, 'page.html')).markdown).toBe('При\n');
});

test('a page without text is empty', async () => {
  expect(await refusal(page('<html><body><script>x</script></body></html>'))).toBe(
    'empty: The document is empty: it has no text.',
  );
});

test('an address of megabytes is none', () => {
  expect(htmlToMarkdown(`<a href="${'('.repeat(1_000_000)}">text</a>`)).toBe('text');
});

test('long runs of spaces take no time, in a link or not', () => {
  const spaces = `x${' '.repeat(200_000)}x`;
  const started = performance.now();
  htmlToMarkdown(`<pre>${spaces}</pre><a href="http://x/"><pre>${spaces}</pre></a>`);
  expect(performance.now() - started).toBeLessThan(2000);
});
