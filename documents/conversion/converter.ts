/**
 * What is asked of every converter, and what it may answer. On its way to Markdown a document passes through:
 *
 * 1. `convert-by-method.ts`, which hands it to the local converter or to `docling/docling-converter.ts`
 * 2. `local-converter.ts`, which takes a thread for it from `conversion-threads.ts`: `worker.ts`
 * 3. `convert-by-type.ts`, on that thread, which finds its type (`detect-type.ts`) and calls the converter of that format, in `pdf/`,
 *    `office/`, `html/`, `mail/`, `epub/` or `text/`
 * 4. `blocks.ts` and `pages.ts`, which write what those found as Markdown
 */

/** The kinds of document that can be converted, told apart by their content. */
export type DocumentType =
  | 'pdf'
  | 'docx'
  | 'pptx'
  | 'xlsx'
  | 'html'
  | 'markdown'
  | 'csv'
  | 'text'
  | 'eml'
  | 'mhtml'
  | 'epub'
  | 'image';

/** Whether scanned pages are read by OCR: where they need it, on every page, or never. */
export type OcrMode = 'auto' | 'force' | 'skip';

/** Who converts: whoever suits the document, or the one that is named. */
export type ConversionMethod = 'auto' | 'local' | 'docling';

/** A document as it was stored. */
export interface SourceDocument {
  readonly bytes: Uint8Array;
  /** For messages, and to tell Markdown from plain text; never to tell a PDF from a DOCX. */
  readonly filename: string;
  /** The stored `Content-Type`. A hint, as the filename is. */
  readonly contentType?: string;
}

/** What a document became. */
export interface Conversion {
  readonly markdown: string;
  readonly type: DocumentType;
  /** Only of documents that have fixed pages; of a presentation its slides, of a workbook its sheets. */
  readonly pages?: number;
  /** Length of the Markdown in UTF-16 code units. */
  readonly characters: number;
  /** The libraries that did it, each as `name@version`, such as `unpdf@1.8.1`. */
  readonly converter: string;
  readonly title?: string;
  readonly author?: string;
  /** BCP 47, as the document declares it. */
  readonly language?: string;
  /** Words of the Markdown, its markup left out. */
  readonly words?: number;
  /** What is missing, a sentence each. @default the conversion is complete */
  readonly partial?: readonly string[];
}

/**
 * Why a document can never be converted, however often it is tried.
 *
 * - `empty`: no bytes, or nothing to read in them
 * - `unsupported`: a kind of document that no converter here takes
 * - `corrupt`: damaged, or not what it claims to be
 * - `encrypted`: needs a password
 * - `needs-ocr`: pages of images, without text
 * - `too-large`: over the limit of pages, inflated bytes or memory
 * - `method-unavailable`: the method that was asked for is not part of this deployment
 */
export type UnconvertibleReason =
  | 'empty'
  | 'unsupported'
  | 'corrupt'
  | 'encrypted'
  | 'needs-ocr'
  | 'too-large'
  | 'method-unavailable';

/** The document itself is the problem: it becomes FAILED and is not tried again. The message is a sentence for its owner. */
export class UnconvertibleDocumentError extends Error {
  override readonly name = 'UnconvertibleDocumentError';
  readonly reason: UnconvertibleReason;

  constructor(reason: UnconvertibleReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

export interface ConvertOptions {
  /** Ends the conversion: it rejects with the signal's reason at once. */
  readonly signal: AbortSignal;
  readonly ocr: OcrMode;
  readonly method: ConversionMethod;
}

export interface Converter {
  /**
   * Converts a document into Markdown.
   *
   * @throws UnconvertibleDocumentError when it can never work
   * @throws the signal's reason when it was aborted
   * @throws Error when this attempt failed and another may succeed
   */
  convert(source: SourceDocument, options: ConvertOptions): Promise<Conversion>;
}
