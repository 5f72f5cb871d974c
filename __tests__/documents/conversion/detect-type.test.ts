import { readFileSync } from 'node:fs';
import { makePdf } from '../../../bench/documents/make-pdf.ts';
import type { SourceDocument } from '../../../documents/conversion/converter.ts';
import { detectType } from '../../../documents/conversion/detect-type.ts';
import { utf8 } from './local-conversion.ts';
import { docxParts, makeDocx } from './office/make-docx.ts';
import { makePptx } from './office/make-pptx.ts';
import { makeXlsx } from './office/make-xlsx.ts';
import { makeZip } from './office/make-zip.ts';

function office(contentType: string): Uint8Array {
  return makeZip({ '[Content_Types].xml': `<Types><Override ContentType="${contentType}"/></Types>` });
}

const latin1 = (text: string) => Buffer.from(text, 'latin1');

function typeOf(bytes: Uint8Array, filename = 'document', contentType?: string): string {
  return detectType({ bytes, filename, ...(contentType && { contentType }) } satisfies SourceDocument);
}

test.each([
  ['a PDF', makePdf([[]]), 'pdf'],
  ['a PDF behind other bytes', Buffer.concat([Buffer.alloc(500, 'x'), makePdf([[]])]), 'pdf'],
  ['a DOCX', makeDocx(''), 'docx'],
  ['an XLSX', makeXlsx([]), 'xlsx'],
  ['a PPTX', makePptx([]), 'pptx'],
  ['a workbook with macros', office('application/vnd.ms-excel.sheet.macroEnabled.main+xml'), 'xlsx'],
  ['a slide show', office('application/vnd.ms-powerpoint.slideshow.macroEnabled.main+xml'), 'pptx'],
  ['a document with a workbook in it', makeZip({ ...docxParts(''), 'a.xlsx': makeXlsx([]) }), 'docx'],
  ['a DOCX behind other bytes', Buffer.concat([Buffer.from('PK00'), makeDocx('')]), 'docx'],
  ['a DOCX written in ZIP64', makeZip(docxParts(''), { zip64: true }), 'docx'],
  ['a PNG', latin1('\x89PNG\r\n\x1a\n'), 'image'],
  ['a JPEG', latin1('\xff\xd8\xff\xe0'), 'image'],
  ['a GIF', latin1('GIF89a'), 'image'],
  ['a TIFF', latin1('MM\0*'), 'image'],
  ['a WebP', latin1('RIFF\x10\0\0\0WEBPVP8 '), 'image'],
  ['a BMP', latin1('BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0'), 'image'],
  ['text that begins with BM', utf8('BM stands for bitmap, and for much else.'), 'text'],
  ['a page with a doctype', utf8('\n<!DOCTYPE html><p>x'), 'html'],
  ['an XHTML page', utf8('<?xml version="1.0"?>\n<!-- by hand -->\n<html><p>x</p></html>'), 'html'],
  ['an EPUB', makeZip({ mimetype: 'application/epub+zip' }), 'epub'],
  ['an EPUB that does not say so', makeZip({ 'META-INF/container.xml': '<container/>' }), 'epub'],
  ['a mail', utf8('Subject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed;\n boundary="b"\n\n--b\n'), 'eml'],
  ['a mail with binary data', utf8('Subject: x\nMIME-Version: 1.0\n\na\0b'), 'eml'],
  ['a web archive', utf8('MIME-Version: 1.0\r\nContent-Type: multipart/related; type="text/html"\r\n\r\n'), 'mhtml'],
  ['text', utf8('Just words.'), 'text'],
  ['a memorandum', utf8('From: the harbour\nTo: the pilots\nSubject: fog\n\nStay.'), 'text'],
  ['text in UTF-16', Buffer.from('\ufeffwords', 'utf16le'), 'text'],
  ['text in Latin-1', Buffer.from('caf\xe9', 'latin1'), 'text'],
])('%s is known by its content', (_, bytes, type) => {
  expect(typeOf(bytes)).toBe(type);
});

test.each([
  ['notes.md', undefined, 'markdown'],
  ['NOTES.MARKDOWN', undefined, 'markdown'],
  ['notes', 'text/markdown; charset=utf-8', 'markdown'],
  ['list.TSV', undefined, 'csv'],
  ['list', 'text/csv; header=present', 'csv'],
  ['part.htm', undefined, 'html'],
  ['part', 'text/html', 'html'],
  ['notes.txt', 'text/plain', 'text'],
])('of text, the name %s with the type %s makes %s', (filename, contentType, type) => {
  expect(typeOf(utf8('# Words <b>and</b> signs'), filename, contentType)).toBe(type);
});

test('the content wins over name and Content-Type', () => {
  expect(typeOf(makePdf([[]]), 'letter.docx', 'text/plain')).toBe('pdf');
});

const ONLY = 'only PDF, DOCX, PPTX, XLSX, HTML, EPUB, mails, Markdown, CSV and plain text can be converted.';
test.each([
  ['empty', new Uint8Array(), 'The document is empty: it has 0 bytes.'],
  [
    'unsupported',
    office('application/vnd.ms-excel.sheet.binary.macroEnabled.main'),
    `The document is an Excel workbook in binary form (XLSB); ${ONLY}`,
  ],
  ['unsupported', utf8('{\\rtf1 text}'), `The document is an RTF document; ${ONLY}`],
  [
    'unsupported',
    makeZip({ mimetype: 'application/vnd.oasis.opendocument.text' }),
    `The document is an OpenDocument text (ODT); ${ONLY}`,
  ],
  ['unsupported', makeZip({ mimetype: 'image/x<y' }), `The document is of type image/x?y; ${ONLY}`],
  [
    'unsupported',
    utf8('From a@x Mon\nSubject: x\nMIME-Version: 1.0\n\nx\n\nFrom b@x Tue\nSubject: y\n\n'),
    `The document is a mailbox of several mails (mbox); ${ONLY}`,
  ],
  [
    'unsupported',
    utf8('1 0 obj\n<< /Type /Catalog >>\nendobj\n'),
    `The document is a PDF whose header %PDF- is missing; ${ONLY}`,
  ],
  ['unsupported', makeZip({ 'a.txt': 'a' }), `The document is a ZIP archive; ${ONLY}`],
  [
    'unsupported',
    Buffer.concat([Buffer.from('\xd0\xcf\x11\xe0', 'latin1'), Buffer.from('WordDocument', 'utf16le')]),
    `The document is a Word document of the format before 2007; ${ONLY}`,
  ],
  [
    'unsupported',
    Buffer.from('\xd0\xcf\x11\xe0', 'latin1'),
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
