import { isMailbox, mailTypeOf } from '../../../../documents/conversion/mail/mail-type.ts';

test.each([
  ['a field of mails alone', 'Subject: x\r\nMessage-ID: <1>\r\n\r\nwords', '', '', 'eml'],
  [
    'such a field behind empty lines',
    '\n\nReceived: from x\n by y; Mon, 23 Nov 2026 08:14:05 +0100\n\n',
    '',
    '',
    'eml',
  ],
  ['such a field behind a byte order mark', '\xef\xbb\xbfSubject: x\nMIME-Version: 1.0\n\n', '', '', 'eml'],
  ['the line of a mailbox before it', 'From a@x Mon\nSubject: x\nMIME-Version: 1.0\n\n', '', '', 'eml'],
  ['its name', 'From: a\nTo: b\n\nwords', 'eml', '', 'eml'],
  ['its media type', 'From: a\nTo: b\n\nwords', '', 'message/rfc822', 'eml'],
  ['pictures beside its text', 'From: a@x\nMIME-Version: 1.0\nContent-Type: multipart/related\n\n', '', '', 'eml'],
  ['a page without anybody', 'MIME-Version: 1.0\nContent-Type: multipart/related\n\n', '', '', 'mhtml'],
  ['a page named so', 'From: a@x\nContent-Type: text/html\n\n', 'mht', '', 'mhtml'],
  ['a memorandum', 'From: a\nTo: b\n\nwords', 'txt', '', undefined],
  ['a delivery note', 'Received: from the mole, 3 pallets\nTo: b\n\nwords', 'txt', '', undefined],
  ['a text about mails', 'MIME-Version: what it is\n\nwords', 'md', '', undefined],
  [
    'a note of a delivery by the clock',
    'Received: from store by truck; 12 boxes at 10:30\nOther: x\n\nwords',
    'txt',
    '',
    undefined,
  ],
  ['a text about MIME', 'MIME-Version: 1.0\nTitle: x\n\nwords', '', 'text/markdown', undefined],
  ['a mail that is called a text', 'Message-ID: <1@x>\nMIME-Version: 1.0\n\nwords', 'txt', '', 'eml'],
  ['no fields', 'words\nMessage-ID: <1>\n', 'eml', '', undefined],
])('%s', (_, text, extension, mediaType, type) => {
  expect(mailTypeOf(text, extension, mediaType)).toBe(type);
});

test.each([
  ['From a@x Mon\nSubject: x\n\nwords\n\nFrom b@x Tue\nSubject: y\n\nwords', true],
  ['From a@x Mon\nSubject: x\n\nwords\n\nFrom there we went on.\nAnd on.', false],
  ['Subject: x\n\nwords\n\nFrom b@x Tue\nSubject: y\n\nwords', false],
])('a mailbox holds several mails: %#', (text, is) => {
  expect(isMailbox(Buffer.from(text))).toBe(is);
});
