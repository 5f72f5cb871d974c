/** The thread that converts one document and ends. `local-converter.ts` starts it. */
import { parentPort, workerData } from 'node:worker_threads';
import { newCodeCache } from './code-cache.ts';
import { convertDocument } from './convert-document.ts';
import { UnconvertibleDocumentError } from './converter.ts';
import type { WorkerAfterword, WorkerAnswer, WorkerTask } from './worker-messages.ts';

const { source, ocr, limits, codeCache } = workerData as WorkerTask;

convertDocument(source, ocr, limits)
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
