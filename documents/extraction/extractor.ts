/** What the handler asks of every extractor, and what it may answer. */

/** A document as the conversion left it. */
export interface ExtractableDocument {
  readonly markdown: string;
  /** `gs://` URI of the source, only where it is a PDF and the extractor takes PDFs. */
  readonly pdfUri?: string;
}

/** What calls of a model have used up, all calls for one document together. */
export interface ModelUsage {
  /** The model that answered, as exactly as it says. */
  readonly model: string;
  readonly tokens: {
    /** Of the requests. */
    readonly input: number;
    /** Of the answers, with what the model thought beside them. */
    readonly output: number;
  };
  /** By the configured prices; what is billed also knows caches, discounts and aborted calls. */
  readonly estimatedCostUsd: number;
}

/** What was extracted. */
export interface Extraction extends ModelUsage {
  /** JSON that follows the schema. */
  readonly fields: unknown;
  /** Whether it is of a second answer, as the first broke the schema or was cut off. */
  readonly repaired: boolean;
}

/**
 * Why fields can never be extracted from a document, however often it is tried.
 *
 * - `extraction-invalid`: the model's answers break the schema, the repaired one too
 * - `extraction-blocked`: the model may not answer, by its provider's rules for content
 * - `extraction-too-long`: the answer was cut off at the model's limit, twice or after its repair
 * - `extraction-refused`: the request itself is not accepted, such as a document above the model's limits
 */
export type UnextractableReason =
  | 'extraction-invalid'
  | 'extraction-blocked'
  | 'extraction-too-long'
  | 'extraction-refused';

/** The document becomes FAILED and is not tried again. The message is a sentence for its owner. */
export class UnextractableDocumentError extends Error {
  override readonly name = 'UnextractableDocumentError';
  readonly reason: UnextractableReason;
  /** What the model answered, for whoever looks into it. */
  readonly answers: readonly string[];
  /** What it cost all the same; undefined where the model was not asked. */
  readonly usage: ModelUsage | undefined;

  constructor(reason: UnextractableReason, message: string, answers: readonly string[] = [], usage?: ModelUsage) {
    super(message);
    this.reason = reason;
    this.answers = answers;
    this.usage = usage;
  }
}

export interface ExtractOptions {
  /** Ends the extraction: it rejects with the signal's reason at once. */
  readonly signal: AbortSignal;
}

export interface Extractor {
  /** Whether a PDF is read from where it is stored, and not from its Markdown. @default false */
  readonly takesPdf?: boolean;
  /**
   * Extracts the fields of a document.
   *
   * @throws UnextractableDocumentError when it can never work
   * @throws the signal's reason when it was aborted
   * @throws Error when this attempt failed and another may succeed
   */
  extract(document: ExtractableDocument, options: ExtractOptions): Promise<Extraction>;
}
