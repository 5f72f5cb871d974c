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

/**
 * Milliseconds after which a timer looks at the clock again. Node's timers stand still while a machine sleeps, and the clock does not:
 * what came due meanwhile is not to wait for what is left of the timer. (They also turn delays of more than 32 bits into 1 ms.)
 */
const LOOK_AGAIN_MS = 5_000;

/**
 * The machine's clock. Its timers do not keep the process alive: servers do. They are due when the clock says so or when so much time
 * has passed, whichever is first: it may be set forward, and back.
 */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout(fn, ms) {
    const handle = { timer: undefined };
    arm(handle, fn, Date.now() + ms, ms);
    return handle;
  },
  clearTimeout(handle) {
    clearTimeout(handle.timer as NodeJS.Timeout);
  },
};

/**
 * @param due when the timer is due on the clock, in milliseconds since the epoch
 * @param rest milliseconds that may still pass until then
 */
function arm(handle: { timer: unknown }, fn: () => void, due: number, rest: number): void {
  const next = Math.min(Math.ceil(rest), LOOK_AGAIN_MS);
  const look = () => {
    const left = Math.min(due - Date.now(), rest - next);
    if (left > 0) arm(handle, fn, due, left);
    else fn();
  };
  handle.timer = setTimeout(look, next).unref();
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

/** The machine's time, running faster from now on. */
export function acceleratedClock(factor: number): Clock {
  const start = systemClock.now();
  return {
    now: () => start + (systemClock.now() - start) * factor,
    setTimeout: (callback, ms) => systemClock.setTimeout(callback, ms / factor),
    clearTimeout: (handle) => systemClock.clearTimeout(handle),
  };
}
