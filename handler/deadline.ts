import type { Clock } from '../clock.ts';

/** A span of time was used up. */
export class DeadlineExceededError extends Error {
  constructor(what: string, seconds: number) {
    super(`${what} took longer than its ${seconds} s.`);
    this.name = 'DeadlineExceededError';
  }
}

/**
 * A signal that is aborted with a {@link DeadlineExceededError} when the time is over. `using` ends its timer.
 *
 * Not `AbortSignal.timeout`, because that knows no clock but the machine's.
 */
export function startDeadline(clock: Clock, what: string, seconds: number): { signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  const timer = clock.setTimeout(() => controller.abort(new DeadlineExceededError(what, seconds)), seconds * 1000);
  return { signal: controller.signal, [Symbol.dispose]: () => clock.clearTimeout(timer) };
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
