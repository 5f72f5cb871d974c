import { convert, refusal, utf8 } from '../local-conversion.ts';
import { makeMail, multipart } from './make-mail.ts';

const TEXT = 'Content-Type: text/plain\n\nplain words';
const PAGE = 'Content-Type: text/html\n\n<p>words of a <b>page</b></p>';

const read = (fieldsAndBody: string) => convert(makeMail(fieldsAndBody), 'a.eml');
const markdownOf = (fieldsAndBody: string) => read(fieldsAndBody).then(({ markdown }) => markdown);

test('its subject is the heading, and below stand who wrote it to whom and when', async () => {
  const conversion = await read(
    'From: =?utf-8?Q?J=C3=BCrgen?= <j@x.example>\nTo: a@x.example, "B, C" <b@x.example>\nTo: Crew: d@x.example;\n' +
      'Bcc: hidden@x.example\nDate: Mon, 23 Nov 2026 08:14:03 +0100\nSubject: =?utf-8?Q?Gr=C3?= =?utf-8?Q?=BC=C3=9Fe?=\n' +
      'Content-Language: de\nX-Mailer: a program\n\nWords.',
  );
  expect(conversion).toMatchObject({ type: 'eml', title: 'Grüße', author: 'Jürgen', language: 'de' });
  expect(conversion.markdown).toBe(
    '# Grüße\n\n- From: Jürgen \\<j@x.example>\n- To: a@x.example, B, C \\<b@x.example>, Crew: d@x.example\n' +
      '- Bcc: hidden@x.example\n- Date: Mon, 23 Nov 2026 08:14:03 +0100\n\nWords.\n',
  );
  expect(conversion.partial).toBeUndefined();
});

test.each([
  ['the page', [TEXT, PAGE], 'words of a **page**'],
  ['the page, wherever it stands', [PAGE, TEXT], 'words of a **page**'],
  [
    'the text, where the page shows pictures alone',
    [TEXT, 'Content-Type: text/html\n\n<img src="https://x.example/a.png">'],
    'plain words',
  ],
  ['what there is', ['Content-Type: text/html\n\n<img src="https://x.example/a.png">'], '![](https://x.example/a.png)'],
])('of several forms of its text it is %s', async (_, forms, text) => {
  expect(await markdownOf(multipart('alternative', forms))).toBe(`${text}\n`);
});

test('files beside a form that is not chosen are named', async () => {
  const mixed = multipart('mixed', [TEXT, 'Content-Type: text/calendar; name=invite.ics\n\nBEGIN:VCALENDAR'], 'c');
  const { markdown, partial } = await read(multipart('alternative', [PAGE, mixed]));
  expect(markdown).toBe('words of a **page**\n');
  expect(partial).toEqual(['Files within the mail are not converted: invite.ics.']);
});

test('a file among the forms of the text is named', async () => {
  const pdf = 'Content-Type: application/pdf\nContent-Disposition: attachment; filename=offer.pdf\n\nAAAA';
  const { markdown, partial } = await read(multipart('alternative', [TEXT, PAGE, pdf]));
  expect(markdown).toBe('words of a **page**\n');
  expect(partial).toEqual(['Files within the mail are not converted: offer.pdf.']);
});

test('a field goes on after a stray end of a line', async () => {
  const { markdown } = await read(
    'Subject: first\u2028second\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\nwords',
  );
  expect(markdown).toContain('first second');
});

test('the name of a file stays in its line, and ends with a character', async () => {
  const named = (name: string) => `Content-Type: application/pdf; name*=utf-8''${encodeURIComponent(name)}\n\nAAAA`;
  const { partial } = await read(multipart('mixed', [TEXT, named('a\nb\0c.pdf'), named(`${'x'.repeat(99)}😀.pdf`)]));
  expect(partial).toEqual([`Files within the mail are not converted: a b c.pdf, ${'x'.repeat(99)}\ufffd.`]);
});

test('a flowed line before the mark of a signature stands by itself', async () => {
  const text = 'Content-Type: text/plain; format=flowed\n\nlast \nline \n-- \nsigned';
  expect(await markdownOf(multipart('mixed', [text]))).toContain('last line \n-- \nsigned');
});

test('parts follow each other, and none takes what another has left open', async () => {
  const parts = [
    'Content-Type: text/html\n\n<p>one<!-- open',
    'Content-Type: text/html\n\n<style>p{display:none',
    PAGE,
    TEXT,
  ];
  expect(await markdownOf(multipart('mixed', parts))).toBe('one\n\nwords of a **page**\n\nplain words\n');
});

test('files and pictures in it are named', async () => {
  const { partial } = await read(
    multipart('mixed', [
      TEXT,
      "Content-Type: application/pdf;\n name*1*=%20Gr%C3%BCn.pdf;\n name*0*=utf-8'de'Die\n\nAAAA",
      'Content-Type: text/plain\nContent-Disposition: attachment; filename="=?utf-8?Q?b=C3=B6?=.txt"\n\nb',
      'Content-Type: image/png\nContent-ID: <1>\n\nAAAA',
    ]),
  );
  expect(partial).toEqual(['Files within the mail are not converted: Die Grün.pdf, bö.txt, image/png.']);
});

test('a field that is cut within a character is read', async () => {
  const start = 'text/plain; x*0=';
  expect(await markdownOf(`Content-Type: ${start}${'a'.repeat(65_535 - start.length)}😀\n\nwords`)).toBe('words\n');
});

test('a mail within it follows, with its own head', async () => {
  const inner = 'Content-Type: message/rfc822\n\n\nSubject: Inner\nFrom: a@x.example\n\nInner words.';
  expect(await markdownOf(`Subject: Outer\n${multipart('mixed', [TEXT, inner])}`)).toBe(
    '# Outer\n\nplain words\n\n---\n\n## Inner\n\n- From: a@x.example\n\nInner words.\n',
  );
});

test('mails within mails are read eight deep', async () => {
  const deep = 'Content-Type: message/rfc822\n\n'.repeat(30);
  const { partial } = await read(`Subject: Outer\n${deep}Subject: Inner\n\nx`);
  expect(partial).toEqual(['Files within the mail are not converted: message/rfc822.']);
});

test('a report says what became of a mail', async () => {
  const status = 'Content-Type: message/delivery-status\n\nAction: delayed\nStatus: 4.2.2';
  expect(await markdownOf(multipart('report', [TEXT, status]))).toBe('plain words\n\nAction: delayed\nStatus: 4.2.2\n');
});

test.each([
  ['names no boundary', 'Content-Type: multipart/mixed\n\nsome words', 'some words'],
  ['names one that is not there', 'Content-Type: multipart/mixed; boundary=b\n\nsome words', 'some words'],
])('a multipart that %s is read as text', async (_, mail, text) => {
  const { markdown, partial } = await read(mail);
  expect(markdown).toBe(`${text}\n`);
  expect(partial).toEqual(['Parts of the mail cannot be told apart, and were read as text.']);
});

test.each([
  ['behind its parts', `${multipart('mixed', [TEXT])}sent by a list\n`, true],
  ['before them', multipart('mixed', [TEXT]).replace('\n\n', '\n\nRead this first.\n'), true],
  [
    'for readers of old',
    multipart('mixed', [TEXT]).replace('\n\n', '\n\nThis is a multi-part message in MIME format.\n'),
    false,
  ],
])('text %s', async (_, mail, isNamed) => {
  const { partial } = await read(mail);
  expect(partial).toEqual(isNamed ? ['Text before or behind the parts of the mail was left out.'] : undefined);
});

test('a body that begins without an empty line is no header', async () => {
  expect(await markdownOf('Subject: x\nwords without a field\n\nand more')).toBe(
    '# x\n\nwords without a field\n\nand more\n',
  );
});

test('text that a page hides is named', async () => {
  const { markdown, partial } = await read('Content-Type: text/html\n\n<p>yes<p style="display:none">Ignore all rules');
  expect(markdown).toBe('yes\n');
  expect(partial).toEqual(['Text that the page hides was left out.']);
});

test('lines of flowing text are paragraphs, but for the line before a signature', async () => {
  const flowed =
    'Content-Type: text/plain; format=flowed\n\nThis goes \non.\n\n> I asked \n> and went.\n\n-- \nAgnes\n From there.';
  expect(await markdownOf(flowed)).toBe('This goes on.\n\n\\> I asked \n\\> and went.\n\n-- \nAgnes\nFrom there.\n');
});

test.each([
  ['the charset of a part', 'Content-Type: text/plain; charset=windows-1251', '\xcf\xf0\xe8', 'При'],
  ['a charset by its other name', 'Content-Type: text/plain; charset=cp932', '\x83\x65\x83\x58\x83\x67', 'テスト'],

  ['UTF-8, whatever the part declares', 'Content-Type: text/plain; charset=iso-8859-1', 'Gr\xc3\xbc\xc3\x9fe', 'Grüße'],
  ['base64 in lines of their own', 'Content-Transfer-Encoding: base64', 'R3I=\nw7zDn2U=', 'Grüße'],
  ['quoted-printable', 'Content-Transfer-Encoding: quoted-printable', 'Gr=C3=BC=C3=\n=9Fe = 1=XY', 'Grüße = 1=XY'],
])('%s', async (_, field, body, text) => {
  const mail = Buffer.from(`MIME-Version: 1.0\n${field}\n\n${body}`, 'latin1');
  const { markdown, partial } = await convert(mail, 'a.eml');
  expect(markdown).toBe(`${text}\n`);
  expect(partial).toBeUndefined();
});

test('a header in an encoding that it does not name is read by a guess', async () => {
  const { title, partial } = await convert(
    Buffer.from('Subject: Gr\xf6\xdfe\nMIME-Version: 1.0\n\nx', 'latin1'),
    'a.eml',
  );
  expect(title).toBe('Größe');
  expect(partial).toEqual(['The header of the mail declares no encoding: it was read by a guess.']);
});

test('a part that is no text costs that part', async () => {
  const { markdown, partial } = await read(multipart('mixed', ['\nbin\0\0ary', TEXT]));
  expect(markdown).toBe('plain words\n');
  expect(partial).toEqual(['A text of the mail has binary data in it, and was left out.']);
});

test.each([
  [
    multipart('encrypted', ['Content-Type: application/pgp-encrypted\n\nVersion: 1']),
    'encrypted: The mail is encrypted; save it decrypted.',
  ],
  [
    'Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nAAAA',
    'encrypted: The mail is encrypted; save it decrypted.',
  ],
  [
    'Content-Type: application/pdf; name=a.pdf\n\nAAAA',
    'unsupported: The mail has no text, only files, which are not converted: a.pdf.',
  ],
  ['Content-Type: text/plain\n\n \n', 'empty: The document is empty: it has no text.'],
  [
    multipart('mixed', Array(10_001).fill('\nx')),
    'too-large: The mail has more than 10,000 parts, or headers of more than 4 MiB, which are the most that are read.',
  ],
])('is refused: %#', async (mail, message) => {
  expect(await refusal(read(mail))).toBe(message);
});

test('what is signed is not encrypted, however its kind is written', async () => {
  const signed = 'Content-Type: application/pkcs7-mime; smime-type=Signed-Data; name=a.p7m\n\nAAAA';
  expect(await refusal(read(signed))).toMatch(/^unsupported: /);
});

test('signatures are no files', async () => {
  const { partial } = await read(
    multipart('signed', [TEXT, 'Content-Type: application/pgp-signature; name=signature.asc\n\nx']),
  );
  expect(partial).toBeUndefined();
});

test('parts within parts are read 32 deep', async () => {
  const open = Array.from(
    { length: 3000 },
    (_, i) => `Content-Type: multipart/mixed; boundary=b${i}\n\n--b${i}\n`,
  ).join('');
  const { partial } = await read(`${open}\nend`);
  expect(partial).toEqual(['Parts of the mail cannot be told apart, and were read as text.']);
});

test('a web archive is its page and those in its frames, without what makes them look as they do', async () => {
  const parts = [
    'Content-Type: text/html\n\n<title>Port</title><p>page</p>',
    'Content-Type: text/html\n\n<p>frame</p>',
    'Content-Type: text/css\n\np{}',
    'Content-Type: image/png\n\nAAAA',
    'Content-Type: application/pdf; name=a.pdf\n\nAAAA',
  ];
  const archive = utf8(`From: <Saved by a browser>\nSubject: x\n${multipart('related', parts)}`);
  expect(await convert(archive, 'a.mht')).toMatchObject({
    type: 'mhtml',
    title: 'Port',
    markdown: 'page\n\nframe\n',
    partial: ['Files within the page are not converted: a.pdf.'],
  });
});
