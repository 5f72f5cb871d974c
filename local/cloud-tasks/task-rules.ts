import { validateHeaderName, validateHeaderValue } from 'node:http';
import { CloudTasksError, invalidArgument } from './errors.ts';
import { authorizationOf, type HttpTarget, overriddenUrl, withHeaderOverrides } from './http-target.ts';
import type { HttpRequestMessage, TaskMessage } from './messages.ts';
import { requireTaskName } from './names.ts';
import type { HttpRequest, NewTask } from './task.ts';
import { taskBody } from './task-body.ts';
import { MAX_TASK_BYTES, taskSizeBytes } from './task-size.ts';

const DEFAULT_DISPATCH_DEADLINE_MS = 600_000;
/** An HTTP target's range (reference: `Task.dispatch_deadline`). */
const DISPATCH_DEADLINE_RANGE_MS = { min: 15_000, max: 1_800_000 };
const LONGEST_SCHEDULE_AHEAD_MS = 720 * 3_600_000;
const MAX_URL_LENGTH = 2083;
const MAX_HEADERS_BYTES = 80 * 1024;
const METHODS_WITH_BODY = ['POST', 'PUT', 'PATCH'];
/** Headers that Cloud Tasks ignores from the caller and sets or computes itself (reference: `HttpRequest.headers`). */
const RESERVED_HEADER =
  /^(host|content-length|user-agent|connection|transfer-encoding|x-google-.*|x-appengine-.*|x-cloudtasks-.*)$/i;

/**
 * Checks what a caller wants to enqueue and fills in Cloud Tasks' defaults.
 *
 * @param queueName the queue it goes to
 * @param nowMs milliseconds since the epoch
 * @param newId makes the id of a task without a name
 * @param target what the queue says about all its tasks' requests. @default nothing
 * @throws CloudTasksError INVALID_ARGUMENT for each broken rule, with the recorded message where there is one; UNIMPLEMENTED for an App
 * Engine target
 */
export function acceptTask(
  message: TaskMessage,
  queueName: string,
  nowMs: number,
  newId: () => string,
  target: HttpTarget = {},
): NewTask {
  if (message.appEngineHttpRequest) {
    throw new CloudTasksError(
      'UNIMPLEMENTED',
      'App Engine targets are not supported: there is no App Engine here. Use Task.httpRequest with the full URL.',
    );
  }
  if (!message.httpRequest) {
    throw invalidArgument('Task.httpRequest is required: a task must say where it is sent.');
  }
  if (message.name) requireTaskName(message.name, queueName);
  const task: NewTask = {
    name: message.name || `${queueName}/tasks/${newId()}`,
    httpRequest: acceptHttpRequest(message.httpRequest, target),
    scheduleTime: acceptScheduleTime(message.scheduleTime, nowMs),
    createTime: nowMs,
    dispatchDeadlineMs: acceptDispatchDeadline(message.dispatchDeadline),
  };
  if (taskSizeBytes(task) > MAX_TASK_BYTES) throw invalidArgument('Task size too large');
  return task;
}

function acceptHttpRequest(message: HttpRequestMessage, target: HttpTarget): HttpRequest {
  const { uriOverride } = target;
  const method = message.httpMethod ?? 'HTTP_METHOD_UNSPECIFIED';
  const httpMethod = method === 'HTTP_METHOD_UNSPECIFIED' ? 'POST' : method;
  const authorization = authorizationOf(message, 'HttpRequest');
  const url = acceptUrl(message.url || (uriOverride?.host ? overriddenUrl('', uriOverride) : ''));
  const signed = authorization !== undefined || target.oidcToken !== undefined || target.oauthToken !== undefined;
  const headers = acceptHeaders(withHeaderOverrides(message.headers ?? {}, target), signed);
  const body = message.body?.length ? message.body : undefined;
  if (body && !METHODS_WITH_BODY.includes(httpMethod)) {
    throw invalidArgument(`HttpRequest.body is only allowed with POST, PUT or PATCH; received ${httpMethod}.`);
  }
  return {
    url,
    httpMethod,
    headers,
    ...(body && { body: taskBody(body) }),
    ...(authorization && { authorization }),
  };
}

function acceptUrl(url: string): string {
  if (url === '') throw invalidArgument('HttpRequest.url is required.');
  if (!/^https?:\/\//i.test(url)) {
    throw invalidArgument("HttpTarget.url must start with 'http://' or 'https://'.");
  }
  const encoded = URL.parse(url)?.href;
  if (encoded === undefined) throw invalidArgument(`HttpRequest.url must be a valid URL; received '${clip(url)}'.`);
  if (encoded.length > MAX_URL_LENGTH) {
    throw invalidArgument(
      `HttpRequest.url must be at most ${MAX_URL_LENGTH} characters after encoding; received ${encoded.length}.`,
    );
  }
  return url;
}

function acceptHeaders(headers: Record<string, string>, signed: boolean): Record<string, string> {
  const kept = Object.entries(headers).filter(
    ([name]) => !RESERVED_HEADER.test(name) && !(signed && name.toLowerCase() === 'authorization'),
  );
  let bytes = 0;
  for (const [name, value] of kept) {
    try {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    } catch {
      throw invalidArgument(
        `HttpRequest.headers must be valid HTTP headers; received '${clip(name)}: ${clip(value)}'.`,
      );
    }
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value);
  }
  if (bytes >= MAX_HEADERS_BYTES) {
    throw invalidArgument(`HttpRequest.headers must be less than 80KB; received ${bytes} bytes.`);
  }
  return Object.fromEntries(kept);
}

/** A time in the past means now (reference: `CreateTaskRequest.task`). Kept to the microsecond. */
function acceptScheduleTime(scheduleTime: number | undefined, nowMs: number): number {
  if (scheduleTime === undefined || scheduleTime <= nowMs) return nowMs;
  if (scheduleTime > nowMs + LONGEST_SCHEDULE_AHEAD_MS) {
    throw invalidArgument(
      `The Task.scheduleTime, ${inPacificTime(scheduleTime)}, is too far in the future. ` +
        'Schedule time must be no more than 720h in the future.',
    );
  }
  return Math.floor(scheduleTime * 1000) / 1000;
}

function acceptDispatchDeadline(deadlineMs: number | undefined): number {
  if (deadlineMs === undefined) return DEFAULT_DISPATCH_DEADLINE_MS;
  const { min, max } = DISPATCH_DEADLINE_RANGE_MS;
  if (deadlineMs < min || deadlineMs > max) {
    throw invalidArgument('Task.dispatchDeadline must be between [15s, 30m].');
  }
  return Math.trunc(deadlineMs);
}

/** As the real service writes times in messages: RFC 3339 in US Pacific time (recorded), without trailing zeros. */
function inPacificTime(ms: number): string {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: 'America/Los_Angeles',
    dateStyle: 'short',
    timeStyle: 'medium',
    hourCycle: 'h23',
  })
    .format(ms)
    .replace(', ', 'T');
  const zone = new Intl.DateTimeFormat('en-US', { timeZone: 'America/Los_Angeles', timeZoneName: 'longOffset' });
  const offset = zone
    .formatToParts(ms)
    .find(({ type }) => type === 'timeZoneName')
    ?.value.replace('GMT', '');
  const fraction = (ms / 1000 - Math.floor(ms / 1000))
    .toFixed(6)
    .slice(1)
    .replace(/\.?0+$/, '');
  return `${parts}${fraction}${offset}`;
}

/** Keeps a message to one readable line, whatever it quotes. */
function clip(value: string): string {
  const printable = value.replace(/[^\x20-\x7e]/g, '?');
  return printable.length > 100 ? `${printable.slice(0, 100)}…` : printable;
}
