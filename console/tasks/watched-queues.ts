import type { Attempt } from '../../local/cloud-tasks/attempt.ts';
import type { CloudTasks } from '../../local/cloud-tasks/cloud-tasks.ts';
import { queueOf } from '../../local/cloud-tasks/names.ts';
import type { WatchedQueue } from '../../local/cloud-tasks/service.ts';
import type { Task } from '../../local/cloud-tasks/task.ts';
import type { Clock } from '../../time/clock.ts';
import { RecentSeries } from '../recent-series.ts';
import { PAGE_SIZE, rowsPageOf } from '../rows-page.ts';
import type { Address } from '../shown.ts';
import type { QueueDetails, QueuesView, TaskRow } from '../views.ts';
import { whyNothingRuns } from './why.ts';

/** Tasks of a queue that are looked at for a page: more would take longer than people wait. */
const MOST_TASKS = 100_000;
/** Milliseconds between two looks at how full queues are. */
const NOTE_EVERY_MS = 250;

/** The queues of a Cloud Tasks in this process. */
export class WatchedQueues {
  readonly #tasks: () => Pick<CloudTasks, 'queues'> | undefined;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #series = new Map<string, RecentSeries>();
  #notedAt = 0;

  /** @param tasks undefined while it starts */
  constructor(tasks: () => Pick<CloudTasks, 'queues'> | undefined, clock: Pick<Clock, 'now'>) {
    this.#tasks = tasks;
    this.#clock = clock;
  }

  /** To be called after whatever may have changed a queue: thousands of times a second, of which it looks at a few. */
  note(): void {
    const now = this.#clock.now();
    if (now < this.#notedAt + NOTE_EVERY_MS) return;
    this.#notedAt = now;
    for (const { name, size } of this.all()) this.#seriesOf(name).level('waiting', size, now);
  }

  /** To be called after each attempt. */
  noteAttempt({ taskName, endTime, outcome }: Attempt): void {
    const now = this.#clock.now();
    const series = this.#seriesOf(queueOf(taskName));
    series.count(outcome === 'succeeded' ? 'succeeded' : 'failed', endTime, now);
  }

  all(): readonly WatchedQueue[] {
    return this.#tasks()?.queues() ?? [];
  }

  /** All queues, and the tasks of one. */
  view({ queue: asked, page }: Pick<Address, 'queue' | 'page'>): QueuesView {
    const queues = this.all();
    const queue = queues.find(({ name }) => name === asked) ?? queues[0];
    const details = queues.map((each) => this.#details(each));
    if (queue === undefined) return { kind: 'queues', queues: details, queue: '', ...rowsPageOf([], 0) };
    const tasks = queue.list(0, MOST_TASKS).sort((a, b) => a.scheduleTime - b.scheduleTime);
    const shown = rowsPageOf(tasks, page);
    const rows = shown.rows.map((task) => taskRow(task, queue.name));
    return { kind: 'queues', queues: details, queue: queue.name, ...shown, rows, pageSize: PAGE_SIZE };
  }

  #details(queue: WatchedQueue): QueueDetails {
    const { name, state, size, settings, pace } = queue;
    const { maxConcurrentDispatches: maxConcurrent, maxDispatchesPerSecond: perSecond } = settings.rateLimits;
    const { maxAttempts, minBackoffMs, maxBackoffMs } = settings.retryConfig;
    const now = this.#clock.now();
    this.#seriesOf(name).level('waiting', size, now);
    return {
      name,
      state,
      size,
      why: whyNothingRuns({ state, size, maxConcurrent, perSecond, pace }, now),
      running: pace.running,
      maxConcurrent,
      perSecond,
      retries: `${maxAttempts === -1 ? 'any number of' : maxAttempts} attempts, ${minBackoffMs / 1000} s to ${maxBackoffMs / 1000} s between them`,
      series: this.#seriesOf(name).at(now),
    };
  }

  #seriesOf(queue: string): RecentSeries {
    const series =
      this.#series.get(queue) ?? new RecentSeries({ succeeded: 'count', failed: 'count', waiting: 'level' });
    this.#series.set(queue, series);
    return series;
  }
}

/** A task in a queue. */
export function taskRow(task: Task, queue: string): TaskRow {
  const { name, httpRequest, dispatchCount, running, scheduleTime, lastAttempt, createTime } = task;
  const status = running > 0 ? 'RUNNING' : dispatchCount > 0 ? 'RETRYING' : 'WAITING';
  return {
    name,
    queue,
    status,
    url: httpRequest.url,
    attempts: dispatchCount,
    dueAt: scheduleTime,
    changedAt: lastAttempt?.responseTime ?? lastAttempt?.dispatchTime ?? createTime,
    answer: lastAttempt?.status === undefined ? undefined : String(lastAttempt.status),
  };
}
