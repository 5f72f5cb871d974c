/** Milliseconds that count as now: times are only kept to the microsecond, and sums of fractions of a token are off by less. */
const MICROSECOND = 0.001;

/**
 * The rate limit of a queue: a bucket of at most `burst` tokens, refilled continuously; each dispatch takes one.
 *
 * Pure: the time is given, in milliseconds. Where a clock is set back, nothing is gained or lost, and it fills on from there.
 */
export class TokenBucket {
  #ratePerMs: number;
  #burst: number;
  #tokens: number;
  #filledAt: number;

  /** Starts full. `ratePerSecond` above 0; `burst` 1 or more. */
  constructor(ratePerSecond: number, burst: number, nowMs: number) {
    this.#ratePerMs = ratePerSecond / 1000;
    this.#burst = burst;
    this.#tokens = burst;
    this.#filledAt = nowMs;
  }

  /** Takes a token if there is one. */
  take(nowMs: number): boolean {
    if (this.availableAt(nowMs) > nowMs) return false;
    // Below zero by what a microsecond brings, at most: the next token pays it back.
    this.#tokens -= 1;
    return true;
  }

  /** When the next token can be taken: now, or the moment the bucket holds one again. */
  availableAt(nowMs: number): number {
    this.#fill(nowMs);
    const wait = (1 - this.#tokens) / this.#ratePerMs;
    return wait <= MICROSECOND ? nowMs : nowMs + wait;
  }

  /** Changes the limits; tokens already saved stay, as far as the new bucket holds them. */
  configure(ratePerSecond: number, burst: number, nowMs: number): void {
    this.#fill(nowMs);
    this.#ratePerMs = ratePerSecond / 1000;
    this.#burst = burst;
  }

  #fill(nowMs: number): void {
    const passedMs = Math.max(0, nowMs - this.#filledAt);
    this.#tokens = Math.min(this.#burst, this.#tokens + passedMs * this.#ratePerMs);
    this.#filledAt = nowMs;
  }
}
