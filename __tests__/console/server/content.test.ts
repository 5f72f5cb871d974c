import { markdownPage, servedContent } from '../../../console/server/content.ts';

const content = (text: string, filename = 'a.pdf') => ({ bytes: Buffer.from(text), filename });

test('Markdown becomes a page: tables, page marks as rules, line breaks in cells', () => {
  const page = markdownPage('<!-- page 1 -->\n\n# Title\n\n| A |\n| --- |\n| x<br>y |\n');
  expect(page).toContain('<hr>');
  expect(page).toContain('<h1>Title</h1>');
  expect(page).toContain('<td>x<br>y</td>');
});

test.each([
  ['a script', '<script>alert(1)</script>'],
  ['a handler', '<img src=x onerror=alert(1)>'],
  ['a link that runs', '[x](javascript:alert(1))'],
  ['a picture from elsewhere', '![x](https://example.com/x.png)'],
  ['a frame', '<iframe src="https://example.com"></iframe>'],
])('of a document, %s stays text', (_what, text) => {
  expect(markdownPage(text)).not.toMatch(/<(script|img|iframe)|href="javascript|onerror="/);
});

test.each([
  ['markdown', 'rendered', 'text/html; charset=utf-8'],
  ['markdown', 'text', 'text/plain; charset=utf-8'],
  ['source', 'rendered', 'text/plain; charset=utf-8'],
  ['fields', 'rendered', 'text/plain; charset=utf-8'],
  ['source', 'download', 'application/octet-stream'],
] as const)('%s, %s, is %s in a sandbox that loads nothing', (part, look, type) => {
  const { headers } = servedContent(content('<script>alert(1)</script>'), part, look);
  expect(headers['Content-Type']).toBe(type);
  expect(headers['Content-Security-Policy']).toMatch(/^default-src 'none';.*; sandbox$/);
});

test("a PDF is shown by the browser's viewer, known by its bytes and not by its name", () => {
  expect(servedContent(content('%PDF-1.7 …'), 'source', 'rendered').headers).toMatchObject({
    'Content-Type': 'application/pdf',
    'Content-Security-Policy': expect.stringContaining("default-src 'none'"),
  });
  expect(servedContent(content('<p>', 'x.pdf'), 'source', 'rendered').headers['Content-Type']).toMatch(/^text\/plain/);
});

test('what is no text is not shown as text', () => {
  expect(servedContent(content('PK\0\0'), 'source', 'text').body).toBe(
    'It is no text, and no PDF: save it to look at it.',
  );
});

test('what is saved keeps its name, whatever is in it', () => {
  const { headers } = servedContent(content('x', 'ä "b".docx'), 'markdown', 'download');
  expect(headers['Content-Disposition']).toBe("attachment; filename*=UTF-8''%C3%A4%20%22b%22.docx.md");
});
