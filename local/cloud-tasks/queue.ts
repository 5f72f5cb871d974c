import type { Clock, TimerHandle } from '../../clock.ts';
import { type Answer, type Attempt, type AttemptRequest, type Send, statusOf } from './attempt.ts';
import { retriesExhausted, retryDelayMs } from './backoff.ts';
import { dispatchHeaders } from './dispatch-headers.ts';
import { entityNotFound, taskExistedRecently, taskExists, taskGone } from './errors.ts';
import { maxBurstSize, type QueueState, type RateLimits, type RetryConfig } from './queue-config.ts';
import { Schedule } from './schedule.ts';
import type { NewTask, Task } from './task.ts';
import { retryAfterMs, Throttle } from './throttle.ts';
import { TokenBucket } from './token-bucket.ts';

/** A task that is this old is deleted, whether it was dispatched or not (reference: `CreateQueue`). */
const TASK_TIME_TO_LIVE_MS = 31 * 24 * 3_600_000;

/** What a queue needs from outside. */
export interface QueueContext {
  readonly clock: Clock;
  readonly send: Send;
  /** How long the name of an ended task cannot be used again, in milliseconds. */
  readonly tombstoneMs: number;
  readonly onAttempt: (attempt: Attempt) => void;
  /** Called after anything that may have made a queue idle or empty. */
  readonly onChange: () => void;
}

/** The settings of a queue that its owner can change. */
export interface QueueSettings {
  readonly rateLimits: RateLimits;
  readonly retryConfig: RetryConfig;
  readonly loggingSamplingRatio: number;
}

/**
 * One queue: its tasks, and the loop that dispatches them.
 *
 * The loop never polls. It runs when something changes (a task, an answer, a setting) and sets one timer for the next moment at which time
 * alone changes something.
 */
export class Queue {
  readonly name: string;
  #settings: QueueSettings;
  #state: QueueState;
  #purgeTime: number | undefined;
  /** In the order of creation, hence of expiry. */
  readonly #tasks = new Map<string, Task>();
  /** When each task of the last hour ended, by name, oldest first. */
  readonly #tombstones = new Map<string, number>();
  readonly #schedule = new Schedule<Task>();
  readonly #bucket: TokenBucket;
  readonly #throttle = new Throttle();
  readonly #context: QueueContext;
  readonly #running = new Set<AbortController>();
  #timer: TimerHandle | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #sequence = 0;
  #closed = false;

  constructor(name: string, settings: QueueSettings, state: QueueState, context: QueueContext) {
    this.name = name;
    this.#settings = settings;
    this.#state = state;
    this.#context = context;
    const rate = settings.rateLimits.maxDispatchesPerSecond;
    this.#bucket = new TokenBucket(rate, maxBurstSize(rate), context.clock.now());
  }

  get settings(): QueueSettings {
    return this.#settings;
  }

  get state(): QueueState {
    return this.#state;
  }

  /** When the queue was last purged, in milliseconds since the epoch. */
  get purgeTime(): number | undefined {
    return this.#purgeTime;
  }

  get size(): number {
    return this.#tasks.size;
  }

  /** No attempt is on its way, and none is due that this queue would dispatch. */
  get isIdle(): boolean {
    if (this.#running.size > 0) return false;
    const next = this.#schedule.peek();
    return this.#state !== 'RUNNING' || !next || next.scheduleTime > this.#context.clock.now();
  }

  configure(settings: QueueSettings): void {
    this.#settings = settings;
    const rate = settings.rateLimits.maxDispatchesPerSecond;
    this.#bucket.configure(rate, maxBurstSize(rate), this.#context.clock.now());
    this.#pump();
  }

  pause(): void {
    this.#state = 'PAUSED';
    this.#pump();
  }

  resume(): void {
    this.#state = 'RUNNING';
    this.#pump();
  }

  /** Deletes all tasks. Those on their way are not called back, but not tried again either. */
  purge(): void {
    this.#purgeTime = this.#context.clock.now();
    for (const task of [...this.#tasks.values()]) this.#end(task);
    this.#pump();
  }

  /** @throws CloudTasksError ALREADY_EXISTS when a task of this name exists, or ended lately */
  create(task: NewTask): Task {
    if (this.#tasks.has(task.name)) throw taskExists();
    if (this.#endedLately(task.name)) throw taskExistedRecently();
    const stored: Task = {
      ...task,
      sequence: this.#sequence++,
      schedulePosition: -1,
      dispatchCount: 0,
      responseCount: 0,
      executionCount: 0,
      running: 0,
      firstDispatchTime: undefined,
      lastAttempt: undefined,
    };
    this.#tasks.set(stored.name, stored);
    this.#schedule.add(stored);
    this.#pump();
    return stored;
  }

  /** @throws CloudTasksError NOT_FOUND when there is none of this name (any more) */
  get(taskName: string): Task {
    const task = this.#tasks.get(taskName);
    if (task) return task;
    throw this.#endedLately(taskName) ? taskGone() : entityNotFound();
  }

  /** Up to `limit` tasks in the order of creation, from the first whose sequence is `from` or above. */
  list(from: number, limit: number): Task[] {
    const page: Task[] = [];
    for (const task of this.#tasks.values()) {
      if (page.length === limit) break;
      if (task.sequence >= from) page.push(task);
    }
    return page;
  }

  /** @throws CloudTasksError NOT_FOUND as {@link get} */
  delete(taskName: string): void {
    this.#end(this.get(taskName));
    this.#pump();
  }

  /**
   * Dispatches a task now, whatever the queue's state and limits, even while it is already running (reference: `RunTask`). Returns the
   * task before its target has received anything.
   *
   * @throws CloudTasksError NOT_FOUND as {@link get}
   */
  run(taskName: string): Task {
    const task = this.get(taskName);
    this.#schedule.remove(task);
    this.#dispatch(task, this.#context.clock.now());
    return task;
  }

  /** Stops for good: nothing is dispatched any more, and attempts on their way are abandoned. */
  close(): void {
    this.#closed = true;
    this.#setTimer(Number.POSITIVE_INFINITY);
    for (const attempt of this.#running) attempt.abort();
    this.#running.clear();
    this.#schedule.clear();
    this.#tasks.clear();
  }

  #pump(): void {
    const now = this.#context.clock.now();
    this.#expire(now);
    let next = this.#schedule.peek();
    while (next && this.#nextDispatchTime(next, now) <= now && this.#bucket.take(now)) {
      this.#schedule.remove(next);
      this.#dispatch(next);
      next = this.#schedule.peek();
    }
    const oldest = this.#tasks.values().next().value;
    const expiry = oldest ? oldest.createTime + TASK_TIME_TO_LIVE_MS : Number.POSITIVE_INFINITY;
    this.#setTimer(Math.min(expiry, next ? this.#nextDispatchTime(next, now) : Number.POSITIVE_INFINITY));
    this.#context.onChange();
  }

  /** When a task can leave as far as time decides; infinity where an answer or a call has to come first. */
  #nextDispatchTime(task: Task, now: number): number {
    const full = this.#running.size >= this.#settings.rateLimits.maxConcurrentDispatches;
    if (this.#closed || this.#state !== 'RUNNING' || full) return Number.POSITIVE_INFINITY;
    return Math.max(task.scheduleTime, this.#throttle.heldUntil, this.#bucket.availableAt(now));
  }

  #setTimer(at: number): void {
    if (at === this.#timerAt) return;
    const { clock } = this.#context;
    if (this.#timer) clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#timerAt = at;
    if (at === Number.POSITIVE_INFINITY) return;
    this.#timer = clock.setTimeout(() => {
      this.#timer = undefined;
      this.#timerAt = Number.POSITIVE_INFINITY;
      this.#pump();
    }, at - clock.now());
  }

  #expire(now: number): void {
    for (const task of this.#tasks.values()) {
      if (task.createTime + TASK_TIME_TO_LIVE_MS > now) break;
      this.#end(task);
    }
    for (const [name, endedAt] of this.#tombstones) {
      if (endedAt + this.#context.tombstoneMs > now) break;
      this.#tombstones.delete(name);
    }
  }

  #endedLately(taskName: string): boolean {
    const endedAt = this.#tombstones.get(taskName);
    return endedAt !== undefined && endedAt + this.#context.tombstoneMs > this.#context.clock.now();
  }

  #end(task: Task): void {
    this.#tasks.delete(task.name);
    this.#schedule.remove(task);
    // A name that ended before takes its new place in the order of ending.
    this.#tombstones.delete(task.name);
    this.#tombstones.set(task.name, this.#context.clock.now());
  }

  /** @param forcedAt when RunTask was called; undefined for the queue's own dispatches */
  #dispatch(task: Task, forcedAt?: number): void {
    const { clock, send } = this.#context;
    const dispatchTime = clock.now();
    task.running += 1;
    task.dispatchCount += 1;
    task.firstDispatchTime ??= dispatchTime;
    const { url, httpMethod, headers, body, authorization } = task.httpRequest;
    const request: AttemptRequest = {
      method: httpMethod,
      url,
      headers: { ...headers, ...dispatchHeaders(this.name, task) },
      ...(body && { body }),
      ...(authorization && { authorization }),
    };
    task.lastAttempt = { scheduleTime: task.scheduleTime, dispatchTime };
    const number = task.dispatchCount;

    const abort = new AbortController();
    this.#running.add(abort);
    const finish = (answer: Answer) => {
      clock.clearTimeout(deadline);
      // Only the first end of an attempt counts, and none after the queue was closed.
      if (!this.#running.delete(abort)) return;
      const endTime = clock.now();
      const end = this.#settle(task, answer, forcedAt ?? endTime, endTime);
      const forced = forcedAt !== undefined;
      const attempt = { taskName: task.name, number, forced, dispatchTime, endTime, request, answer, ...end };
      this.#pump();
      this.#context.onAttempt(attempt);
    };
    const deadline = clock.setTimeout(() => {
      finish({ kind: 'timeout' });
      abort.abort();
    }, task.dispatchDeadlineMs);
    send(request, abort.signal).then(finish, (error: unknown) =>
      finish({ kind: 'unreachable', reason: error instanceof Error ? error.message : String(error) }),
    );
  }

  /** Takes note of an answer and decides what becomes of the task. A retry's delay counts from `retryFrom`. */
  #settle(task: Task, answer: Answer, retryFrom: number, now: number): Pick<Attempt, 'outcome' | 'nextAttemptTime'> {
    const status = statusOf(answer);
    let retryAfter = 0;
    task.running -= 1;
    if (answer.kind === 'response') {
      task.responseCount += 1;
      if (status < 500) task.executionCount += 1;
      const header = answer.headers['retry-after'];
      retryAfter = retryAfterMs(typeof header === 'string' ? header : undefined, now);
      this.#throttle.record(status, retryAfter, now);
    }
    if (task.lastAttempt) {
      task.lastAttempt = { ...task.lastAttempt, ...(answer.kind === 'response' && { responseTime: now }), status };
    }
    if (this.#tasks.get(task.name) !== task) return { outcome: 'gone' };
    if (status >= 200 && status <= 299) {
      this.#end(task);
      return { outcome: 'succeeded' };
    }
    if (task.running > 0) return { outcome: 'running' };
    const { retryConfig } = this.#settings;
    if (retriesExhausted(retryConfig, task.dispatchCount, now - (task.firstDispatchTime ?? now))) {
      this.#end(task);
      return { outcome: 'exhausted' };
    }
    const throttled = status === 429 || status === 503;
    const delay = Math.max(retryDelayMs(retryConfig, task.dispatchCount), throttled ? retryAfter : 0);
    task.scheduleTime = retryFrom + delay;
    this.#schedule.add(task);
    return { outcome: 'retrying', nextAttemptTime: task.scheduleTime };
  }
}
