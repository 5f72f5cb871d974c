import type { Clock, TimerHandle } from './clock.ts';

interface VirtualTimer {
  readonly at: number;
  readonly sequence: number;
  readonly fn: () => void;
}

/** A clock that stands still until a test moves it. */
export class VirtualClock implements Clock {
  #now: number;
  #sequence = 0;
  readonly #timers = new Set<VirtualTimer>();

  /** @param startMs the time it shows at first, in milliseconds since the epoch. @default 2030-01-01T00:00:00Z */
  constructor(startMs: number = Date.UTC(2030, 0, 1)) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  setTimeout(fn: () => void, ms: number): TimerHandle {
    const timer: VirtualTimer = { at: this.#now + Math.max(0, ms), sequence: this.#sequence++, fn };
    this.#timers.add(timer);
    return { timer };
  }

  clearTimeout(handle: TimerHandle): void {
    this.#timers.delete(handle.timer as VirtualTimer);
  }

  /** How many timers wait: 0 where nothing would ever happen again by itself. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** When the next timer is due, in milliseconds since the epoch; undefined without one. */
  get nextTimerAt(): number | undefined {
    return this.#next()?.at;
  }

  /**
   * Moves the clock forward and runs what comes due on the way, in order of time, then of setting. After each timer it lets promises
   * and one turn of I/O settle, so that what a timer started can set timers of its own.
   *
   * @throws RangeError when `ms` is negative or not finite
   */
  async advance(ms: number): Promise<void> {
    if (!(ms >= 0 && Number.isFinite(ms))) {
      throw new RangeError(`A clock only goes forward: advance takes 0 ms or more; received ${ms}.`);
    }
    const end = this.#now + ms;
    await settle();
    for (let next = this.#next(); next && next.at <= end; next = this.#next()) {
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.fn();
      await settle();
    }
    this.#now = Math.max(this.#now, end);
  }

  #next(): VirtualTimer | undefined {
    let first: VirtualTimer | undefined;
    for (const timer of this.#timers) {
      if (!first || timer.at < first.at || (timer.at === first.at && timer.sequence < first.sequence)) first = timer;
    }
    return first;
  }
}

function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
