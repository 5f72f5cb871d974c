import type { Attempt } from '../../local/cloud-tasks/attempt.ts';
import { queueOf } from '../../local/cloud-tasks/names.ts';
import { answerText } from '../tasks/attempt-details.ts';
import type { TaskRow } from '../views.ts';

const MOST_ENDED = 10_000;

const STATUSES: Readonly<Record<Attempt['outcome'], string | undefined>> = {
  succeeded: 'SUCCEEDED',
  exhausted: 'EXHAUSTED',
  gone: 'DELETED',
  retrying: undefined,
  running: undefined,
};

/** The tasks that have left their queues lately: Cloud Tasks itself knows nothing of them any more. */
export class EndedTasks {
  /** The newest last. */
  readonly #rows = new Map<string, TaskRow>();

  noteAttempt({ taskName, number, endTime, request, answer, outcome }: Attempt): void {
    const status = STATUSES[outcome];
    if (status === undefined) return;
    this.#rows.delete(taskName);
    this.#rows.set(taskName, {
      name: taskName,
      queue: queueOf(taskName),
      status,
      url: request.url,
      attempts: number,
      changedAt: endTime,
      answer: answerText(answer),
    });
    if (this.#rows.size > MOST_ENDED) this.#rows.delete(this.#rows.keys().next().value as string);
  }

  get(name: string): TaskRow | undefined {
    return this.#rows.get(name);
  }

  /** The newest first. */
  all(): TaskRow[] {
    return [...this.#rows.values()].reverse();
  }
}
