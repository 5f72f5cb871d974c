import { type Attempt, statusOf } from '../local/cloud-tasks/attempt.ts';

/** One attempt in one line: `12:00:00 a1b2 attempt 1: 500, retrying at 12:00:10`. */
export function attemptLine({ taskName, number, endTime, answer, outcome, nextAttemptTime }: Attempt): string {
  const id = taskName.slice(taskName.lastIndexOf('/') + 1);
  const result = answer.kind === 'response' ? statusOf(answer) : answer.kind;
  const reason = answer.kind === 'unreachable' ? ` (${answer.reason})` : '';
  const next = nextAttemptTime === undefined ? '' : ` at ${timeOfDay(nextAttemptTime)}`;
  return `${timeOfDay(endTime)} ${id} attempt ${number}: ${result}${reason}, ${outcome}${next}`;
}

function timeOfDay(ms: number): string {
  return new Date(ms).toISOString().slice(11, 19);
}
