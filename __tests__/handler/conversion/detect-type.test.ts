import { readFileSync } from 'node:fs';
import type { SourceDocument } from '../../../handler/conversion/converter.ts';
import { detectType } from '../../../handler/conversion/detect-type.ts';
import { bytesOf } from './helpers.ts';
import { makeDocx } from './make-docx.ts';
import { makePdf } from './make-pdf.ts';
import { makeZip } from './make-zip.ts';

function typeOf(bytes: Uint8Array, filename = 'document', contentType?: string): string {
  return detectType({ bytes, filename, ...(contentType && { contentType }) } satisfies SourceDocument);
}

test.each([
  ['a PDF', makePdf([[]]), 'pdf'],
  ['a PDF behind other bytes', Buffer.concat([Buffer.alloc(500, 'x'), makePdf([[]])]), 'pdf'],
  ['a DOCX', makeDocx(''), 'docx'],
  ['a page with a doctype', bytesOf('\n<!DOCTYPE html><p>x'), 'html'],
  ['an XHTML page', bytesOf('<?xml version="1.0"?>\n<!-- by hand -->\n<html><p>x</p></html>'), 'html'],
  ['text', bytesOf('Just words.'), 'text'],
  ['text in UTF-16', Buffer.from('\ufeffwords', 'utf16le'), 'text'],
  ['text in Latin-1', Buffer.from('caf\xe9', 'latin1'), 'text'],
])('%s is known by its content', (_, bytes, type) => {
  expect(typeOf(bytes)).toBe(type);
});

test.each([
  ['notes.md', undefined, 'markdown'],
  ['NOTES.MARKDOWN', undefined, 'markdown'],
  ['notes', 'text/markdown; charset=utf-8', 'markdown'],
  ['part.htm', undefined, 'html'],
  ['part', 'text/html', 'html'],
  ['notes.txt', 'text/plain', 'text'],
])('of text, the name %s with the type %s makes %s', (filename, contentType, type) => {
  expect(typeOf(bytesOf('# Words <b>and</b> signs'), filename, contentType)).toBe(type);
});

test('the content wins over name and Content-Type', () => {
  expect(typeOf(makePdf([[]]), 'letter.docx', 'text/plain')).toBe('pdf');
});

const ONLY = 'only PDF, DOCX, HTML, Markdown and plain text can be converted.';
const excel = makeZip({
  '[Content_Types].xml': '<Override ContentType="application/vnd…spreadsheetml.sheet.main+xml"/>',
});
const slides = makeZip({
  '[Content_Types].xml': '<Override ContentType="application/vnd…presentationml.presentation"/>',
});

test.each([
  ['empty', new Uint8Array(), 'The document is empty: it has 0 bytes.'],
  ['unsupported', Buffer.from('\x89PNG\r\n', 'latin1'), `The document is a PNG image; ${ONLY}`],
  ['unsupported', Buffer.from('\xff\xd8\xff\xe0', 'latin1'), `The document is a JPEG image; ${ONLY}`],
  ['unsupported', bytesOf('{\\rtf1 text}'), `The document is an RTF document; ${ONLY}`],
  ['unsupported', excel, `The document is an Excel workbook; ${ONLY}`],
  ['unsupported', slides, `The document is a PowerPoint presentation; ${ONLY}`],
  [
    'unsupported',
    makeZip({ mimetype: 'application/epub+zip' }),
    `The document is a document of type application/epub+zip; ${ONLY}`,
  ],
  ['unsupported', makeZip({ 'a.txt': 'a' }), `The document is a ZIP archive; ${ONLY}`],
  [
    'unsupported',
    Buffer.from('\xd0\xcf\x11\xe0 Word 97', 'latin1'),
    `The document is an Office document of the format before 2007; ${ONLY}`,
  ],
  [
    'encrypted',
    Buffer.concat([Buffer.from('\xd0\xcf\x11\xe0', 'latin1'), Buffer.from('EncryptedPackage', 'utf16le')]),
    'The document is encrypted; save it without a password.',
  ],
  ['unsupported', Buffer.from([1, 2, 3, 0, 0, 0]), `The document is a binary file of an unknown type; ${ONLY}`],
])('%s: %#', (reason, bytes, message) => {
  expect(() => typeOf(bytes)).toThrow(expect.objectContaining({ reason, message }));
});

test('a cut DOCX is corrupt', () => {
  const whole = readFileSync(new URL('../../../samples/project-proposal.docx', import.meta.url));
  expect(() => typeOf(whole.subarray(0, whole.length / 2))).toThrow(expect.objectContaining({ reason: 'corrupt' }));
});
