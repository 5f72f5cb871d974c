import type { Kept } from '../journal/journal.ts';
import { queueOf } from './names.ts';
import type { QueueSettings, QueueState } from './queue-config.ts';
import type { QueuePolicy } from './queue-policies.ts';
import type { Task, TaskProgress } from './task.ts';
import { taskBodyOfJson } from './task-body.ts';

/** One step in the life of all queues. Replayed in order, the changes make the same queues again. Times in milliseconds since the epoch. */
export type Change =
  | {
      /** A queue is new, or its settings or state are. */
      readonly kind: 'queue';
      readonly name: string;
      readonly settings: QueueSettings;
      readonly state: QueueState;
      readonly purgeTime?: number | undefined;
    }
  | { readonly kind: 'queueDeleted'; readonly name: string; readonly at: number }
  | { readonly kind: 'policy'; readonly queue: string; readonly policy: QueuePolicy }
  | { readonly kind: 'purged'; readonly queue: string; readonly at: number }
  | { readonly kind: 'task'; readonly task: Task }
  /** An attempt left, or failed and is to be repeated. */
  | ({ readonly kind: 'progress'; readonly name: string } & Readonly<TaskProgress>)
  | { readonly kind: 'taskEnded'; readonly name: string; readonly at: number };

/** A queue with its tasks, as its changes left it. */
export interface KeptQueue {
  settings: QueueSettings;
  state: QueueState;
  purgeTime: number | undefined;
  policy: QueuePolicy | undefined;
  readonly tasks: Map<string, Task>;
  readonly tombstones: Map<string, number>;
}

/** Everything that Cloud Tasks keeps. */
export interface KeptState {
  readonly queues: Map<string, KeptQueue>;
  /** When each queue was deleted, by name. */
  readonly deletedQueues: Map<string, number>;
}

export function emptyState(): KeptState {
  return { queues: new Map(), deletedQueues: new Map() };
}

/** Applies a change to a state. A change of a queue or task that is not there (any more) has no effect. */
export function applyChange(state: KeptState, change: Change): void {
  switch (change.kind) {
    case 'queue': {
      const { name, settings, state: queueState, purgeTime } = change;
      const fresh = { policy: undefined, tasks: new Map(), tombstones: new Map() };
      const kept = state.queues.get(name) ?? fresh;
      state.queues.set(name, { ...kept, settings, state: queueState, purgeTime });
      state.deletedQueues.delete(name);
      break;
    }
    case 'queueDeleted':
      state.queues.delete(change.name);
      state.deletedQueues.set(change.name, change.at);
      break;
    case 'policy': {
      const queue = state.queues.get(change.queue);
      if (queue) queue.policy = change.policy;
      break;
    }
    case 'purged': {
      const queue = state.queues.get(change.queue);
      if (!queue) break;
      for (const name of queue.tasks.keys()) queue.tombstones.set(name, change.at);
      queue.tasks.clear();
      queue.purgeTime = change.at;
      break;
    }
    case 'task':
      state.queues.get(queueOf(change.task.name))?.tasks.set(change.task.name, withBodyKept(change.task));
      break;
    case 'progress': {
      const { kind, name, ...progress } = change;
      const task = state.queues.get(queueOf(name))?.tasks.get(name);
      if (task) Object.assign(task, progress);
      break;
    }
    case 'taskEnded': {
      const queue = state.queues.get(queueOf(change.name));
      queue?.tasks.delete(change.name);
      queue?.tombstones.delete(change.name);
      queue?.tombstones.set(change.name, change.at);
      break;
    }
  }
}

/** A task that may have been JSON, with its body as it is kept. */
function withBodyKept(task: Task): Task {
  const { httpRequest } = task;
  const body = typeof httpRequest.body === 'string' ? taskBodyOfJson(httpRequest.body) : httpRequest.body;
  return body === undefined || body === httpRequest.body ? task : { ...task, httpRequest: { ...httpRequest, body } };
}

/** The fewest changes that make a state from nothing. */
export function* changesOf(state: KeptState): Generator<Change> {
  for (const [name, at] of state.deletedQueues) yield { kind: 'queueDeleted', name, at };
  for (const [name, { settings, state: queueState, purgeTime, policy, tasks, tombstones }] of state.queues) {
    yield { kind: 'queue', name, settings, state: queueState, purgeTime };
    if (policy) yield { kind: 'policy', queue: name, policy };
    for (const [task, at] of tombstones) yield { kind: 'taskEnded', name: task, at };
    for (const task of tasks.values()) yield { kind: 'task', task };
  }
}

/** What a journal keeps of Cloud Tasks. */
export const QUEUES_AND_TASKS: Kept<Change, KeptState> = { empty: emptyState, apply: applyChange, changesOf };
