import type { Clock } from '../clock.ts';

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
 * A signal that is aborted with a {@link DeadlineExceededError} when the time is over, or before with the reason of another
 * signal. `using` ends its timer.
 *
 * Not `AbortSignal.timeout`, because that knows no clock but the machine's.
 */
export function startDeadline(
  clock: Clock,
  what: string,
  seconds: number,
  ...others: readonly AbortSignal[]
): DisposableSignal {
  const controller = new AbortController();
  const timer = clock.setTimeout(() => controller.abort(new DeadlineExceededError(what, seconds)), seconds * 1000);
  const unfollow = follow(controller, others);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      clock.clearTimeout(timer);
      unfollow();
    },
  };
}

/**
 * A signal that is aborted with the reason of the first of others.
 *
 * Not `AbortSignal.any`, which leaves the unlinking to the garbage collector: that was a third of a request's time.
 */
export function firstOf(...others: readonly AbortSignal[]): DisposableSignal {
  const controller = new AbortController();
  return { signal: controller.signal, [Symbol.dispose]: follow(controller, others) };
}

/** Aborts with the first of the signals. Returns what ends that. */
function follow(controller: AbortController, signals: readonly AbortSignal[]): () => void {
  const onAbort = ({ target }: Event) => controller.abort((target as AbortSignal).reason);
  const aborted = signals.find((signal) => signal.aborted);
  if (aborted !== undefined) controller.abort(aborted.reason);
  for (const signal of signals) signal.addEventListener('abort', onAbort, { once: true });
  return () => {
    for (const signal of signals) signal.removeEventListener('abort', onAbort);
  };
}

/** Settles like `promise`, or rejects with the signal's reason at once when it is aborted, whatever the promise does. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
