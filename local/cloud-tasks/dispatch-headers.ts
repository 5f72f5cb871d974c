import { shortId } from './names.ts';
import type { Task } from './task.ts';

/** What Cloud Tasks calls itself; a stored task shows it among its headers too (recorded). */
export const USER_AGENT = 'Google-Cloud-Tasks';

/**
 * The headers that Cloud Tasks adds to an attempt (recorded row by row). They are information, not identity: anybody can send them.
 *
 * @param task as it stands when the attempt leaves, which is counted in `dispatchCount`
 */
export function dispatchHeaders(queueName: string, task: Task): Record<string, string> {
  const previous = task.lastAttempt?.status;
  return {
    'User-Agent': USER_AGENT,
    'X-CloudTasks-QueueName': shortId(queueName),
    'X-CloudTasks-TaskName': shortId(task.name),
    'X-CloudTasks-TaskRetryCount': String(task.dispatchCount - 1),
    'X-CloudTasks-TaskExecutionCount': String(task.executionCount),
    'X-CloudTasks-TaskETA': (task.scheduleTime / 1000).toFixed(6),
    ...(previous !== undefined && {
      'X-CloudTasks-TaskPreviousResponse': String(previous),
      'X-CloudTasks-TaskRetryReason': '',
    }),
  };
}
