import { htmlToMarkdown } from '../../../../documents/conversion/html/html.ts';

test('a cell with paragraphs, a list, a pipe and code stays one cell', () => {
  const cells = '<td><p>one</p><p>two</p></td><td><ul><li>a</li><li>b</li></ul></td><td>x | <code>y</code></td>';
  expect(htmlToMarkdown(`<table><tr><th>1<th>2<th>3</tr><tr>${cells}</tr></table>`)).toBe(
    '| 1 | 2 | 3 |\n| --- | --- | --- |\n| one<br>two | - a<br>- b | x \\| `y` |',
  );
});

test('a cell with a heading, a link and preformatted lines', () => {
  const cells = '<td><h2>Head</h2></td><td><a href="/x">link</a></td><td><pre># a\n\n# b</pre></td>';
  expect(htmlToMarkdown(`<table><tr>${cells}</tr></table>`)).toBe(
    '| Head | [link](/x) | `# a`<br>`# b` |\n| --- | --- | --- |',
  );
});

test('a cell that spans columns or rows stands in each of them', () => {
  const html = `<table><tr><th rowspan="2">a</th><th colspan="2">b</th></tr><tr><th>c</th><th>d</th></tr>
    <tr><td>1</td><td>2</td><td>3</td></tr></table>`;
  expect(htmlToMarkdown(html)).toBe('| a | b | b |\n| --- | --- | --- |\n| a | c | d |\n| 1 | 2 | 3 |');
});

test('a cell across the whole table stands there once', () => {
  const html =
    '<table><tr><th colspan="3">Ships<tr><th colspan="2">a<th>b<tr><td>1<td>2<td>3<tr><td colspan="3">Note</table>';
  expect(htmlToMarkdown(html)).toBe(
    '| Ships |  |  |\n| --- | --- | --- |\n| a | a | b |\n| 1 | 2 | 3 |\n| Note |  |  |',
  );
});

test('a row whose cells all reach into the next one is that row', () => {
  const html = `<table><tr><th>year<th>month<th>sold<tr><th rowspan="3">2025<tr><td>May<td>7<tr><td>June<td>8
    <tr><td rowspan="2">2026</td><td rowspan="2">July</table>`;
  expect(htmlToMarkdown(html)).toBe(
    '| year | month | sold |\n| --- | --- | --- |\n| 2025 | May | 7 |\n| 2025 | June | 8 |\n| 2026 | July |  |',
  );
});

test('spans that multiply a long text are too large', () => {
  const html = `<table><tr><td colspan="1000" rowspan="900">${'x'.repeat(100)}<td>y${'<tr>'.repeat(900)}</table>`;
  expect(() => htmlToMarkdown(html)).toThrow(
    /^The document has \d{8} characters of text; at most 20000000 are converted\.$/,
  );
});

test('a caption stands before its table, and a foot after its rows', () => {
  const html =
    '<table><caption>Prices</caption><tfoot><tr><td>sum</tfoot><thead><tr><th>price</thead><tr><td>1</table>';
  expect(htmlToMarkdown(html)).toBe('Prices\n\n| price |\n| --- |\n| 1 |\n| sum |');
});

test('a table that lays out a page is read as its contents', () => {
  const html = '<table><tr><td><h1>Menu</h1><table><tr><td>Soup</td><td>3.50</td></tr></table></td></tr></table>';
  expect(htmlToMarkdown(html)).toBe('# Menu\n\n| Soup | 3.50 |\n| --- | --- |');
});

test('a table without text is none', () => {
  expect(htmlToMarkdown('<p>a</p><table><tr><td> <td></table><p>b</p>')).toBe('a\n\nb');
});

test('spans that multiply into millions of cells are too large', () => {
  const row = `<tr>${'<td colspan="1000" rowspan="1000">x</td>'.repeat(100)}</tr>`;
  expect(() => htmlToMarkdown(`<table>${row.repeat(100)}</table>`)).toThrow(
    'A table of the document has more than 1000000 cells.',
  );
});

test('a table in a cell of a table with heads is lines of that cell', () => {
  const inner = '<table><tr><td>x</td><td>y</td></tr><tr><td>z</td></tr></table>';
  expect(htmlToMarkdown(`<table><tr><th>a<th>b<tr><td>1<td>${inner}</table>`)).toBe(
    '| a | b |\n| --- | --- |\n| 1 | x y<br>z |',
  );
});

test('a table in a cell is lines of that cell, also where the first row is of names without being heads', () => {
  const inner = '<table><tr><td>x</td><td>y</td></tr><tr><td>z</td></tr></table>';
  expect(htmlToMarkdown(`<table><tr><td>a<td>b<tr><td>1<td>${inner}</table>`)).toBe(
    '| a | b |\n| --- | --- |\n| 1 | x y<br>z |',
  );
});

test.each([
  ['long text', `<td>1<td>${'word '.repeat(300)}`],
  ['a heading', '<td>1<td><h2>News</h2>'],
  ['one cell', '<td>alone'],
])('a table with another in it and %s lays out a page', (_, cells) => {
  const inner = '<table><tr><td>x</td><td>y</td></tr></table>';
  const markdown = htmlToMarkdown(`<table><tr><td>a<td>b<tr>${cells}${inner}</table>`);
  expect(markdown).toMatch(/\n\n\| x \| y \|\n\| --- \| --- \|$/);
});
