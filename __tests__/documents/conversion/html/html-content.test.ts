import { htmlToMarkdown } from '../../../../documents/conversion/html/html.ts';

test('<pre> is a fence, with code in it or not, and nothing in it is syntax', () => {
  expect(htmlToMarkdown('<pre># restart\n* wait *\n  on&nbsp;</pre>')).toBe('```\n# restart\n* wait *\n  on \n```');
  expect(htmlToMarkdown('<pre class="lang-sh">\n\n<b>a</b>\n<code>b</code>\n\n</pre>')).toBe('```sh\na\nb\n```');
  expect(htmlToMarkdown('<pre> \n </pre>x')).toBe('x');
});

test('a fence is longer than any in it', () => {
  expect(htmlToMarkdown('<pre>a\n````\nb</pre>')).toBe('`````\na\n````\nb\n`````');
});

test.each(
  (
    'details summary figure figcaption fieldset legend address main header footer nav aside section article center hgroup menu ' +
    'dir form search dt dd div p option'
  ).split(' '),
)('two <%s> are two paragraphs', (name) => {
  expect(htmlToMarkdown(`<${name}>Alpha</${name}><${name}>Beta</${name}>`)).toBe('Alpha\n\nBeta');
});

test('labels do not become one word, and open dialogs are read', () => {
  expect(htmlToMarkdown('<label>Alpha</label><label>Beta</label><dialog open>Gamma</dialog>')).toBe(
    'Alpha Beta\n\nGamma',
  );
});

test.each([
  ['<h1>a<br>b</h1>', '# a b'],
  ['<h2><div>a</div><div>b</div></h2>', '## a b'],
  ['<h3>C #</h3>', '### C \\#'],
  ['<h4> </h4>x', 'x'],
])('a heading is one line: %s', (html, markdown) => {
  expect(htmlToMarkdown(html)).toBe(markdown);
});

test('a quotation keeps its paragraphs and lists', () => {
  expect(htmlToMarkdown('<blockquote><p>a<p>b<blockquote>c</blockquote><ul><li>d</ul></blockquote>e<hr>f')).toBe(
    '> a\n>\n> b\n>\n> > c\n>\n> - d\n\ne\n\n---\n\nf',
  );
});

test('marks go on into the blocks within them', () => {
  expect(htmlToMarkdown('<b>a<p>b</p>c</b>')).toBe('**a**\n\n**b**\n\n**c**');
});
