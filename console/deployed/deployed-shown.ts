import type { Settings } from '../../handler/settings.ts';
import type { Clock } from '../../time/clock.ts';
import type { Action, Done } from '../actions.ts';
import { Changes } from '../changes.ts';
import { DocumentActions, type DocumentsOperator } from '../documents/document-actions.ts';
import { documentDetails } from '../documents/document-details.ts';
import { rowOf } from '../documents/document-index.ts';
import { rowsPageOf } from '../rows-page.ts';
import { type About, type Address, RefusedActionError, type Shown } from '../shown.ts';
import { isQueueAction } from '../tasks/queue-actions.ts';
import { whyNothingRuns } from '../tasks/why.ts';
import type { AttemptDetails, QueueDetails, TaskRow, View } from '../views.ts';
import { ListedDocuments, type Listing } from './listed-documents.ts';
import type { ApiQueue, ApiTask, QueuesApi } from './queues-api.ts';

interface DeployedShownOptions {
  readonly operator: DocumentsOperator;
  readonly listing: Listing;
  readonly queues: QueuesApi;
  readonly settings: Pick<Settings, 'projectId' | 'location' | 'queue' | 'serviceUrl' | 'deadlines'>;
  /** Whether anything may be changed. */
  readonly canChange: boolean;
  readonly clock: Clock;
}

/** A deployment, by Google's APIs: read while somebody looks, and changed only where that was asked for. */
export class DeployedShown implements Shown {
  readonly about: About;
  readonly #options: DeployedShownOptions;
  readonly #changes = new Changes();
  readonly #documents: ListedDocuments;
  readonly #actions: DocumentActions;

  constructor(options: DeployedShownOptions) {
    this.#options = options;
    const { operator, listing, clock, canChange, settings } = options;
    this.#documents = new ListedDocuments(listing, clock, this.#changes.notify);
    this.#actions = new DocumentActions(operator, (view) =>
      view ? this.#documents.put(view) : this.#changes.notify(),
    );
    this.about = {
      name: settings.queue.split(',')[0] ?? '',
      project: settings.projectId,
      kind: 'deployed',
      places: ['documents', 'queues'],
      canChange,
      takesFiles: canChange,
      logUrl: `https://console.cloud.google.com/logs/query;query=QUERY?project=${settings.projectId}`,
    };
  }

  onChange(listener: () => void): () => void {
    const stop = this.#changes.listen(listener);
    const leave = this.#documents.watch();
    return () => {
      stop();
      leave();
    };
  }

  async at(address: Address): Promise<View | undefined> {
    if (address.place === 'queues') return this.#queues(address);
    if (address.place !== 'documents') return undefined;
    if (address.id !== undefined) return this.#document(address.id);
    const { clock } = this.#options;
    const view = this.#documents.index.view(address, clock.now());
    return { ...view, job: this.#actions.job, readAt: this.#documents.readAt };
  }

  async act(action: Action): Promise<Done> {
    if (isQueueAction(action)) {
      await this.#options.queues.act(action);
      this.#changes.notify();
      return { said: 'Cloud Tasks has done it.' };
    }
    switch (action.do) {
      case 'replay':
        return this.#actions.replay(action.ids);
      case 'replay-matching': {
        const ids = this.#documents.index.ids({ q: action.q, status: 'FAILED' }, this.#options.clock.now());
        return this.#actions.replayMatching(ids, action.expected);
      }
      case 'cancel':
        return this.#actions.cancel(action.ids);
      default:
        throw new RefusedActionError('Only a local Google breaks on demand.');
    }
  }

  take(filename: string, bytes: Uint8Array): Promise<Done> {
    return this.#actions.take(filename, bytes);
  }

  content: NonNullable<Shown['content']> = (documentId, part) => this.#actions.content(documentId, part);

  async #document(id: string): Promise<View | undefined> {
    const { operator, clock, settings, queues } = this.#options;
    const state = await operator.states.read(id);
    const view = await operator.states.viewOf(state, clock.now());
    if (view === undefined) return undefined;
    const details = documentDetails(rowOf(view), state, {
      deliveries: () => ({ attempts: [] }),
      deadlines: settings.deadlines,
      log: [],
    });
    const [newest, ...earlier] = details?.epochs ?? [];
    if (details === undefined || newest === undefined || newest.outcome !== undefined) return details;
    // Cloud Tasks knows a task as long as it is there, and of its attempts the last one.
    const names = this.#queueNames.map((queue) => `${queue}/tasks/${newest.taskId}`);
    const [task] = (await Promise.all(names.map((name) => queues.task(name)))).flatMap((found) => found ?? []);
    if (task === undefined) return details;
    const isRunning = isOnItsWay(task);
    const waiting = { name: task.name, dueAt: task.scheduleTime, isRunning };
    return { ...details, epochs: [{ ...newest, task: waiting, attempts: lastAttempt(task) }, ...earlier] };
  }

  async #queues({ queue: asked, page }: Address): Promise<View> {
    const { queues, clock } = this.#options;
    const all = await Promise.all(
      this.#queueNames.map(async (name) => ({ queue: await queues.queue(name), tasks: await queues.tasks(name) })),
    );
    const shown = all.find(({ queue }) => queue.name === asked) ?? all[0];
    const tasks = [...(shown?.tasks ?? [])].sort((a, b) => a.scheduleTime - b.scheduleTime);
    const rows = tasks.map((task) => taskRowOf(task, shown?.queue.name ?? ''));
    const details = all.map((each) => queueDetails(each.queue, each.tasks, clock.now()));
    return { kind: 'queues', queues: details, queue: shown?.queue.name ?? '', ...rowsPageOf(rows, page) };
  }

  get #queueNames(): string[] {
    const { projectId, location, queue } = this.#options.settings;
    return queue.split(',').map((short) => `projects/${projectId}/locations/${location}/queues/${short}`);
  }
}

function queueDetails(
  { name, state, rateLimits, retryConfig }: ApiQueue,
  tasks: readonly ApiTask[],
  now: number,
): QueueDetails {
  const { maxConcurrentDispatches: maxConcurrent, maxDispatchesPerSecond: perSecond } = rateLimits;
  const running = tasks.filter(isOnItsWay).length;
  const waiting = tasks.filter((task) => !isOnItsWay(task)).map(({ scheduleTime }) => scheduleTime);
  const nextDue = waiting.length === 0 ? undefined : Math.min(...waiting);
  // Whether it is throttled, or at its rate, Cloud Tasks tells nobody.
  const pace = { running, heldUntil: 0, tokenAt: 0, nextDue };
  return {
    name,
    state,
    size: tasks.length,
    why: whyNothingRuns({ state, size: tasks.length, maxConcurrent, perSecond, pace }, now),
    running,
    maxConcurrent,
    perSecond,
    retries: `${retryConfig.maxAttempts} attempts, ${retryConfig.minBackoff} s to ${retryConfig.maxBackoff} s between them`,
  };
}

function isOnItsWay({ dispatchCount, responseCount, lastAttempt }: ApiTask): boolean {
  return (
    dispatchCount > responseCount && lastAttempt?.dispatchTime !== undefined && lastAttempt.responseStatus === undefined
  );
}

function taskRowOf(task: ApiTask, queue: string): TaskRow {
  const { name, httpRequest, dispatchCount, scheduleTime, createTime, lastAttempt } = task;
  return {
    name,
    queue,
    status: isOnItsWay(task) ? 'RUNNING' : dispatchCount > 0 ? 'RETRYING' : 'WAITING',
    url: httpRequest?.url ?? '',
    attempts: dispatchCount,
    dueAt: scheduleTime,
    changedAt: lastAttempt?.responseTime ?? createTime,
    answer: lastAttempt?.responseStatus?.message || undefined,
  };
}

function lastAttempt({ dispatchCount, lastAttempt: last, scheduleTime }: ApiTask): AttemptDetails[] {
  if (last?.dispatchTime === undefined) return [];
  const isOver = last.responseStatus !== undefined;
  return [
    {
      number: dispatchCount,
      from: last.dispatchTime,
      until: isOver ? (last.responseTime ?? last.dispatchTime) : undefined,
      answer: last.responseStatus && (last.responseStatus.message || 'OK'),
      isSuccess: last.responseStatus?.code === 0,
      nextAt: isOver ? scheduleTime : undefined,
    },
  ];
}
