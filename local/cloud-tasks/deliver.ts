import type { Clock } from '../../time/clock.ts';
import type { Answer, AttemptRequest, Send } from './attempt.ts';

/** An attempt on its way. */
export interface Delivery {
  /** Stops waiting for the answer; nobody is called back any more. */
  abandon(): void;
}

/**
 * Sends one attempt, and calls back once, never within this call: with the answer, or with a timeout when there is none within the
 * dispatch deadline. The target is not told that nobody waits any more, but its connection is closed.
 */
export function deliver(
  request: AttemptRequest,
  deadlineMs: number,
  { clock, send }: { readonly clock: Clock; readonly send: Send },
  onAnswer: (answer: Answer) => void,
): Delivery {
  const abort = new AbortController();
  let over = false;
  const finish = (answer?: Answer) => {
    if (over) return;
    over = true;
    clock.clearTimeout(deadline);
    if (answer) onAnswer(answer);
  };
  const deadline = clock.setTimeout(() => {
    finish({ kind: 'timeout' });
    abort.abort();
  }, deadlineMs);
  send(request, abort.signal).then(finish, (error: unknown) =>
    finish({ kind: 'unreachable', reason: error instanceof Error ? error.message : String(error) }),
  );
  return {
    abandon() {
      finish();
      abort.abort();
    },
  };
}
