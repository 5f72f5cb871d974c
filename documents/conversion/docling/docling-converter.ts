import {
  type Conversion,
  type Converter,
  type DocumentType,
  type OcrMode,
  type SourceDocument,
  UnconvertibleDocumentError,
} from '../converter.ts';
import { detectType } from '../detect-type.ts';
import { countWords } from '../long-text.ts';
import { DoclingClient, type DoclingClientOptions } from './docling-client.ts';
import { countPages, missingParts, numberPages, PAGE_BREAK } from './docling-pages.ts';
import type { DoclingDocument, DoclingResult } from './docling-schema.ts';
import { type MultipartForm, multipartForm } from './multipart-form.ts';

/** What a PDF shows where its form in XML is not drawn, and docling takes for its text. */
const XFA_PLACEHOLDER = /Please wait\W+If this message is not eventually replaced/;

export interface DoclingConverterOptions extends DoclingClientOptions {
  /** Seconds docling-serve gives the document itself: `doclingSeconds` of the deadline chain. */
  readonly timeoutSeconds: number;
}

/** Longest quotation of docling's own words in an error, in UTF-16 code units. */
const LONGEST_QUOTATION = 500;

/**
 * The converter that has docling-serve do it: OCR, layout models, tables. What docling could do only a part of is kept, and
 * marked as `partial`.
 */
export function createDoclingConverter({ timeoutSeconds, ...options }: DoclingConverterOptions): Converter {
  const client = new DoclingClient(options);
  return {
    async convert(source, { signal, ocr }) {
      signal.throwIfAborted();
      const type = detectType(source);
      const extension = EXTENSIONS[type];
      if (extension === undefined) throw notRead();
      // Before the document itself is sent: whether anybody is there.
      const version = await client.version(signal);
      const taskId = await client.submit(formFor(source, extension, ocr, timeoutSeconds), signal);
      await client.ended(taskId, signal);
      const result = await client.result(taskId, signal);
      const converter = version === undefined ? 'docling-serve' : `docling-serve@${version}`;
      return { type, converter, ...converted(result, ocr) };
    },
  };
}

/** What docling-serve is asked for: a form, because its JSON would have the bytes in base64, at once and on this thread. */
function formFor({ bytes }: SourceDocument, extension: string, ocr: OcrMode, timeoutSeconds: number): MultipartForm {
  const options = [
    ['to_formats', 'md'],
    ['to_formats', 'json'],
    ['image_export_mode', 'placeholder'],
    ['md_page_break_placeholder', PAGE_BREAK],
    ['do_ocr', String(ocr !== 'skip')],
    ['force_ocr', String(ocr === 'force')],
    ['document_timeout', String(timeoutSeconds)],
    ['abort_on_error', 'false'],
    ['target_type', 'inbody'],
  ] as const;
  // docling tells kinds of text apart by the name alone, and writes names into its log: not the document's own.
  return multipartForm(options, { field: 'files', name: `document.${extension}`, bytes });
}

/** Of what it reads: mails and books are left to the local converter. */
const EXTENSIONS: Readonly<Partial<Record<DocumentType, string>>> = {
  pdf: 'pdf',
  docx: 'docx',
  pptx: 'pptx',
  xlsx: 'xlsx',
  html: 'html',
  markdown: 'md',
  csv: 'csv',
  text: 'txt',
  // Of images docling looks at the first bytes.
  image: 'png',
};

function notRead(): UnconvertibleDocumentError {
  const message =
    'Mails, web archives and books are not for docling: enqueue the document with the method auto or local.';
  return new UnconvertibleDocumentError('unsupported', message);
}

/** @throws UnconvertibleDocumentError, or Error when a further attempt may end better */
function converted(result: DoclingResult, ocr: OcrMode): Omit<Conversion, 'type' | 'converter'> {
  const { status, errors } = result;
  if (status === 'failure' || status === 'skipped') throw failureOf(result);
  const document = result.document.json_content ?? NOTHING_KNOWN;
  const markdown = `${numberPages(result.document.md_content ?? '', document)}\n`;
  const isPartial = status === 'partial_success';
  if (!hasText(markdown)) throw isPartial ? failureOf(result) : noText(document, ocr);
  if (XFA_PLACEHOLDER.test(markdown.slice(0, LONGEST_QUOTATION))) {
    const message = 'The PDF is an XFA form, which only Adobe Reader shows; print it into a PDF there.';
    throw new UnconvertibleDocumentError('unsupported', message);
  }
  const pages = countPages(document);
  const title = document.texts.find(({ label }) => label === 'title')?.text.trim();
  const missing = missingParts(errors);
  return {
    markdown,
    characters: markdown.length,
    words: countWords(markdown),
    ...(pages !== undefined && { pages }),
    ...(title && { title }),
    ...(isPartial && { partial: missing.length > 0 ? missing : ['docling-serve converted only a part of it.'] }),
  };
}

const NOTHING_KNOWN: DoclingDocument = {
  pages: {},
  texts: [],
  tables: [],
  pictures: [],
  key_value_items: [],
  form_items: [],
};

/** Anchors of pages and placeholders of pictures are comments, and no text. */
function hasText(markdown: string): boolean {
  // Not a pattern from `<!--` to `-->`: over a document that opens many and closes none it takes the square of its length.
  const parts = markdown.split('-->');
  const last = parts.pop() ?? '';
  return last.trim() !== '' || parts.some((part) => part.split('<!--', 1)[0]?.trim() !== '');
}

function noText({ pictures }: DoclingDocument, ocr: OcrMode): UnconvertibleDocumentError {
  if (ocr === 'skip' && pictures.length > 0) {
    const message = 'The document needs OCR: it has images and no text, and OCR was to be skipped (ocr: skip).';
    return new UnconvertibleDocumentError('needs-ocr', message);
  }
  return new UnconvertibleDocumentError('empty', 'The document is empty: it has no text.');
}

/**
 * Why docling gave nothing. What lies in the document is permanent; what docling does not put down to it (its time is up, a model
 * failed, no memory) is another attempt's chance.
 */
function failureOf({ status, errors }: DoclingResult): Error {
  const said = errors.map(({ error_message }) => error_message.trim()).join(' ') || 'It gave no reason.';
  const quotation = said.slice(0, LONGEST_QUOTATION);
  if (/password|encrypted/i.test(said)) {
    return new UnconvertibleDocumentError('encrypted', 'The document is encrypted; save it without a password.');
  }
  if (status === 'skipped') {
    return new UnconvertibleDocumentError('unsupported', `docling-serve does not take the document: ${quotation}`);
  }
  if (errors.some(({ category }) => category === 'policy')) {
    return new UnconvertibleDocumentError('too-large', `docling-serve refuses the document: ${quotation}`);
  }
  // docling before 2.107 had no categories, and nothing to say of a document that it could not open.
  const isUnreadable = errors.every(
    ({ category, component_type }) =>
      category === 'backend_failure' || (category === 'unknown' && component_type === 'user_input'),
  );
  if (status === 'failure' && isUnreadable) {
    return new UnconvertibleDocumentError(
      'corrupt',
      `The document is damaged: docling-serve cannot read it. ${quotation}`,
    );
  }
  return new Error(`docling-serve could not convert the document: ${quotation}`);
}
