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

test('leaves out scripts, styles, templates, and comments', async () => {
  const hidden = ['script', 'style', 'template', 'noscript', 'iframe', 'svg', 'datalist']
    .map((name) => `<${name}>no ${name}</${name}>`)
    .join('');
  expect(await page(`<body><!-- no comment -->${hidden}<p>yes</p></body>`)).toBe('yes\n');
});

test('text that looks like a tag stays text', () => {
  expect(htmlToMarkdown('<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>')).toBe('\\<script>alert(1)\\</script>');
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

test('text that the page hides is named', async () => {
  const { markdown, partial } = await convert(utf8('<p>seen<p hidden>Draft price 999'), 'page.html');
  expect(markdown).toBe('seen\n');
  expect(partial).toEqual(['Text that the page hides was left out.']);
});

test('a page that hides nothing but white space is whole', async () => {
  expect(await convert(utf8('<p>seen<p hidden> <script>x</script></p>'), 'page.html')).not.toHaveProperty('partial');
});

test('tables that are much longer than the page are refused', () => {
  const table = `<table>${'<tr><td colspan="1000">x'.repeat(1000)}</table>`;
  expect(() => htmlToMarkdown(table.repeat(7))).toThrow(
    'The document has 21063020 characters of text; at most 20000000 are converted.',
  );
});

test('text in a drawing is said to be missing, a drawing without text is not', async () => {
  const partialOf = async (svg: string) => (await convert(utf8(`<p>x</p><svg>${svg}</svg>`), 'page.html')).partial;
  expect(await partialOf('<g><text>Depth 7 m</text></g>')).toEqual([
    'Text in drawings of the page (SVG) was left out.',
  ]);
  expect(await partialOf('<title>Logo</title><path/>')).toBeUndefined();
});

test('text for browsers without scripts is said to be missing, a picture or a style is not', async () => {
  const partialOf = async (html: string) =>
    (await convert(utf8(`<p>x</p><noscript>${html}</noscript>`), 'page.html')).partial;
  expect(await partialOf('<p>Order by <b>phone</b></p>')).toEqual([
    'Text for browsers without scripts, frames or players was left out.',
  ]);
  expect(
    (await convert(utf8('<p>x</p><iframe src="a.html">Prices are on page 2</iframe>'), 'page.html')).partial,
  ).toEqual(['Text for browsers without scripts, frames or players was left out.']);
  expect(await partialOf('<style>p { color: red }</style><img src="pixel.gif">')).toBeUndefined();
});

test.each([
  ['in the head', '<head><noscript><p>words</p></noscript></head><p>x'],
  ['in a player', '<p>x</p><video src="a.mp4"><p>words</p></video>'],
])('text for others is named %s as well', async (_, html) => {
  expect((await convert(utf8(html), 'page.html')).partial).toEqual([
    'Text for browsers without scripts, frames or players was left out.',
  ]);
});

test('text of a page in a drawing is named', async () => {
  const html = '<p>x</p><svg><foreignObject><p>words</p></foreignObject></svg>';
  expect((await convert(utf8(html), 'page.html')).partial).toEqual([
    'Text in drawings of the page (SVG) was left out.',
  ]);
});

test('a shadow tree that the page declares is shown, another template is not', async () => {
  const html = '<div><template shadowrootmode="open"><p>shadow</p></template>light</div><template>no</template>';
  expect(await page(html)).toBe('shadow\n\nlight\n');
});

test.each([
  ['%3Cp%3EGr%C3%BC%C3%9Fe%3C%2Fp%3E', ''],
  [Buffer.from('<p>Grüße</p>').toString('base64'), ';charset=utf-8;base64'],
])('a page in the address of a frame is read: %s', async (data, kind) => {
  expect(await page(`<iframe src="data:text/html${kind},${data}"></iframe>`)).toBe('Grüße\n');
});

test('the parts of a picture that lead somewhere are links', async () => {
  const html = '<map><area alt="North mole" href="https://x.example/n"><area href="https://x.example/s"></map>x';
  expect(await page(html)).toBe('[North mole](https://x.example/n) x\n');
});

test('a page in a page is read in its place, and what it hides is named', async () => {
  const inner =
    '<style>.a{display:none}</style><h2>Prices</h2><p class="a">secret</p><iframe srcdoc="deeper"></iframe>';
  const html = `<p>before<iframe srcdoc='${inner}'>old</iframe>after`;
  expect(await convert(utf8(html), 'page.html')).toMatchObject({
    markdown: 'before\n\n## Prices\n\nafter\n',
    partial: ['Text that the page hides was left out.'],
  });
});

test('pages in pages nested without end are no deeper than one page', () => {
  const deep = '<div>'.repeat(400);
  expect(htmlToMarkdown(`${deep}<iframe srcdoc="${deep}end"></iframe>`)).toBe('end');
});

test('what stands in for an object that is not loaded is read', async () => {
  expect(await page('<object data="chart.pdf"><p>Yield: 7 t</p></object><canvas>Depth 3 m</canvas>')).toBe(
    'Yield: 7 t\n\nDepth 3 m\n',
  );
});
