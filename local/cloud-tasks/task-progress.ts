import { type Answer, type AttemptRequest, statusOf } from './attempt.ts';
import { type HttpTarget, withTargetOverrides } from './http-target.ts';
import { shortId } from './names.ts';
import type { NewTask, Task, TaskProgress } from './task.ts';
import { bytesOf } from './task-body.ts';

/** What Cloud Tasks calls itself; a stored task shows it among its headers too (recorded). */
export const USER_AGENT = 'Google-Cloud-Tasks';

/** A task that was never tried. */
export function newTask(task: NewTask, sequence: number): Task {
  return {
    ...task,
    sequence,
    schedulePosition: -1,
    dispatchCount: 0,
    responseCount: 0,
    executionCount: 0,
    running: 0,
    firstDispatchTime: undefined,
    lastAttempt: undefined,
  };
}

/** What of a task changes while it is tried. */
export function progressOf(task: Task): TaskProgress {
  const { scheduleTime, dispatchCount, responseCount, executionCount, firstDispatchTime, lastAttempt } = task;
  return { scheduleTime, dispatchCount, responseCount, executionCount, firstDispatchTime, lastAttempt };
}

/** Takes note that an attempt leaves. @returns what it sends */
export function noteDispatch(
  task: Task,
  queueName: string,
  target: HttpTarget | undefined,
  now: number,
): AttemptRequest {
  task.running += 1;
  task.dispatchCount += 1;
  task.firstDispatchTime ??= now;
  const { url, httpMethod, headers, body, authorization } = task.httpRequest;
  // The previous attempt's status goes out with this one, so the headers come before it is overwritten.
  const request: AttemptRequest = {
    method: httpMethod,
    url,
    headers: { ...headers, ...dispatchHeaders(queueName, task) },
    ...(body !== undefined && { body: bytesOf(body) }),
    ...(authorization && { authorization }),
  };
  task.lastAttempt = { scheduleTime: task.scheduleTime, dispatchTime: now };
  return target ? withTargetOverrides(request, target) : request;
}

/**
 * The headers that Cloud Tasks adds to an attempt (recorded row by row). They are information, not identity: anybody can send them.
 *
 * @param task as it stands when the attempt leaves, which is counted in `dispatchCount`
 */
function dispatchHeaders(queueName: string, task: Task): Record<string, string> {
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

/** Takes note of an attempt's answer. @returns its status */
export function noteAnswer(task: Task, answer: Answer, now: number): number {
  const status = statusOf(answer);
  const answered = answer.kind === 'response';
  task.running -= 1;
  if (answered) {
    task.responseCount += 1;
    // A 5xx never counts as an execution (recorded).
    if (status < 500) task.executionCount += 1;
  }
  if (task.lastAttempt) task.lastAttempt = { ...task.lastAttempt, ...(answered && { responseTime: now }), status };
  return status;
}
