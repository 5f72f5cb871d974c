import { htmlToMarkdown } from '../../../../documents/conversion/html/html.ts';

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
  ['https://example.org/a_(b)', '[text](https://example.org/a_%28b%29)'],
  ['../relative/page?q=a:b', '[text](../relative/page?q=a:b)'],
  ['mailto:office@example.org', '[text](mailto:office@example.org)'],
  ['#section', 'text'],
  ['back\\slash', '[text](back%5Cslash)'],
])('a link to %s becomes %s', (href, markdown) => {
  expect(htmlToMarkdown(`<p><a href="${href}">text</a></p>`)).toBe(markdown);
});

test('an address of a hundred thousand signs is none', () => {
  expect(htmlToMarkdown(`<a href="${'('.repeat(100_000)}">text</a>`)).toBe('text');
});

test('a link whose text is its address is written once', () => {
  expect(htmlToMarkdown('<a href="https://example.org/x">https://example.org/x</a>')).toBe('<https://example.org/x>');
});

test('a link around blocks leads from each of them, and one without text from nowhere', () => {
  expect(htmlToMarkdown('<a href="/x"><h3>Title</h3><p>text</p></a><a href="/y"> </a>')).toBe(
    '### [Title](/x)\n\n[text](/x)',
  );
});

test('a bracket in a link cannot end it', () => {
  expect(htmlToMarkdown('<a href="/x">a] b</a> <a href="/y">[c]</a>')).toBe('[a\\] b](/x) [[c]](/y)');
});

test('a picture keeps its address, its alternative text and its title', () => {
  expect(htmlToMarkdown('<img src="a.png" alt="A [ship]" title="In &quot;port&quot;">')).toBe(
    '![A \\[ship\\]](a.png "In \\"port\\"")',
  );
});

test.each(['data:image/png;base64,AAAA', 'javascript:x'])('a picture at %j is its alternative text', (src) => {
  expect(htmlToMarkdown(`<p>A <img src="${src}" alt="rusted *hull*"> here`)).toBe('A rusted \\*hull\\* here');
});

test('the words in the place of a picture without an address stay', () => {
  expect(htmlToMarkdown('<p><img src="" alt="a picture"></p>')).toBe('![a picture]()');
  expect(htmlToMarkdown('<p><img alt="a ship"></p>')).toBe('a ship');
});
