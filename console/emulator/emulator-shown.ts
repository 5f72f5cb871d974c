import type { Attempt } from '../../local/cloud-tasks/attempt.ts';
import type { CloudTasks } from '../../local/cloud-tasks/cloud-tasks.ts';
import { locationOfQueue, projectOfLocation, queueOf, shortId } from '../../local/cloud-tasks/names.ts';
import type { Clock } from '../../time/clock.ts';
import type { Action, Done } from '../actions.ts';
import { Changes } from '../changes.ts';
import { RecentSeries } from '../recent-series.ts';
import { hasWords, rowsPageOf, wordsOf } from '../rows-page.ts';
import { type About, type Address, RefusedActionError, type Shown } from '../shown.ts';
import { attemptDetails, runningAttempt, taskRequest } from '../tasks/attempt-details.ts';
import { FaultLog, planFault } from '../tasks/fault-log.ts';
import { actOnQueue, isQueueAction } from '../tasks/queue-actions.ts';
import { taskRow, WatchedQueues } from '../tasks/watched-queues.ts';
import type { TaskRow, View } from '../views.ts';
import { EndedTasks } from './ended-tasks.ts';

/** Tasks of each queue that are searched. */
const MOST_TASKS = 100_000;

/** The emulator alone: tasks in place of documents. It hears of everything from the start, and takes up little until somebody looks. */
export class EmulatorShown implements Shown {
  readonly onChange: Shown['onChange'];
  readonly #changes = new Changes();
  readonly #clock: Pick<Clock, 'now'>;
  readonly #authorization: () => string | undefined;
  readonly #queues: WatchedQueues;
  readonly #ended = new EndedTasks();
  readonly #faults = new FaultLog();
  readonly #done = new RecentSeries({ SUCCEEDED: 'count', EXHAUSTED: 'count' });
  #tasks: CloudTasks | undefined;

  /** @param authorization header of a caller who may do everything; undefined where nobody is asked */
  constructor(clock: Pick<Clock, 'now'>, authorization: () => string | undefined) {
    this.#clock = clock;
    this.#authorization = authorization;
    this.#queues = new WatchedQueues(() => this.#tasks, clock);
    this.onChange = this.#changes.listen;
  }

  /** It has started. */
  watch(tasks: CloudTasks): void {
    this.#tasks = tasks;
    this.noteChange();
    tasks.faults.onHappened((fault, request) => {
      this.#faults.noteFault(fault, request, this.#clock.now());
      this.#changes.notify();
    });
  }

  /** To be called after whatever may have changed a queue. */
  readonly noteChange = (): void => {
    this.#queues.note();
    this.#changes.notify();
  };

  /** To be called after each attempt. */
  noteAttempt(attempt: Attempt): void {
    this.#queues.noteAttempt(attempt);
    this.#faults.noteAttempt(attempt);
    this.#ended.noteAttempt(attempt);
    const { outcome, endTime } = attempt;
    const isOver = outcome === 'succeeded' || outcome === 'exhausted';
    if (isOver) this.#done.count(outcome.toUpperCase(), endTime, this.#clock.now());
    this.#changes.notify();
  }

  get about(): About {
    const [queue] = this.#queues.all();
    return {
      name: 'Cloud Tasks',
      project: queue === undefined ? '' : shortId(projectOfLocation(locationOfQueue(queue.name))),
      kind: 'emulator',
      places: ['tasks', 'queues', 'faults'],
      canChange: true,
      takesFiles: false,
    };
  }

  at(address: Address): View | undefined {
    switch (address.place) {
      case 'tasks':
        return address.id === undefined ? this.#all(address) : this.#task(address.id);
      case 'queues':
        return this.#queues.view(address);
      case 'faults':
        return this.#faults.view(this.#running.faults, 0, []);
      default:
        return undefined;
    }
  }

  async act(action: Action): Promise<Done> {
    const done = this.#act(action);
    this.#changes.notify();
    return done;
  }

  #act(action: Action): Done {
    if (isQueueAction(action)) return actOnQueue(this.#running, action, this.#authorization());
    const { faults } = this.#running;
    if (action.do === 'fault') return planFault(faults, action);
    if (action.do !== 'clear-faults')
      throw new RefusedActionError('The emulator alone has no documents and no service.');
    faults.clear();
    return { said: 'Nothing goes wrong on demand any more.' };
  }

  #all({ q, status, page }: Address): View {
    const waiting = this.#queues
      .all()
      .flatMap((queue) => queue.list(0, MOST_TASKS).map((task) => taskRow(task, queue.name)));
    const names = new Set(waiting.map(({ name }) => name));
    // One that was made again under its name is in its queue.
    const ended = this.#ended.all().filter(({ name }) => !names.has(name));
    const all = [...waiting.sort((a, b) => b.changedAt - a.changedAt), ...ended];
    const counts: Record<string, number> = {};
    for (const row of all) counts[row.status] = (counts[row.status] ?? 0) + 1;
    const words = wordsOf(q);
    const matching = all.filter((row) => (status === '' || row.status === status) && hasWords(textOf(row), words));
    return { kind: 'tasks', ...rowsPageOf(matching, page), counts, done: this.#done.at(this.#clock.now()) };
  }

  #task(name: string): View | undefined {
    const attempts = this.#running.attempts(name).map(attemptDetails);
    const task = this.#waiting(name);
    const row = task ? taskRow(task, queueOf(name)) : this.#ended.get(name);
    if (row === undefined) return undefined;
    return {
      kind: 'task',
      ...row,
      log: [...attempts, ...(task ? runningAttempt(task) : [])],
      deadlineSeconds: (task?.dispatchDeadlineMs ?? 0) / 1000,
      ...(task && { request: taskRequest(task) }),
    };
  }

  #waiting(name: string) {
    try {
      return this.#running.call('GetTask', { name }, this.#authorization()).task;
    } catch {
      return undefined;
    }
  }

  get #running(): CloudTasks {
    if (this.#tasks === undefined) throw new Error('The emulator has not started yet.');
    return this.#tasks;
  }
}

function textOf({ name, url, answer = '' }: TaskRow): string {
  return `${name}\n${url}\n${answer}`.toLowerCase();
}
