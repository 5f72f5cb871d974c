/** The thread that converts one document and ends. `local-converter.ts` starts it. */
import { parentPort, workerData } from 'node:worker_threads';
import { type CodeCache, newCodeCache } from './code-cache.ts';
import { convertByType } from './convert-by-type.ts';
import {
  type Conversion,
  type OcrMode,
  type SourceDocument,
  UnconvertibleDocumentError,
  type UnconvertibleReason,
} from './converter.ts';
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

const { source, ocr, limits, codeCache } = workerData as WorkerTask;

convertByType(source, ocr, limits)
  .then(
    (conversion): WorkerAnswer => ({ conversion }),
    (error: unknown): WorkerAnswer => {
      if (!(error instanceof UnconvertibleDocumentError)) throw error;
      return { unconvertible: { reason: error.reason, message: error.message } };
    },
  )
  .then((answer) => {
    parentPort?.postMessage(answer);
    const compiled = newCodeCache(codeCache);
    if (compiled) parentPort?.postMessage({ codeCache: compiled } satisfies WorkerAfterword);
  });
