import { type Clock, sleep } from '../time/clock.ts';
import { FalseEncodingError, ObjectTooLargeError, StorageError } from './object-store.ts';
import { limitSilence, type SilenceLimit } from './silence-limit.ts';

/**
 * Tries of a call in all, and how long one may be without a byte in either direction: a large object on a slow line may take as
 * long as its caller's signal allows. Beyond them the attempt fails and Cloud Tasks retries it.
 */
const TRIES = 4;
const SILENCE_SECONDS = 30;
const FIRST_DELAY_MS = 200;

/** Cloud Storage's answer to more than about one change of an object a second, and how long to leave the object alone then. */
const TOO_MANY = 429;
const BUSY_DELAY_MS = 1000;

export interface RetryOptions {
  readonly clock: Clock;
  /** From 0 up to 1, for the jitter of the delays. */
  readonly random: () => number;
}

/**
 * Makes a call of Cloud Storage four times at most: again after 408, 5xx, a lost connection or a damaged download, from 0.2 s on twice as
 * long each time. On 429 an object has changed too often, which is no outage: see {@link whileBusy}.
 *
 * @throws StorageError of the last try
 */
export function retrying<T>(
  options: RetryOptions,
  signal: AbortSignal | undefined,
  attempt: (limit: SilenceLimit) => Promise<T>,
): Promise<T> {
  return whileBusy(options, signal, () => tries(options, signal, attempt));
}

async function tries<T>(
  { clock, random }: RetryOptions,
  signal: AbortSignal | undefined,
  attempt: (limit: SilenceLimit) => Promise<T>,
): Promise<T> {
  for (let made = 1; ; made++) {
    signal?.throwIfAborted();
    using limit = limitSilence(clock, SILENCE_SECONDS, signal);
    try {
      return await attempt(limit);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof ObjectTooLargeError || error instanceof FalseEncodingError) throw error;
      if (error instanceof StorageError && !isTransient(error.status)) throw error;
      if (made === TRIES) {
        if (error instanceof StorageError) throw error;
        throw new StorageError(0, `Cloud Storage could not be reached: ${(error as Error).message}`, { cause: error });
      }
    }
    await sleep(clock, FIRST_DELAY_MS * 2 ** (made - 1) * (0.5 + random()), signal);
  }
}

function isTransient(status: number): boolean {
  return status === 0 || status === 408 || status >= 500;
}

/**
 * Makes a call again for as long as it is refused because an object, or its bucket, changes too often, about a second later each
 * time. Such a refusal says nothing of the tries before it: one of them may have been written all the same.
 *
 * @throws the signal's reason; without a signal it waits for ever
 */
export async function whileBusy<T>(
  { clock, random }: RetryOptions,
  signal: AbortSignal | undefined,
  call: () => Promise<T>,
): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof StorageError && error.status === TOO_MANY)) throw error;
    }
    await sleep(clock, Math.round(BUSY_DELAY_MS * (0.5 + random())), signal);
  }
}
