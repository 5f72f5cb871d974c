import type { Answer, Attempt, AttemptRequest } from '../../../local/cloud-tasks/attempt.ts';
import type { TaskMessage } from '../../../local/cloud-tasks/messages.ts';
import { Queue } from '../../../local/cloud-tasks/queue.ts';
import type { QueueConfig } from '../../../local/cloud-tasks/queue-config.ts';
import { settingsOf } from '../../../local/cloud-tasks/queue-update.ts';
import { acceptTask } from '../../../local/cloud-tasks/task-rules.ts';
import { VirtualClock } from '../../../time/virtual-clock.ts';
import { HOUR, QUEUE, response } from './vocabulary.ts';

/** A queue on a virtual clock, with a target that the test answers for. */
export class QueueUnderTest {
  readonly clock = new VirtualClock();
  readonly start = this.clock.now();
  /** Requests that left, with the second at which they did. */
  readonly sent: { second: number; request: AttemptRequest; signal: AbortSignal }[] = [];
  readonly attempts: Attempt[] = [];
  readonly queue: Queue;
  /** How the target answers: by default at once with 200. */
  answer: (request: AttemptRequest, index: number) => Answer | Promise<Answer> = () => response(200);

  constructor(config: Omit<QueueConfig, 'name'> = {}) {
    this.queue = new Queue(
      QUEUE,
      { settings: settingsOf({ name: QUEUE, ...config }), state: config.state ?? 'RUNNING' },
      {
        clock: this.clock,
        tombstoneMs: HOUR,
        rateLimited: true,
        record: () => {},
        send: async (request, signal) => {
          this.sent.push({ second: this.#second(), request, signal });
          return this.answer(request, this.sent.length - 1);
        },
        onAttempt: (attempt) => this.attempts.push(attempt),
        onChange: () => {},
      },
    );
  }

  /** Creates a task. `id` names it; `after` schedules it, in seconds from now. */
  create(id: string, { after, ...message }: TaskMessage & { after?: number } = {}) {
    const now = this.clock.now();
    const task: TaskMessage = {
      name: `${QUEUE}/tasks/${id}`,
      httpRequest: { url: 'https://target.example/work' },
      ...(after !== undefined && { scheduleTime: now + after * 1000 }),
      ...message,
    };
    return this.queue.create(acceptTask(task, QUEUE, now, () => 'made-up'));
  }

  /** Answers each attempt with the next status; the last one for all further ones. */
  answerWith(...statuses: number[]): void {
    this.answer = (_request, index) => response(statuses[Math.min(index, statuses.length - 1)] as number);
  }

  async advance(seconds: number): Promise<void> {
    await this.clock.advance(seconds * 1000);
  }

  /** The seconds since the start at which requests left. */
  get sentAt(): number[] {
    return this.sent.map(({ second }) => second);
  }

  /** The short ids of the tasks that were sent, in order. */
  get sentIds(): (string | undefined)[] {
    return this.sent.map(({ request }) => request.headers['X-CloudTasks-TaskName']);
  }

  #second(): number {
    return (this.clock.now() - this.start) / 1000;
  }
}
