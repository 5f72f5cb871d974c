import { type DocumentType, type SourceDocument, UnconvertibleDocumentError } from './converter.ts';
import { isMailbox, mailTypeOf } from './mail/mail-type.ts';
import { kindOfBytes, kindOfCompoundFile, kindOfPackage, kindOfSource } from './not-converted.ts';
import { openZipArchive } from './office/zip-archive.ts';
import { charsetOf, decodeText, encodingOf } from './text/decode-text.ts';

/** Bytes of a text that are looked at. */
const SAMPLE_BYTES = 4096;
/** Readers accept a PDF whose header is within the first 1,024 bytes (PDF Reference 1.7, implementation note 13). */
const PDF_HEADER_WITHIN = 1024;
const CONTENT_TYPES_LIMIT = 4 * 1024 * 1024;

/** First bytes of images: PNG, JPEG, GIF, TIFF and BigTIFF. */
const IMAGES = ['\x89PNG', '\xff\xd8\xff', 'GIF87a', 'GIF89a', 'II*\0', 'MM\0*', 'II+\0', 'MM\0+'];
/** Sizes of a BMP's second header, by its versions: `BM` alone begins many a text. */
const BMP_HEADER_BYTES = [12, 40, 52, 56, 64, 108, 124];

/** Main parts of the Office formats, as `[Content_Types].xml` names them (ECMA-376, part 1; with macros MS-OFFMACRO2). */
const OFFICE: [content: RegExp, type: DocumentType][] = [
  [/(wordprocessingml\.(document|template)|ms-word\.(document|template)\.macroEnabled(Template)?)\.main\+xml/, 'docx'],
  [/(spreadsheetml\.(sheet|template)|ms-excel\.(sheet|template)\.macroEnabled)\.main\+xml/, 'xlsx'],
  [
    /(presentationml\.(presentation|slideshow|template)|ms-powerpoint\.(presentation|slideshow|template)\.macroEnabled)\.main\+xml/,
    'pptx',
  ],
];

/**
 * Tells a document's type by its content. Name and Content-Type decide only between the kinds of text, which look alike. Of a text
 * that nobody announces as a table, the converter of text finds out whether it is one.
 *
 * @throws UnconvertibleDocumentError `empty`, `unsupported`, `encrypted` (Office with a password) or `corrupt` (a cut archive)
 */
export function detectType(source: SourceDocument): DocumentType {
  const { bytes } = source;
  if (bytes.byteLength === 0) throw new UnconvertibleDocumentError('empty', 'The document is empty: it has 0 bytes.');
  const head = latin1(bytes.subarray(0, SAMPLE_BYTES));
  if (head.slice(0, PDF_HEADER_WITHIN).includes('%PDF-')) return 'pdf';
  if (head.startsWith('PK\x03\x04') || head.startsWith('PK\x05\x06')) return officeType(bytes);
  if (head.startsWith('\xd0\xcf\x11\xe0')) throw legacyOffice(bytes);
  if (isImage(head)) return 'image';
  const known = kindOfBytes(head);
  if (known) throw unsupported(known);
  // An archive may stand behind other bytes.
  if (head.includes('PK\x03\x04')) return officeType(bytes);
  return textType(source);
}

function isImage(head: string): boolean {
  if (head.startsWith('RIFF')) return head.startsWith('WEBP', 8);
  if (head.startsWith('BM')) return head.startsWith('\0\0\0', 15) && BMP_HEADER_BYTES.includes(head.charCodeAt(14));
  return IMAGES.some((signature) => head.startsWith(signature));
}

function officeType(bytes: Uint8Array): DocumentType {
  const archive = openZipArchive(bytes, CONTENT_TYPES_LIMIT);
  if (archive.has('[Content_Types].xml')) {
    const contentTypes = latin1(archive.read('[Content_Types].xml'));
    const office = OFFICE.find(([content]) => content.test(contentTypes));
    if (office) return office[1];
    throw unsupported(kindOfPackage(contentTypes) ?? 'a ZIP archive');
  }
  const mimetype = archive.has('mimetype') ? latin1(archive.read('mimetype').subarray(0, 100)).trim() : undefined;
  if (mimetype === undefined) {
    if (archive.has('META-INF/container.xml')) return 'epub';
    throw unsupported('a ZIP archive');
  }
  if (mimetype.startsWith('application/epub+zip')) return 'epub';
  throw unsupported(kindOfPackage(mimetype) ?? `of type ${mimetype.replace(/[^\w.+/-]/g, '?')}`);
}

/** Compound files are Office 97 to 2003, or the wrapping of a newer document with a password (MS-OFFCRYPTO, 2.3.4.4). */
function legacyOffice(bytes: Uint8Array): UnconvertibleDocumentError {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.includes('EncryptedPackage', 0, 'utf16le')) {
    return new UnconvertibleDocumentError('encrypted', 'The document is encrypted; save it without a password.');
  }
  return unsupported(kindOfCompoundFile(buffer));
}

function textType({ bytes, filename, contentType = '' }: SourceDocument): DocumentType {
  const sample = bytes.subarray(0, SAMPLE_BYTES);
  const extension = filename.toLowerCase().match(/\.([a-z0-9]+)$/)?.[1] ?? '';
  const mediaType = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  // What is in a mail need not be text.
  const mail = mailTypeOf(latin1(sample), extension, mediaType);
  if (mail === 'eml' && isMailbox(bytes)) throw unsupported('a mailbox of several mails (mbox)');
  if (mail) return mail;
  const decoded = decodeText(sample, encodingOf(sample, charsetOf(contentType)) ?? 'windows-1252');
  if (decoded === undefined) throw unsupported('a binary file of an unknown type');
  const { text } = decoded;
  const source = kindOfSource(text);
  if (source) throw unsupported(source);
  if (/^\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html)\b/i.test(text.replace(/<!--[\s\S]*?-->/g, ''))) return 'html';
  if (['html', 'htm', 'xhtml'].includes(extension) || /^(text\/html|application\/xhtml\+xml)$/.test(mediaType))
    return 'html';
  if (['md', 'markdown'].includes(extension) || mediaType === 'text/markdown') return 'markdown';
  if (['csv', 'tsv', 'tab'].includes(extension) || /^(text|application)\/(csv|tab-separated-values)$/.test(mediaType))
    return 'csv';
  return 'text';
}

function unsupported(kind: string): UnconvertibleDocumentError {
  return new UnconvertibleDocumentError(
    'unsupported',
    `The document is ${kind}; only PDF, DOCX, PPTX, XLSX, HTML, EPUB, mails, Markdown, CSV and plain text can be converted.`,
  );
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
