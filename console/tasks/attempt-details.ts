import type { Answer, Attempt } from '../../local/cloud-tasks/attempt.ts';
import type { Task } from '../../local/cloud-tasks/task.ts';
import { bytesOf } from '../../local/cloud-tasks/task-body.ts';
import type { AttemptDetails } from '../views.ts';

/** Characters of a body that are shown. */
const LONGEST_BODY = 20_000;

/** A delivery that is over. */
export function attemptDetails(attempt: Attempt): AttemptDetails {
  const { number, dispatchTime, endTime, request, answer, outcome, nextAttemptTime } = attempt;
  return {
    number,
    from: dispatchTime,
    until: endTime,
    answer: answerText(answer),
    isSuccess: answer.kind === 'response' && answer.status >= 200 && answer.status <= 299,
    outcome,
    nextAt: nextAttemptTime,
    request: requestDetails(request.method, request.url, request.headers, request.body),
    ...(answer.kind === 'response' && {
      response: { headers: headerLines(answer.headers), body: bodyText(answer.body) },
    }),
  };
}

/** The delivery of a task that is on its way; none where none is. */
export function runningAttempt(task: Task): AttemptDetails[] {
  if (task.running === 0 || task.lastAttempt === undefined) return [];
  const { httpMethod, url, headers } = task.httpRequest;
  return [
    {
      number: task.dispatchCount,
      from: task.lastAttempt.dispatchTime,
      isSuccess: false,
      request: requestDetails(httpMethod, url, headers, bodyOf(task)),
    },
  ];
}

/** What a task sends. */
export function taskRequest(task: Task): NonNullable<AttemptDetails['request']> {
  const { httpMethod, url, headers } = task.httpRequest;
  return requestDetails(httpMethod, url, headers, bodyOf(task));
}

/** What became of an attempt, in a word or two. */
export function answerText(answer: Answer): string {
  if (answer.kind === 'response') return String(answer.status);
  return answer.kind === 'timeout' ? 'no answer in time' : `unreachable: ${answer.reason.replace(/\.$/, '')}`;
}

function bodyOf({ httpRequest: { body } }: Task): Uint8Array | undefined {
  return body === undefined ? undefined : bytesOf(body);
}

function requestDetails(method: string, url: string, headers: Readonly<Record<string, string>>, body?: Uint8Array) {
  return { line: `${method} ${url}`, headers: headerLines(headers), body: bodyText(body) };
}

function headerLines(headers: Readonly<Record<string, string | string[] | undefined>>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
}

/** A body as people read it: JSON on several lines. */
function bodyText(body: Uint8Array = new Uint8Array()): string {
  const text = Buffer.from(body).toString();
  try {
    return cut(JSON.stringify(JSON.parse(text), null, 2));
  } catch {
    return cut(text);
  }
}

function cut(text: string): string {
  return text.length > LONGEST_BODY ? `${text.slice(0, LONGEST_BODY)}\n… ${text.length} characters in all` : text;
}
