import {
  type Conversion,
  type DocumentType,
  type OcrMode,
  type SourceDocument,
  UnconvertibleDocumentError,
} from './converter.ts';
import { detectType } from './detect-type.ts';
import type { ConversionLimits } from './limits.ts';
import { countWords } from './long-text.ts';
import { type ReadText, readText } from './text/read-text.ts';

/** No page, and so no text. */
const EMPTY_PDF =
  '%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj trailer<</Root 1 0 R>>';

/** Loads what documents of a type need, and lets it set itself up. */
export async function loadLibraries(type: DocumentType): Promise<void> {
  switch (type) {
    case 'pdf': {
      // pdf.js goes on setting itself up until it has opened a document.
      const { convertPdf } = await import('./pdf/pdf.ts');
      await convertPdf(Buffer.from(EMPTY_PDF), 'auto', 1).catch(() => {});
      return;
    }
    case 'docx':
      await Promise.all([import('./office/docx.ts'), import('mammoth')]);
      return;
    case 'csv':
    case 'text':
      await import('./text/csv.ts');
  }
}

/**
 * Converts a document on this thread, by the type that its content shows. Each format's libraries are loaded only when a document needs them.
 *
 * @param onReady called when they are loaded, before the document is read
 * @throws UnconvertibleDocumentError for every document that cannot be converted: what a parser throws is deterministic, so a
 *   retry would fail the same way
 */
export async function convertByType(
  source: SourceDocument,
  ocr: OcrMode,
  limits: ConversionLimits,
  onReady: (type: DocumentType) => void = () => {},
): Promise<Conversion> {
  const type = detectType(source);
  await loadLibraries(type);
  onReady(type);
  try {
    const conversion = await contentOf(type, source, ocr, limits);
    const markdown = `${conversion.markdown.trim()}\n`;
    if (markdown === '\n') {
      const message = ['The document is empty: it has no text.', ...(conversion.partial ?? [])].join(' ');
      throw new UnconvertibleDocumentError('empty', message);
    }
    return { ...conversion, markdown, characters: markdown.length, words: countWords(markdown) };
  } catch (error) {
    if (error instanceof UnconvertibleDocumentError || isOutOfMemory(error)) throw error;
    if (isOverflow(error)) {
      const message = `The document cannot be read as ${type}: its parts stand too deep in each other.`;
      throw new UnconvertibleDocumentError('too-large', message, { cause: error });
    }
    const message = `The document cannot be read as ${type}: its parser ended with ${kindOf(error)}.`;
    throw new UnconvertibleDocumentError('corrupt', message, { cause: error });
  }
}

async function contentOf(
  type: DocumentType,
  source: SourceDocument,
  ocr: OcrMode,
  limits: ConversionLimits,
): Promise<Omit<Conversion, 'characters'>> {
  switch (type) {
    case 'pdf':
      return (await import('./pdf/pdf.ts')).convertPdf(source.bytes, ocr, limits.maxPages);
    case 'docx':
      return (await import('./office/docx.ts')).convertDocx(source.bytes, limits.maxInflatedBytes);
    case 'pptx':
      return (await import('./office/pptx.ts')).convertPptx(source.bytes, limits);
    case 'xlsx':
      return (await import('./office/xlsx.ts')).convertXlsx(source.bytes, limits);
    case 'html': {
      const { convertHtml } = await import('./html/html.ts');
      const { declaredCharset } = await import('./html/prescan.ts');
      const { text, remarks } = await readText(source, declaredCharset(source.bytes));
      return withRemarks(convertHtml(text), remarks);
    }
    case 'eml':
      return (await import('./mail/mail.ts')).convertMail(source.bytes);
    case 'mhtml':
      return (await import('./mail/mail.ts')).convertWebArchive(source.bytes);
    case 'epub':
      return (await import('./epub/epub.ts')).convertEpub(source.bytes, limits.maxInflatedBytes);
    case 'markdown': {
      const { text, remarks } = await readText(source);
      return withRemarks((await import('./text/text.ts')).convertMarkdown(text), remarks);
    }
    case 'csv':
    case 'text': {
      const { text, remarks } = await readText(source);
      const { convertCsv, delimiterOf } = await import('./text/csv.ts');
      const delimiter = delimiterOf(text, type === 'csv');
      const isText = delimiter === undefined;
      return withRemarks(
        isText ? (await import('./text/text.ts')).convertText(text) : convertCsv(text, delimiter),
        remarks,
      );
    }
    case 'image':
      throw new UnconvertibleDocumentError(
        'needs-ocr',
        'The document is an image: its text needs OCR, which the local converter does not have.',
      );
  }
}

function withRemarks(
  conversion: Omit<Conversion, 'characters'>,
  remarks: ReadText['remarks'],
): Omit<Conversion, 'characters'> {
  const partial = [...remarks, ...(conversion.partial ?? [])];
  return partial.length === 0 ? conversion : { ...conversion, partial };
}

/** What a parser says of an error may quote the document, which belongs into no reason and no log. */
function kindOf(error: unknown): string {
  const name = error instanceof Error ? error.name : '';
  return /^[A-Z][A-Za-z]{0,40}$/.test(name) ? name : 'an error';
}

/** Parsers follow elements in elements by calls in calls. */
function isOverflow(error: unknown): boolean {
  return error instanceof RangeError && error.message === 'Maximum call stack size exceeded';
}

/** The one failure that says something about the moment and not about the document: the process had no memory for a buffer. */
function isOutOfMemory(error: unknown): boolean {
  return error instanceof RangeError && /Array buffer allocation failed/.test(error.message);
}
