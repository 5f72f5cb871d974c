import { CloudTasksError } from './errors.ts';
import type { QueueMessage, TaskMessage } from './messages.ts';
import { TASK_TIME_TO_LIVE_MS } from './queue.ts';
import { TASK_TOMBSTONE_MS } from './tombstones.ts';

// What the API has and is not here: refused by its name, where it would be dropped otherwise and looked for by whoever has set it.

/** @throws CloudTasksError UNIMPLEMENTED for a queue that is to be anything else than a queue here is */
export function requireServedQueue(queue: QueueMessage): void {
  const { appEngineRoutingOverride, appEngineHttpQueue, type = 'PUSH', taskTtl, tombstoneTtl } = queue;
  const noRouting = 'App Engine targets are not supported, so there is nothing to route: leave';
  if (saysAnything(appEngineRoutingOverride)) throw unserved(`${noRouting} Queue.appEngineRoutingOverride out.`);
  if (saysAnything(appEngineHttpQueue?.appEngineRoutingOverride)) {
    throw unserved(`${noRouting} Queue.appEngineHttpQueue out.`);
  }
  if (type !== 'PUSH' && type !== 'TYPE_UNSPECIFIED') {
    throw unserved(`Only queues that push are supported: leave Queue.type out; received ${type}.`);
  }
  if ((taskTtl ?? TASK_TIME_TO_LIVE_MS) !== TASK_TIME_TO_LIVE_MS) {
    throw unserved('Tasks live for 31 days in every queue: leave Queue.taskTtl out.');
  }
  if ((tombstoneTtl ?? TASK_TOMBSTONE_MS) !== TASK_TOMBSTONE_MS) {
    throw unserved('The name of a task that ended is taken for an hour in every queue: leave Queue.tombstoneTtl out.');
  }
}

/** @throws CloudTasksError UNIMPLEMENTED for a task with retries of its own */
export function requireServedTask({ retryConfig }: TaskMessage): void {
  if (saysAnything(retryConfig)) {
    throw unserved("A task's own retries are not supported: leave Task.retryConfig out, and set the queue's.");
  }
}

/** @throws CloudTasksError UNIMPLEMENTED where a queue's statistics are asked for; all else is always answered */
export function requireServedMask(readMask: readonly string[] = []): void {
  if (readMask.some((path) => /^stats(\.|$)/.test(path))) {
    throw unserved('Queue.stats is not kept here: leave it out of the read mask.');
  }
}

function saysAnything(message: object = {}): boolean {
  return Object.values(message).some((value) => value !== '');
}

function unserved(message: string): CloudTasksError {
  return new CloudTasksError('UNIMPLEMENTED', message);
}
