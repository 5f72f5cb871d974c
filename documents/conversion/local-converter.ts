import { Worker, type WorkerOptions } from 'node:worker_threads';
import { type Converter, type SourceDocument, UnconvertibleDocumentError } from './converter.ts';
import { type ConversionLimits, DEFAULT_LIMITS } from './limits.ts';
import type { WorkerAfterword, WorkerAnswer, WorkerTask } from './worker.ts';

/** The bundled `worker.ts`, which the bundler puts here: the deployed handler is one file. Unbundled it does not exist. */
declare const CONVERSION_WORKER_SOURCE: string | undefined;

/** Between two looks at a conversion's buffers; a parser written in JavaScript inflates some 10 MB in that time. */
const BUFFER_CHECK_MILLISECONDS = 100;

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
  const codeCache = new Map<string, Uint8Array>();
  return {
    async convert(source, { signal, ocr }) {
      signal.throwIfAborted();
      const answer = await runWorker({ source: detached(source), ocr, limits: allLimits, codeCache }, signal);
      if ('conversion' in answer) return answer.conversion;
      throw new UnconvertibleDocumentError(answer.unconvertible.reason, answer.unconvertible.message);
    },
  };
}

function runWorker(task: WorkerTask, signal: AbortSignal): Promise<WorkerAnswer> {
  const { filename, bytes } = task.source;
  const { maxMemoryMebibytes, maxBufferMebibytes } = task.limits;
  const maxBufferBytes = maxBufferMebibytes * 1024 * 1024 + bytes.byteLength;
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
    const stopWatching = watchBuffers(worker, maxBufferBytes, () => {
      reject(tooMuchMemory(maxBufferMebibytes));
      void worker.terminate();
    });
    worker.on('message', (message: WorkerAnswer | WorkerAfterword) => {
      if ('codeCache' in message) for (const [name, code] of message.codeCache) task.codeCache.set(name, code);
      else resolve(message);
    });
    worker.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') {
        reject(tooMuchMemory(maxMemoryMebibytes, error));
      } else {
        reject(new Error(`The conversion of ${filename} failed: ${error.message}`, { cause: error }));
      }
    });
    worker.once('exit', (code) => {
      signal.removeEventListener('abort', onAbort);
      stopWatching();
      reject(new Error(`The conversion of ${filename} ended without a result (exit code ${code}).`));
    });
  });
}

/** `resourceLimits` bound a thread's heap and not its buffers, of which a few hundred bytes of PDF can fill gigabytes. */
function watchBuffers(worker: Worker, maxBytes: number, onExceeded: () => void): () => void {
  const timer = setInterval(async () => {
    // It rejects when the thread has just ended.
    const statistics = await worker.getHeapStatistics().catch(() => undefined);
    if (statistics !== undefined && statistics.external_memory > maxBytes) onExceeded();
  }, BUFFER_CHECK_MILLISECONDS);
  timer.unref();
  return () => clearInterval(timer);
}

function tooMuchMemory(mebibytes: number, cause?: unknown): UnconvertibleDocumentError {
  const message = `The document needs more than the ${mebibytes} MiB of memory that one conversion may use.`;
  return new UnconvertibleDocumentError('too-large', message, { cause });
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
