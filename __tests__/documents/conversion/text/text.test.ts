import { convert, refusal, utf8 } from '../local-conversion.ts';

test('Markdown stays as it is', async () => {
  const markdown = '# Title\n\n* a\n* b\n\n```\n# code\n```\n';
  expect(await convert(utf8(markdown), 'a.md')).toEqual({
    type: 'markdown',
    markdown,
    characters: markdown.length,
    title: 'Title',
    words: 4,
    converter: 'cloud-tasks-document-processing@0.1.0',
  });
});

test('the title of Markdown is not looked for in its code', async () => {
  expect(await convert(utf8('```sh\n# comment\n```\n\n# Real #\n'), 'a.md')).toMatchObject({ title: 'Real' });
  expect(await convert(utf8('## Only a section\n'), 'a.md')).not.toHaveProperty('title');
});

test('plain text reads the same as Markdown', async () => {
  expect(await convert(utf8('Total: 3 * 4\r\n# 5\r\n\r\n- one\r\n'), 'a.txt')).toMatchObject({
    type: 'text',
    markdown: 'Total: 3 \\* 4\n\\# 5\n\n- one\n',
  });
});

test('text without a word is empty', async () => {
  expect(await refusal(convert(utf8(' \n\t\n'), 'a.txt'))).toBe('empty: The document is empty: it has no text.');
});

test('text with binary data further on is corrupt', async () => {
  const bytes = Buffer.concat([Buffer.alloc(10_000, 'text '), Buffer.alloc(12, '\x00\x01')]);
  expect(await refusal(convert(bytes, 'a.txt'))).toBe('corrupt: The document has binary data among its text.');
});
