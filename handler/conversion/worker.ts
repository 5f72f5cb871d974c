/** The thread that converts one document and ends. `local-converter.ts` starts it. */
import { parentPort, workerData } from 'node:worker_threads';
import { convertDocument } from './convert-document.ts';
import { UnconvertibleDocumentError } from './converter.ts';
import type { WorkerAnswer, WorkerTask } from './worker-messages.ts';

const { source, ocr, limits } = workerData as WorkerTask;

convertDocument(source, ocr, limits)
  .then(
    (conversion): WorkerAnswer => ({ conversion }),
    (error: unknown): WorkerAnswer => {
      if (!(error instanceof UnconvertibleDocumentError)) throw error;
      return { unconvertible: { reason: error.reason, message: error.message } };
    },
  )
  .then((answer) => parentPort?.postMessage(answer));
