import { Worker, type WorkerOptions } from 'node:worker_threads';
import { type Clock, systemClock, type TimerHandle } from '../../time/clock.ts';
import type { CodeCache } from './code-cache.ts';
import { type DocumentType, UnconvertibleDocumentError } from './converter.ts';
import { type ConversionLimits, WARM_MEBIBYTES } from './limits.ts';
import type { WorkerAfterword, WorkerAnswer, WorkerSetup, WorkerTask } from './worker.ts';

/** The bundled `worker.ts`, which the bundler puts here: the deployed handler is one file. Unbundled it does not exist. */
declare const CONVERSION_WORKER_SOURCE: string | undefined;

/** Between two looks at a conversion's buffers; a parser written in JavaScript inflates some 10 MB in that time. */
const BUFFER_CHECK_MILLISECONDS = 100;

/** Documents after which a thread is replaced, whatever it looks like: what libraries keep of each adds up. Our own. */
const MAX_DOCUMENTS = 200;

/** After the last document; until then as many threads wait as there were documents at once. Each holds some 30 MB. */
const IDLE_MILLISECONDS = 30_000;

/** MiB of a thread's heap for what is new in it. V8's own is 48, of which a thread holds more at rest; with 8 a DOCX takes a quarter more of the processor. */
const YOUNG_GENERATION_MEBIBYTES = 32;

export interface ConversionThreadsOptions {
  readonly limits: ConversionLimits;
  /** @default the machine's */
  readonly clock?: Clock;
  /** Starts the thread of a worker. @default `worker.ts` */
  readonly startWorker?: (options: WorkerOptions) => Worker;
}

/**
 * Threads that convert a document each, and wait for the next one with their libraries loaded. A thread that was interrupted, that
 * a document has left in another state, or that has done its number, is replaced by a new one while nobody waits for it.
 */
export class ConversionThreads {
  readonly #limits: ConversionLimits;
  readonly #clock: Clock;
  readonly #startWorker: (options: WorkerOptions) => Worker;
  readonly #idle: ConversionThread[] = [];
  readonly #codeCache: CodeCache = new Map();
  #types: readonly DocumentType[] = [];
  #ending: TimerHandle | undefined;

  constructor({ limits, clock = systemClock, startWorker = startConversionWorker }: ConversionThreadsOptions) {
    this.#limits = limits;
    this.#clock = clock;
    this.#startWorker = startWorker;
  }

  /**
   * Converts a document on a thread of its own.
   *
   * @param task its bytes are handed over: they are gone afterwards
   * @throws UnconvertibleDocumentError `too-large` when it needs more memory than the limits say
   * @throws the signal's reason at once when it is aborted
   * @throws Error when the thread ended for another reason
   */
  async convert(task: WorkerTask, signal: AbortSignal): Promise<WorkerAnswer['outcome']> {
    const thread = this.#take();
    try {
      const { outcome, reusable, types } = await thread.convert(task, signal);
      if (types.length > this.#types.length) this.#types = types;
      if (reusable && !thread.isWorn) this.#keep(thread);
      else this.#replace(thread);
      return outcome;
    } catch (error) {
      this.#replace(thread);
      throw error;
    }
  }

  #take(): ConversionThread {
    for (let thread = this.#idle.pop(); thread !== undefined; thread = this.#idle.pop()) {
      if (!thread.hasEnded) return thread;
    }
    return this.#start();
  }

  #start(): ConversionThread {
    const setup = { limits: this.#limits, types: this.#types, codeCache: this.#codeCache };
    return new ConversionThread(setup, this.#startWorker);
  }

  /** The one that was used last is used next; all but one end when nothing has come for a while. */
  #keep(thread: ConversionThread): void {
    this.#idle.push(thread);
    if (this.#ending) this.#clock.clearTimeout(this.#ending);
    this.#ending = this.#clock.setTimeout(() => {
      for (const unused of this.#idle.splice(1)) unused.end();
    }, IDLE_MILLISECONDS);
  }

  #replace(thread: ConversionThread): void {
    thread.end();
    if (this.#idle.length === 0) this.#keep(this.#start());
  }
}

class ConversionThread {
  readonly #worker: Worker;
  readonly #limits: ConversionLimits;
  #waiting: PromiseWithResolvers<WorkerAnswer> | undefined;
  #hasEnded = false;
  #documents = 0;

  constructor(setup: WorkerSetup, startWorker: (options: WorkerOptions) => Worker) {
    this.#limits = setup.limits;
    this.#worker = startWorker({
      workerData: setup,
      resourceLimits: {
        maxOldGenerationSizeMb: setup.limits.maxMemoryMebibytes + WARM_MEBIBYTES,
        maxYoungGenerationSizeMb: YOUNG_GENERATION_MEBIBYTES,
      },
      // A parser of other people's documents has no use for the handler's settings.
      env: {},
    });
    this.#worker.on('message', (message: WorkerAnswer | WorkerAfterword) => {
      if ('codeCache' in message) for (const [name, code] of message.codeCache) setup.codeCache.set(name, code);
      else this.#waiting?.resolve(message);
    });
    this.#worker.on('error', (error) => this.#waiting?.reject(error));
    this.#worker.once('exit', (code) => {
      this.#hasEnded = true;
      this.#waiting?.reject(new Error(`it ended without a result (exit code ${code})`));
    });
    // While it waits it keeps no process alive.
    this.#worker.unref();
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  get isWorn(): boolean {
    return this.#documents >= MAX_DOCUMENTS;
  }

  end(): void {
    void this.#worker.terminate();
  }

  /** @throws as {@link ConversionThreads.convert} */
  async convert(task: WorkerTask, signal: AbortSignal): Promise<WorkerAnswer> {
    const { bytes, filename } = task.source;
    const { maxMemoryMebibytes, maxBufferMebibytes } = this.#limits;
    this.#waiting = Promise.withResolvers();
    const { promise: answer, reject } = this.#waiting;
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    const maxBufferBytes = (maxBufferMebibytes + WARM_MEBIBYTES) * 2 ** 20 + bytes.byteLength;
    const stopWatching = this.#watchBuffers(maxBufferBytes, () => reject(tooMuchMemory(maxBufferMebibytes)));
    this.#documents++;
    this.#worker.ref();
    try {
      this.#worker.postMessage(task, [bytes.buffer as ArrayBuffer]);
      return await answer;
    } catch (error) {
      if (signal.aborted || error instanceof UnconvertibleDocumentError) throw error;
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'ERR_WORKER_OUT_OF_MEMORY') throw tooMuchMemory(maxMemoryMebibytes, error as Error);
      throw new Error(`The conversion of ${filename} failed: ${message}`, { cause: error });
    } finally {
      this.#waiting = undefined;
      signal.removeEventListener('abort', onAbort);
      stopWatching();
      this.#worker.unref();
    }
  }

  /** `resourceLimits` bound a thread's heap and not its buffers, of which a few hundred bytes of PDF can fill gigabytes. */
  #watchBuffers(maxBytes: number, onExceeded: () => void): () => void {
    const timer = setInterval(async () => {
      // It rejects when the thread has just ended.
      const statistics = await this.#worker.getHeapStatistics().catch(() => undefined);
      if (statistics !== undefined && statistics.external_memory > maxBytes) onExceeded();
    }, BUFFER_CHECK_MILLISECONDS);
    timer.unref();
    return () => clearInterval(timer);
  }
}

function tooMuchMemory(mebibytes: number, cause?: Error): UnconvertibleDocumentError {
  const message = `The document needs more than the ${mebibytes} MiB of memory that one conversion may use.`;
  return new UnconvertibleDocumentError('too-large', message, { cause });
}

function startConversionWorker(options: WorkerOptions): Worker {
  return typeof CONVERSION_WORKER_SOURCE === 'string'
    ? new Worker(CONVERSION_WORKER_SOURCE, { ...options, eval: true })
    : new Worker(new URL('./worker.ts', import.meta.url), options);
}
