import { UnconvertibleDocumentError } from './converter.ts';

/** What one document may take, so that a small hostile file cannot occupy a whole instance. */
export interface ConversionLimits {
  /** Pages of a PDF, slides of a presentation, sheets of a workbook. @default 2000 */
  readonly maxPages: number;
  /** Bytes that the parts of an Office document or a book may inflate to, all together. @default 134217728 (128 MiB) */
  readonly maxInflatedBytes: number;
  /** JavaScript heap of one conversion in MiB, its old generation. @default 256 */
  readonly maxMemoryMebibytes: number;
  /** Buffers of one conversion in MiB, outside of its heap and beside the document itself. @default 256 */
  readonly maxBufferMebibytes: number;
}

export const DEFAULT_LIMITS: ConversionLimits = {
  maxPages: 2000,
  maxInflatedBytes: 128 * 1024 * 1024,
  maxMemoryMebibytes: 256,
  maxBufferMebibytes: 256,
};

/** What a thread may hold between two documents, in MiB: it comes on top of what each may use. Our own; most leave a third of it. */
export const WARM_MEBIBYTES = 96;

/** Cells of one table, empty ones included: two cells at the ends of a sheet would span 17 thousand million. */
export const MAX_TABLE_CELLS = 1_000_000;

/** UTF-16 code units of the text of a document with pages or tables, each text counted as often as it is written. */
export const MAX_TEXT_CHARACTERS = 20_000_000;

/** @throws UnconvertibleDocumentError `too-large` above {@link MAX_TEXT_CHARACTERS} */
export function requireBearable(characters: number): void {
  if (characters <= MAX_TEXT_CHARACTERS) return;
  const message = `The document has ${characters} characters of text; at most ${MAX_TEXT_CHARACTERS} are converted.`;
  throw new UnconvertibleDocumentError('too-large', message);
}
