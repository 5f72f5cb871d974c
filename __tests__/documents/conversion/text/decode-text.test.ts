import fc from 'fast-check';
import { charsetOf, decodeText } from '../../../../documents/conversion/text/decode-text.ts';
import { utf8 } from '../local-conversion.ts';

test.each([
  ['UTF-8', utf8('Zürich'), undefined],
  ['UTF-8 with a byte order mark', utf8('\ufeffZürich'), 'iso-8859-1'],
  ['UTF-16, little end first', Buffer.from('\ufeffZürich', 'utf16le'), undefined],
  ['UTF-16, big end first', Buffer.from('\ufeffZürich', 'utf16le').swap16(), undefined],
  ['UTF-8 under an unknown charset', utf8('Zürich'), 'klingon-1'],
  ['Windows-1252, where UTF-8 is impossible', Buffer.from('Z\xfcrich', 'latin1'), undefined],
])('reads %s', (_, bytes, charset) => {
  expect(decodeText(bytes, charset)).toBe('Zürich');
});

test('believes a declared charset', () => {
  expect(decodeText(Buffer.from([0xcf, 0xf0, 0xe8]), 'windows-1251')).toBe('При');
});

test('ends every line in a line feed', () => {
  expect(decodeText(utf8('a\r\nb\rc\u2028d'))).toBe('a\nb\nc\nd');
});

test('is the inverse of encoding, for any text without controls', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      fc.pre(!/[\p{Cc}\ufeff\u2028\u2029]/u.test(text));
      expect(decodeText(utf8(text))).toBe(text);
    }),
  );
});

test('does not take binary data for text', () => {
  expect(decodeText(Buffer.from([72, 105, 0, 1]))).toBeUndefined();
});

test.each([
  ['text/html; charset=iso-8859-1', 'iso-8859-1'],
  ['text/html;charset="utf-8"; q=1', 'utf-8'],
  ['text/html', undefined],
  [undefined, undefined],
])('the charset of %s is %s', (contentType, charset) => {
  expect(charsetOf(contentType)).toBe(charset);
});
