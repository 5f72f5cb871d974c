import * as z from 'zod';
import { RefusedActionError } from '../shown.ts';
import type { QueueAction } from '../tasks/queue-actions.ts';

/** Tasks that are looked at of a queue: one page of Google's. */
const MOST_TASKS = 1000;

const time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

const seconds = z
  .string()
  .regex(/^[\d.]+s$/)
  .transform((text) => Number(text.slice(0, -1)));

const queueSchema = z.object({
  name: z.string(),
  state: z.string(),
  rateLimits: z.object({ maxDispatchesPerSecond: z.number(), maxConcurrentDispatches: z.number() }),
  retryConfig: z.object({ maxAttempts: z.number(), minBackoff: seconds, maxBackoff: seconds }),
});

const attemptSchema = z.object({
  dispatchTime: time.optional(),
  responseTime: time.optional(),
  responseStatus: z.object({ code: z.number().default(0), message: z.string().default('') }).optional(),
});

const taskSchema = z.object({
  name: z.string(),
  httpRequest: z.object({ url: z.string() }).optional(),
  scheduleTime: time,
  createTime: time,
  dispatchCount: z.number().default(0),
  responseCount: z.number().default(0),
  lastAttempt: attemptSchema.optional(),
});

/** As Cloud Tasks' REST API shows a queue. */
export type ApiQueue = z.output<typeof queueSchema>;
/** As it shows a task, without its payload. */
export type ApiTask = z.output<typeof taskSchema>;

interface QueuesApiOptions {
  /** `https://cloudtasks.googleapis.com`, or a local Google. */
  readonly baseUrl: string;
  readonly accessToken: () => Promise<string>;
}

/** Cloud Tasks' REST API, as far as the console needs it. */
export class QueuesApi {
  readonly #options: QueuesApiOptions;

  constructor(options: QueuesApiOptions) {
    this.#options = options;
  }

  async queue(name: string): Promise<ApiQueue> {
    return queueSchema.parse(await this.#call('GET', name));
  }

  /** The first tasks, in the order in which Google lists them. */
  async tasks(queue: string): Promise<ApiTask[]> {
    const answer = await this.#call('GET', `${queue}/tasks?pageSize=${MOST_TASKS}&responseView=BASIC`);
    return z.object({ tasks: z.array(taskSchema).default([]) }).parse(answer).tasks;
  }

  /** @returns undefined where the queue has the task no more */
  async task(name: string): Promise<ApiTask | undefined> {
    const answer = await this.#call('GET', `${name}?responseView=BASIC`, true);
    return answer === undefined ? undefined : taskSchema.parse(answer);
  }

  /** @throws RefusedActionError in the words of Cloud Tasks */
  async act(action: QueueAction): Promise<void> {
    if (action.do === 'delete-task') await this.#call('DELETE', action.task);
    else if (action.do === 'run') await this.#call('POST', `${action.task}:run`);
    else await this.#call('POST', `${action.queue}:${action.do}`);
  }

  async #call(method: string, path: string, mayBeGone = false): Promise<unknown> {
    const { baseUrl, accessToken } = this.#options;
    const headers = { Authorization: `Bearer ${await accessToken()}` };
    const response = await fetch(`${baseUrl}/v2/${path}`, { method, headers });
    const answer = (await response.json().catch(() => ({}))) as { error?: { message?: string } };
    if (response.ok) return answer;
    const { status } = response;
    if (mayBeGone && status === 404) return undefined;
    const message = `Cloud Tasks answered ${status}: ${answer.error?.message ?? 'nothing more'}`;
    throw status < 500 ? new RefusedActionError(message, status === 404 ? 404 : 409) : new Error(message);
  }
}
