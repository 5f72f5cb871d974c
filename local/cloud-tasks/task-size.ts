import { delimitedSize, textSize, varintSize } from '../proto-size.ts';
import type { NewTask } from './task.ts';
import { USER_AGENT } from './task-progress.ts';

/** Bytes that a stored task may take as a proto: recorded; one byte more is refused. */
export const MAX_TASK_BYTES = 1_048_569;

/** Bytes of the task as a `google.cloud.tasks.v2.Task` proto. Every field number in it is below 16, so each tag is one byte. */
export function taskSizeBytes(task: NewTask): number {
  const { url, headers, body, authorization } = task.httpRequest;
  // A stored task has the header that Cloud Tasks will send (recorded).
  const stored = Object.entries({ ...headers, 'User-Agent': USER_AGENT });
  const request =
    textSize(url) +
    2 + // http_method
    stored.reduce((sum, [name, value]) => sum + delimitedSize(textSize(name) + textSize(value)), 0) +
    (body ? delimitedSize(body.length) : 0) +
    (authorization
      ? delimitedSize(
          textSize(authorization.serviceAccountEmail) +
            textSize((authorization.kind === 'oidc' ? authorization.audience : authorization.scope) ?? ''),
        )
      : 0);
  return (
    textSize(task.name) +
    delimitedSize(request) +
    time(task.scheduleTime) +
    time(Math.floor(task.createTime / 1000) * 1000) +
    time(task.dispatchDeadlineMs)
  );
}

/** A Timestamp or Duration of so many milliseconds: seconds, and nanoseconds where there is a fraction. */
function time(ms: number): number {
  const seconds = Math.floor(ms / 1000);
  const nanos = Math.round((ms - seconds * 1000) * 1e6);
  return delimitedSize((seconds ? 1 + varintSize(seconds) : 0) + (nanos ? 1 + varintSize(nanos) : 0));
}
