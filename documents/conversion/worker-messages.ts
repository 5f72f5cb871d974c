import type { CodeCache } from './code-cache.ts';
import type { Conversion, OcrMode, SourceDocument, UnconvertibleReason } from './converter.ts';
import type { ConversionLimits } from './limits.ts';

/** What the conversion's thread is given when it starts. */
export interface WorkerTask {
  readonly source: SourceDocument;
  readonly ocr: OcrMode;
  readonly limits: ConversionLimits;
  /** What an earlier thread compiled. */
  readonly codeCache: CodeCache;
}

/** What it answers, once; what it compiled may follow. */
export type WorkerAnswer =
  | { readonly conversion: Conversion }
  | { readonly unconvertible: { readonly reason: UnconvertibleReason; readonly message: string } };

export interface WorkerAfterword {
  readonly codeCache: CodeCache;
}
