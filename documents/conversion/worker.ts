/** A thread that converts one document after the other. `conversion-threads.ts` starts it. */
import { getHeapStatistics } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import { type CodeCache, newCodeCache } from './code-cache.ts';
import { convertByType, loadLibraries } from './convert-by-type.ts';
import {
  type Conversion,
  type DocumentType,
  type OcrMode,
  type SourceDocument,
  UnconvertibleDocumentError,
  type UnconvertibleReason,
} from './converter.ts';
import { type ConversionLimits, WARM_MEBIBYTES } from './limits.ts';
import { SharedObjects } from './shared-objects.ts';

/** What a thread is given when it starts. */
export interface WorkerSetup {
  readonly limits: ConversionLimits;
  /** Types whose libraries it loads before a document asks for them. */
  readonly types: readonly DocumentType[];
  /** What earlier threads compiled. */
  readonly codeCache: CodeCache;
}

export interface WorkerTask {
  readonly source: SourceDocument;
  readonly ocr: OcrMode;
}

/** What a thread answers to each task, once. */
export interface WorkerAnswer {
  readonly outcome:
    | { readonly conversion: Conversion }
    | { readonly unconvertible: { readonly reason: UnconvertibleReason; readonly message: string } };
  /** Whether the thread is as good as a new one, for the next document. */
  readonly reusable: boolean;
  /** The types whose libraries it has: one that takes its place should have them too. */
  readonly types: readonly DocumentType[];
}

/** What it compiled for the first time; it follows an answer. */
export interface WorkerAfterword {
  readonly codeCache: CodeCache;
}

const { limits, types, codeCache } = workerData as WorkerSetup;
const known: CodeCache = new Map(codeCache);
const loaded = new Set<DocumentType>();
let shared: SharedObjects | undefined;

// What fails here fails again with the document that needs it.
const ready = Promise.all(types.map(loadLibraries)).then(
  () => types.forEach(onLoaded),
  () => {},
);

parentPort?.on('message', async ({ source, ocr }: WorkerTask) => {
  await ready;
  // Rejects with what is not the document's fault, which ends the thread.
  const outcome = await convertByType(source, ocr, limits, onLoaded).then(
    (conversion) => ({ conversion }),
    (error: unknown) => {
      if (!(error instanceof UnconvertibleDocumentError)) throw error;
      return { unconvertible: { reason: error.reason, message: error.message } };
    },
  );
  parentPort?.postMessage({ outcome, reusable: isReusable(), types: [...loaded] } satisfies WorkerAnswer);
  const compiled = newCodeCache(known);
  if (compiled === undefined) return;
  for (const [name, code] of compiled) known.set(name, code);
  parentPort?.postMessage({ codeCache: compiled } satisfies WorkerAfterword);
});

function onLoaded(type: DocumentType): void {
  // What libraries change when they are loaded is their own affair.
  if (!loaded.has(type)) shared = new SharedObjects();
  loaded.add(type);
}

/** Nothing of the document goes on, it left little in memory, and nothing that the next one shares with it has changed. */
function isReusable(): boolean {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return (
    process.getActiveResourcesInfo().every((resource) => resource === 'MessagePort') &&
    used_heap_size + external_memory < WARM_MEBIBYTES * 2 ** 20 &&
    shared?.areUnchanged() !== false
  );
}
