import { delimited, text, varint } from '../proto-size.ts';
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
    text(url) +
    2 + // http_method
    stored.reduce((sum, [name, value]) => sum + delimited(text(name) + text(value)), 0) +
    (body ? delimited(body.length) : 0) +
    (authorization
      ? delimited(
          text(authorization.serviceAccountEmail) +
            text((authorization.kind === 'oidc' ? authorization.audience : authorization.scope) ?? ''),
        )
      : 0);
  return (
    text(task.name) +
    delimited(request) +
    time(task.scheduleTime) +
    time(Math.floor(task.createTime / 1000) * 1000) +
    time(task.dispatchDeadlineMs)
  );
}

/** A Timestamp or Duration of so many milliseconds: seconds, and nanoseconds where there is a fraction. */
function time(ms: number): number {
  const seconds = Math.floor(ms / 1000);
  const nanos = Math.round((ms - seconds * 1000) * 1e6);
  return delimited((seconds ? 1 + varint(seconds) : 0) + (nanos ? 1 + varint(nanos) : 0));
}
