import type { Clock, TimerHandle } from './clock.ts';

/** A span of time was used up. */
export class DeadlineExceededError extends Error {
  constructor(what: string, seconds: number) {
    super(`${what} took longer than its ${seconds} s.`);
    this.name = 'DeadlineExceededError';
  }
}

/** A signal that `using` ends. */
export type DisposableSignal = { readonly signal: AbortSignal } & Disposable;

/**
 * The time that some work has, as a signal for everything that the work consists of. `using` ends its timer.
 *
 * Not `AbortSignal.timeout`, because that knows no clock but the machine's.
 */
export class Deadline implements DisposableSignal {
  /** Aborted with a {@link DeadlineExceededError} when the time is over, or before with the reason of {@link end}. */
  readonly signal: AbortSignal;
  readonly #controller = new AbortController();
  readonly #clock: Clock;
  readonly #timer: TimerHandle;
  readonly #other: AbortSignal | undefined;
  readonly #onOther = () => this.end(this.#other?.reason);

  /**
   * @param what the work, as the first words of a sentence
   * @param other ends the work with its reason. @default none
   */
  constructor(clock: Clock, what: string, seconds: number, other?: AbortSignal) {
    this.signal = this.#controller.signal;
    this.#clock = clock;
    this.#timer = this.#start(what, seconds);
    this.#other = other;
    if (other?.aborted) this.#onOther();
    other?.addEventListener('abort', this.#onOther);
  }

  /** The work is to stop now. */
  end(reason: unknown): void {
    this.#controller.abort(reason);
  }

  /**
   * A step that has less time than the work, and ends all of the work with it. Settles like `work`, or rejects as soon as all
   * is ended, whatever the step still does.
   */
  async step<T>(what: string, seconds: number, work: Promise<T>): Promise<T> {
    const timer = this.#start(what, seconds);
    try {
      return await abortable(work, this.signal);
    } finally {
      this.#clock.clearTimeout(timer);
    }
  }

  #start(what: string, seconds: number): TimerHandle {
    return this.#clock.setTimeout(() => this.end(new DeadlineExceededError(what, seconds)), seconds * 1000);
  }

  [Symbol.dispose](): void {
    this.#clock.clearTimeout(this.#timer);
    this.#other?.removeEventListener('abort', this.#onOther);
  }
}

/**
 * A signal that is aborted with the reason of the first of others.
 *
 * Not `AbortSignal.any`, which leaves the unlinking to the garbage collector: that was a third of a request's time.
 */
export function firstOf(...others: readonly AbortSignal[]): DisposableSignal {
  const controller = new AbortController();
  const onAbort = ({ target }: Event) => controller.abort((target as AbortSignal).reason);
  const aborted = others.find((signal) => signal.aborted);
  if (aborted !== undefined) controller.abort(aborted.reason);
  for (const signal of others) signal.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const signal of others) signal.removeEventListener('abort', onAbort);
    },
  };
}

/** Settles like `promise`, or rejects with the signal's reason at once when it is aborted, whatever the promise does. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort);
    const unlink = () => signal.removeEventListener('abort', onAbort);
    promise.then(resolve, reject);
    promise.then(unlink, unlink);
  });
}
