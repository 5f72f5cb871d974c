import { Worker, type WorkerOptions } from 'node:worker_threads';
import { type Converter, type SourceDocument, UnconvertibleDocumentError } from './converter.ts';
import { type ConversionLimits, DEFAULT_LIMITS } from './limits.ts';
import type { WorkerAnswer, WorkerTask } from './worker-messages.ts';

/** The bundled `worker.ts`, which the bundler puts here: the deployed handler is one file. Unbundled it does not exist. */
declare const CONVERSION_WORKER_SOURCE: string | undefined;

/**
 * The converter that needs no account, no network and no model. Every document gets a thread of its own: parsing never blocks
 * the event loop, an abort ends it at once, and a document that takes too much memory takes only its thread down.
 *
 * Too much memory counts as the document's own fault (`too-large`): the thread's heap is its own and always the same size, so a
 * retry would end there again.
 *
 * @param limits those that differ from the defaults
 */
export function createLocalConverter(limits: Partial<ConversionLimits> = {}): Converter {
  const allLimits = { ...DEFAULT_LIMITS, ...limits };
  return {
    name: 'local',
    async convert(source, { signal, ocr }) {
      signal.throwIfAborted();
      const answer = await runWorker({ source: detached(source), ocr, limits: allLimits }, signal);
      if ('conversion' in answer) return answer.conversion;
      throw new UnconvertibleDocumentError(answer.unconvertible.reason, answer.unconvertible.message);
    },
  };
}

function runWorker(task: WorkerTask, signal: AbortSignal): Promise<WorkerAnswer> {
  const { filename } = task.source;
  const { maxMemoryMebibytes } = task.limits;
  return new Promise((resolve, reject) => {
    const worker = startWorker({
      workerData: task,
      transferList: [task.source.bytes.buffer as ArrayBuffer],
      resourceLimits: { maxOldGenerationSizeMb: maxMemoryMebibytes },
      // A parser of other people's documents has no use for the handler's settings.
      env: {},
    });
    const onAbort = () => {
      reject(signal.reason);
      void worker.terminate();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    worker.once('message', resolve);
    worker.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') {
        const message = `The document needs more than the ${maxMemoryMebibytes} MiB of memory that one conversion may use.`;
        reject(new UnconvertibleDocumentError('too-large', message, { cause: error }));
      } else {
        reject(new Error(`The conversion of ${filename} failed: ${error.message}`, { cause: error }));
      }
    });
    worker.once('exit', (code) => {
      signal.removeEventListener('abort', onAbort);
      reject(new Error(`The conversion of ${filename} ended without a result (exit code ${code}).`));
    });
  });
}

function startWorker(options: WorkerOptions): Worker {
  return typeof CONVERSION_WORKER_SOURCE === 'string'
    ? new Worker(CONVERSION_WORKER_SOURCE, { ...options, eval: true })
    : new Worker(new URL('./worker.ts', import.meta.url), options);
}

/** A copy that can be handed over: the caller keeps its bytes, and one copy is quicker than cloning. */
function detached({ bytes, filename, contentType }: SourceDocument): SourceDocument {
  return { bytes: new Uint8Array(bytes), filename, ...(contentType !== undefined && { contentType }) };
}
