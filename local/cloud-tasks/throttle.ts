/** Milliseconds that the first 429 or 503 holds the queue for; each further one in a row doubles it. */
const FIRST_HOLD_MS = 1000;
/** Milliseconds that no hold without a `Retry-After` exceeds. */
const LONGEST_HOLD_MS = 60_000;
/** Milliseconds that a target can hold the queue for by `Retry-After`: the default of `maxBackoff`. */
const LONGEST_RETRY_AFTER_MS = 3_600_000;

/**
 * Cloud Tasks' own throttling: a 429 or 503 of one task makes the whole queue back off, and `Retry-After` is considered (reference:
 * `HttpRequest`, "System throttling"). Google publishes no numbers; these are ours: one second, doubled by each further one in
 * a row up to a minute, or the `Retry-After` where it is longer. Any other answer ends the row.
 *
 * Pure: the time is given, in milliseconds.
 */
export class Throttle {
  #inARow = 0;
  #heldUntil = 0;

  /** Nothing is dispatched before this time. In the past where the queue is not held. */
  get heldUntil(): number {
    return this.#heldUntil;
  }

  /** Takes note of an answer's status. @param retryAfterMs from {@link retryAfterMs}; 0 for none */
  record(status: number, retryAfterMs: number, nowMs: number): void {
    if (status !== 429 && status !== 503) {
      this.#inARow = 0;
      return;
    }
    // Answers of requests that were on their way together say the same thing once.
    if (nowMs >= this.#heldUntil) {
      this.#heldUntil = nowMs + Math.min(FIRST_HOLD_MS * 2 ** Math.min(this.#inARow, 30), LONGEST_HOLD_MS);
      this.#inARow += 1;
    }
    this.#heldUntil = Math.max(this.#heldUntil, nowMs + retryAfterMs);
  }
}

/** Milliseconds of a `Retry-After` header, seconds or an HTTP date (RFC 9110, 10.2.3), at most an hour; 0 for none or nonsense. */
export function retryAfterMs(header: string | string[] | undefined, nowMs: number): number {
  if (typeof header !== 'string') return 0;
  const value = header.trim();
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - nowMs;
  return Number.isNaN(ms) ? 0 : Math.min(Math.max(0, ms), LONGEST_RETRY_AFTER_MS);
}
