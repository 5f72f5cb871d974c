import type { QueuePace } from '../../local/cloud-tasks/queue-context.ts';
import type { Why } from '../views.ts';

/** What of a queue decides when its next task leaves. */
export interface QueueSituation {
  readonly state: string;
  readonly size: number;
  readonly maxConcurrent: number;
  readonly perSecond: number;
  readonly pace: QueuePace;
}

/** Why a queue's next task does not leave now: one sentence, the first reason that holds. */
export function whyNothingRuns({ state, size, maxConcurrent, perSecond, pace }: QueueSituation, now: number): Why {
  const { running, heldUntil, tokenAt, nextDue } = pace;
  if (state === 'PAUSED') return { text: `Paused: ${counted(size, 'task waits', 'tasks wait')} until it is resumed.` };
  if (state !== 'RUNNING') return { text: `It is ${state}: nothing is dispatched.` };
  if (size === 0) return { text: 'Empty: no task waits.' };
  if (running >= maxConcurrent) {
    return { text: `Concurrency is full: ${running} of ${maxConcurrent} attempts are on their way.` };
  }
  if (heldUntil > now) {
    return { text: 'Throttled, as a target answered 429 or 503: nothing leaves for', until: heldUntil };
  }
  if (nextDue === undefined)
    return { text: `${counted(running, 'attempt is', 'attempts are')} on the way; no other task waits.` };
  if (nextDue > now) return { text: 'No task is due yet: the next one in', until: nextDue };
  if (tokenAt > now) {
    return { text: `At its rate of ${perSecond} a second: the next one leaves in`, until: tokenAt };
  }
  return { text: 'Tasks leave as they come due.' };
}

function counted(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
