import { htmlToMarkdown } from '../../../../documents/conversion/html/html.ts';

test.each([
  ['<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>', '1. a\n    - b\n2. c'],
  ['<ul><li>a</li><li> </li></ul>', '- a'],
  ['<ol start="7"><li>Close<li>Open</ol>', '7. Close\n8. Open'],
  ['<ol><li value="3">three<li>four<li value="x">five</ol>', '3. three\n4. four\n5. five'],
  ['<ol reversed><li>a<li>b<li>c</ol>', '3. a\n2. b\n1. c'],
  ['<ol reversed start="10"><li>a<li>b</ol>', '10. a\n9. b'],
  ['<ol start="99999999999"><li>a</ol>', '1. a'],
  ['<ol start="1000"><li>a<ul><li>b</ul></ol>', '1000. a\n      - b'],
  ['<ul><li>a<ul><li>b</ul></ul>', '- a\n    - b'],
  ['<ul><li>a</li><ul><li>b</li></ul></ul>', '- a\n    - b'],
  ['<ul>stray<li>a</ul>', 'stray\n\n- a'],
  ['<ul><li><ul><li>a<li>b</ul></ul>', '-   - a\n    - b'],
  ['<ul><li><input type="checkbox" checked> done<li><input type="checkbox"> open</ul>', '- [x] done\n- [ ] open'],
])('%s', (html, markdown) => {
  expect(htmlToMarkdown(html)).toBe(markdown);
});

test('everything in an item stays below it, code included', () => {
  const code = '<pre><code class="language-js">if (a)\n    b();\n</code></pre>';
  expect(htmlToMarkdown(`<ol><li>one<br>two${code}after</li></ol>`)).toBe(
    '1. one  \n    two\n    ```js\n    if (a)\n        b();\n    ```\n    after',
  );
});

test('an item has an empty line only where two blocks would become one', () => {
  const item = '<p>a<p>b<table><tr><td>1</table>c<blockquote>d</blockquote>e<ol start=4><li>f</ol>';
  expect(htmlToMarkdown(`<ul><li>${item}</ul>`)).toBe(
    '- a  \n    b\n\n    | 1 |\n    | --- |\n\n    c\n\n    > d\n\n    e\n\n    4. f',
  );
});

test('code that begins an item begins where its other lines do', () => {
  expect(htmlToMarkdown('<ul><li><pre>a\nb</pre></ul>')).toBe('-   ```\n    a\n    b\n    ```');
});

test('terms and their descriptions are one item, in groups or not', () => {
  const list = '<dl><dt>Cello<dt>Violoncello<dd>low<div><dt>Flute<dd><p>high</div></dl>';
  expect(htmlToMarkdown(list)).toBe('- Cello  \n    Violoncello  \n    low\n- Flute  \n    high');
});

test('lists nested without end are read as paragraphs from a depth on', () => {
  const markdown = htmlToMarkdown('<ul><li>x'.repeat(100));
  expect(markdown.match(/x/g)).toHaveLength(100);
  expect(Math.max(...markdown.split('\n').map((line) => line.search(/\S/)))).toBe(16 * 4);
});

test.each([
  ['a', '- c. x'],
  ['I', '- III. x'],
  ['1', '3. x'],
  ['other', '3. x'],
])('numbers of the type %s', (type, markdown) => {
  expect(htmlToMarkdown(`<ol type="${type}" start="3"><li>x</li></ol>`)).toBe(markdown);
});
