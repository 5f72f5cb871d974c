import type { Clock } from '../time/clock.ts';
import { type DisposableSignal, firstOf } from '../time/deadline.ts';

/** Nothing was heard for too long. */
class SilenceError extends Error {
  constructor(seconds: number) {
    super(`No byte came or went for ${seconds} s.`);
    this.name = 'SilenceError';
  }
}

/** A signal that `heard` puts off. */
export type SilenceLimit = DisposableSignal & {
  /** Something came, or went out. */
  heard(): void;
};

/**
 * A signal that is aborted with a {@link SilenceError} when nothing has been heard for so long, or before with the reason of
 * another signal: a limit for what may take as long as it likes while it makes progress. `using` ends its timer.
 */
export function limitSilence(clock: Clock, seconds: number, other?: AbortSignal): SilenceLimit {
  const silence = new AbortController();
  const startTimer = () => clock.setTimeout(() => silence.abort(new SilenceError(seconds)), seconds * 1000);
  let timer = startTimer();
  let isOver = false;
  const first = other && firstOf(silence.signal, other);
  return {
    signal: first?.signal ?? silence.signal,
    heard() {
      clock.clearTimeout(timer);
      if (!isOver) timer = startTimer();
    },
    [Symbol.dispose]() {
      isOver = true;
      clock.clearTimeout(timer);
      first?.[Symbol.dispose]();
    },
  };
}
