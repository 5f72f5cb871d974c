import type { TimerHandle } from '../../time/clock.ts';
import type { Answer, Attempt } from './attempt.ts';
import { retriesExhausted, retryDelayMs } from './backoff.ts';
import { type Delivery, deliver } from './deliver.ts';
import { entityNotFound, taskExistedRecently, taskExists, taskGone } from './errors.ts';
import { maxBurstSize, type QueueSettings, type QueueState } from './queue-config.ts';
import type { QueueContents, QueueContext, QueuePace } from './queue-context.ts';
import { Schedule } from './schedule.ts';
import type { NewTask, Task } from './task.ts';
import { newTask, noteAnswer, noteDispatch, progressOf } from './task-progress.ts';
import { retryAfterMs, Throttle } from './throttle.ts';
import { TokenBucket } from './token-bucket.ts';
import { Tombstones } from './tombstones.ts';

/** A task that is this old is deleted, whether it was dispatched or not (reference: `CreateQueue`; v2beta3: `Queue.task_ttl`). */
export const TASK_TIME_TO_LIVE_MS = 31 * 24 * 3_600_000;

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
  readonly #tombstones: Tombstones;
  readonly #schedule = new Schedule<Task>();
  readonly #bucket: TokenBucket;
  readonly #throttle = new Throttle();
  readonly #context: QueueContext;
  readonly #running = new Set<Delivery>();
  #timer: TimerHandle | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #sequence = 0;
  #closed = false;

  /** Dispatches nothing yet: {@link start} does. */
  constructor(name: string, contents: QueueContents, context: QueueContext) {
    this.name = name;
    this.#settings = contents.settings;
    this.#state = contents.state;
    this.#purgeTime = contents.purgeTime;
    this.#context = context;
    this.#tombstones = new Tombstones(context.tombstoneMs, contents.tombstones);
    const rate = contents.settings.rateLimits.maxDispatchesPerSecond;
    this.#bucket = new TokenBucket(rate, maxBurstSize(rate), context.clock.now());
    for (const task of contents.tasks ?? []) {
      this.#tasks.set(task.name, task);
      this.#schedule.add(task);
      this.#sequence = task.sequence + 1;
    }
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

  /** What decides when its next task leaves. */
  get pace(): QueuePace {
    const now = this.#context.clock.now();
    return {
      running: this.#running.size,
      heldUntil: this.#throttle.heldUntil,
      tokenAt: this.#context.rateLimited ? this.#bucket.availableAt(now) : now,
      nextDue: this.#schedule.peek()?.scheduleTime,
    };
  }

  /** Everything that is kept of the queue. */
  contents(): Required<QueueContents> {
    const { settings, state, purgeTime } = this;
    return { settings, state, purgeTime, tasks: this.#tasks.values(), tombstones: this.#tombstones.entries() };
  }

  /** Begins to dispatch. */
  start(): void {
    this.#pump();
  }

  configure(settings: QueueSettings): void {
    this.#keep({ settings });
    this.#settings = settings;
    const rate = settings.rateLimits.maxDispatchesPerSecond;
    this.#bucket.configure(rate, maxBurstSize(rate), this.#context.clock.now());
    this.#pump();
  }

  pause(): void {
    this.#keep({ state: 'PAUSED' });
    this.#state = 'PAUSED';
    this.#pump();
  }

  resume(): void {
    this.#keep({ state: 'RUNNING' });
    this.#state = 'RUNNING';
    this.#pump();
  }

  /** Deletes all tasks. Those on their way are not called back, but not tried again either. */
  purge(): void {
    const at = this.#context.clock.now();
    this.#context.record({ kind: 'purged', queue: this.name, at });
    this.#purgeTime = at;
    for (const name of this.#tasks.keys()) this.#tombstones.add(name, at);
    this.#tasks.clear();
    this.#schedule.clear();
    this.#pump();
  }

  /**
   * @returns the task as it is before its first attempt
   * @throws CloudTasksError ALREADY_EXISTS when a task of this name exists, or ended lately
   */
  create(task: NewTask): Task {
    if (this.#tasks.has(task.name)) throw taskExists();
    if (this.#tombstones.has(task.name, this.#context.clock.now())) throw taskExistedRecently();
    const stored = newTask(task, this.#sequence);
    this.#context.record({ kind: 'task', task: stored });
    this.#sequence += 1;
    this.#tasks.set(stored.name, stored);
    this.#schedule.add(stored);
    const created = { ...stored };
    this.#pump();
    return created;
  }

  /** @throws CloudTasksError NOT_FOUND when there is none of this name (any more) */
  get(taskName: string): Task {
    const task = this.#tasks.get(taskName);
    if (task) return task;
    throw this.#tombstones.has(taskName, this.#context.clock.now()) ? taskGone() : entityNotFound();
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
    for (const delivery of this.#running) delivery.abandon();
    this.#running.clear();
    this.#schedule.clear();
    this.#tasks.clear();
  }

  #pump(): void {
    const now = this.#context.clock.now();
    this.#expire(now);
    let next = this.#schedule.peek();
    while (next && this.#nextDispatchTime(next, now) <= now) {
      if (this.#context.rateLimited) this.#bucket.take(now);
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
    const tokenAt = this.#context.rateLimited ? this.#bucket.availableAt(now) : now;
    return Math.max(task.scheduleTime, this.#throttle.heldUntil, tokenAt);
  }

  #setTimer(at: number): void {
    if (at === this.#timerAt) return;
    const { clock } = this.#context;
    if (this.#timer) clock.clearTimeout(this.#timer);
    this.#timerAt = at;
    this.#timer = at === Number.POSITIVE_INFINITY ? undefined : clock.setTimeout(this.#onTimer, at - clock.now());
  }

  readonly #onTimer = (): void => {
    this.#timerAt = Number.POSITIVE_INFINITY;
    this.#pump();
  };

  #expire(now: number): void {
    for (const task of this.#tasks.values()) {
      if (task.createTime + TASK_TIME_TO_LIVE_MS > now) break;
      this.#end(task);
    }
    this.#tombstones.forget(now);
  }

  #keep(change: Partial<Pick<QueueContents, 'settings' | 'state'>>): void {
    const { name, settings, state, purgeTime } = this;
    this.#context.record({ kind: 'queue', name, settings, state, purgeTime, ...change });
  }

  #end(task: Task): void {
    const at = this.#context.clock.now();
    this.#context.record({ kind: 'taskEnded', name: task.name, at });
    this.#tasks.delete(task.name);
    this.#schedule.remove(task);
    this.#tombstones.add(task.name, at);
  }

  /** @param forcedAt when RunTask was called; undefined for the queue's own dispatches */
  #dispatch(task: Task, forcedAt?: number): void {
    const dispatchTime = this.#context.clock.now();
    const request = noteDispatch(task, this.name, this.#settings.httpTarget, dispatchTime);
    const number = task.dispatchCount;
    this.#context.record({ kind: 'progress', name: task.name, ...progressOf(task) });
    const delivery = deliver(request, task.dispatchDeadlineMs, this.#context, (answer) => {
      this.#running.delete(delivery);
      const endTime = this.#context.clock.now();
      const end = this.#settle(task, answer, forcedAt ?? endTime, endTime);
      const forced = forcedAt !== undefined;
      this.#pump();
      this.#context.onAttempt({
        taskName: task.name,
        number,
        forced,
        dispatchTime,
        endTime,
        request,
        answer,
        ...end,
      });
    });
    this.#running.add(delivery);
  }

  /** Takes note of an answer and decides what becomes of the task. A retry's delay counts from `retryFrom`. */
  #settle(task: Task, answer: Answer, retryFrom: number, now: number): Pick<Attempt, 'outcome' | 'nextAttemptTime'> {
    const status = noteAnswer(task, answer, now);
    let retryAfter = 0;
    if (answer.kind === 'response') {
      retryAfter = retryAfterMs(answer.headers['retry-after'], now);
      this.#throttle.record(status, retryAfter, now);
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
    this.#context.record({ kind: 'progress', name: task.name, ...progressOf(task) });
    this.#schedule.add(task);
    return { outcome: 'retrying', nextAttemptTime: task.scheduleTime };
  }
}
