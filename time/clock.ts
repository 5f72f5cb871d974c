/**
 * Time as a dependency: whatever waits reads it and waits on it only through a {@link Clock}, so that a test makes an hour of
 * backoff pass in no time. The virtual clock of the tests is `virtual-clock.ts`.
 */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `fn` once, not before `ms` milliseconds have passed. Zero or less: as soon as possible, never within this call. */
  setTimeout(fn: () => void, ms: number): TimerHandle;
  /** Cancels a timer; does nothing for one that has run or was cancelled. */
  clearTimeout(handle: TimerHandle): void;
}

/** What {@link Clock.setTimeout} returns: opaque, good for one `clearTimeout`. */
export interface TimerHandle {
  readonly timer: unknown;
}

/** Node's timers take 32-bit delays and turn longer ones (24.9 days) into 1 ms. */
const LONGEST_NODE_DELAY_MS = 2 ** 31 - 1;

/** The machine's clock. Its timers do not keep the process alive: servers do. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout(fn, ms) {
    const handle: { timer: unknown } = { timer: undefined };
    arm(handle, fn, ms);
    return handle;
  },
  clearTimeout(handle) {
    clearTimeout(handle.timer as NodeJS.Timeout);
  },
};

function arm(handle: { timer: unknown }, fn: () => void, ms: number): void {
  const rest = ms - LONGEST_NODE_DELAY_MS;
  const timer =
    rest > 0 ? setTimeout(() => arm(handle, fn, rest), LONGEST_NODE_DELAY_MS) : setTimeout(fn, Math.ceil(ms));
  handle.timer = timer.unref();
}

/** Resolves `milliseconds` from now, or rejects with the signal's reason as soon as it is aborted. */
export function sleep(clock: Clock, milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      clock.clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = clock.setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
