import type { Conversion, OcrMode, SourceDocument, UnconvertibleReason } from './converter.ts';
import type { ConversionLimits } from './limits.ts';

/** What the conversion's thread is given when it starts. */
export interface WorkerTask {
  readonly source: SourceDocument;
  readonly ocr: OcrMode;
  readonly limits: ConversionLimits;
}

/** What it answers, once. */
export type WorkerAnswer =
  | { readonly conversion: Conversion }
  | { readonly unconvertible: { readonly reason: UnconvertibleReason; readonly message: string } };
