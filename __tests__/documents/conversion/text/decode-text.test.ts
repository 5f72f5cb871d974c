import fc from 'fast-check';
import { charsetOf, decodeText, encodingOf } from '../../../../documents/conversion/text/decode-text.ts';
import { utf8 } from '../local-conversion.ts';

const read = (bytes: Uint8Array, declared?: string) =>
  decodeText(bytes, encodingOf(bytes, declared) ?? 'windows-1252')?.text;

test.each([
  ['UTF-8', utf8('Zürich'), undefined],
  ['UTF-8 with a byte order mark', utf8('\ufeffZürich'), 'iso-8859-1'],
  ['UTF-16, little end first', Buffer.from('\ufeffZürich', 'utf16le'), undefined],
  ['UTF-16, big end first', Buffer.from('\ufeffZürich', 'utf16le').swap16(), undefined],
  ['UTF-8 under the charset that it had before', utf8('Zürich'), 'windows-1252'],
  ['UTF-8 under an unknown charset', utf8('Zürich'), 'klingon-1'],
  ['Windows-1252, where UTF-8 is impossible', Buffer.from('Z\xfcrich', 'latin1'), undefined],
])('reads %s', (_, bytes, charset) => {
  expect(read(bytes, charset)).toBe('Zürich');
});

test('believes a declared charset', () => {
  expect(read(Buffer.from([0xcf, 0xf0, 0xe8]), 'windows-1251')).toBe('При');
});

test.each([
  ['utf-16le', Buffer.from('name,price\nApfel,1', 'utf16le')],
  ['utf-16be', Buffer.from('港口报告\n起重机停了两天', 'utf16le').swap16()],
  ['iso-2022-jp', Buffer.from('\x1b$B4A;z\x1b(B', 'latin1')],
  ['utf-8', utf8('plain')],
])('finds %s by its bytes', (encoding, bytes) => {
  expect(encodingOf(bytes)).toBe(encoding);
});

test('plain ASCII is no UTF-16, whatever is declared', () => {
  expect(encodingOf(utf8('plain'), 'utf-16')).toBe('utf-8');
  expect(encodingOf(Buffer.from('plain', 'utf16le'), 'utf-16')).toBe('utf-16le');
});

test('bad bytes do not make another encoding of a text, and are counted', () => {
  const bytes = Buffer.concat([utf8('Grüße aus München, 5 €\n'), Buffer.from([0xff, 0xfe]), utf8(' Übrig')]);
  expect(encodingOf(bytes)).toBe('utf-8');
  expect(decodeText(bytes, 'utf-8')).toEqual({ text: 'Grüße aus München, 5 €\n\ufffd\ufffd Übrig', badPlaces: 2 });
});

test.each([
  ['a zero in a table', 'a,b\n1,\0 2\n', 'a,b\n1,\ufffd 2\n', 1],
  ['a control in a thousand characters', `${'x'.repeat(999)}\u0001\u0002`, `${'x'.repeat(999)}\ufffd\ufffd`, 2],
  ["the end of a program's file", 'a,b\n1,2\n\u001a', 'a,b\n1,2\n', 0],
])('%s does not make a text another thing', (_, written, text, badPlaces) => {
  const bytes = utf8(written);
  expect(decodeText(bytes, encodingOf(bytes) ?? '')).toEqual({ text, badPlaces });
});

test('more controls are binary data', () => {
  expect(decodeText(utf8('a\0b\0c'), 'utf-8')).toBeUndefined();
  expect(decodeText(utf8(`${'x'.repeat(996)}\u0001\u0002\u0003`), 'utf-8')).toBeUndefined();
});

test('letters of another script with few spaces are UTF-16', () => {
  expect(encodingOf(Buffer.from('Причал свободен\n', 'utf16le'))).toBe('utf-16le');
});

test('what is not UTF-8 and declares nothing has no known encoding', () => {
  expect(encodingOf(Buffer.from('Z\xfcrich', 'latin1'))).toBeUndefined();
});

test('ends every line in a line feed', () => {
  expect(read(utf8('a\r\nb\rc\u2028d'))).toBe('a\nb\nc\nd');
});

test('is the inverse of encoding, for any text without controls', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      fc.pre(!/[\p{Cc}\ufeff\u2028\u2029]/u.test(text));
      expect(read(utf8(text))).toBe(text);
    }),
  );
});

test('does not take binary data for text', () => {
  expect(read(Buffer.from([72, 105, 0, 1]))).toBeUndefined();
});

test.each([
  ['text/html; charset=iso-8859-1', 'iso-8859-1'],
  ['text/html;charset="utf-8"; q=1', 'utf-8'],
  ['text/html', undefined],
  [undefined, undefined],
])('the charset of %s is %s', (contentType, charset) => {
  expect(charsetOf(contentType)).toBe(charset);
});
