import type { Scheduled } from './schedule.ts';
import type { TaskBody } from './task-body.ts';

/** The methods of `google.cloud.tasks.v2.HttpMethod`; a method's index is its number on the wire. */
export const HTTP_METHODS = [
  'HTTP_METHOD_UNSPECIFIED',
  'POST',
  'GET',
  'HEAD',
  'PUT',
  'DELETE',
  'PATCH',
  'OPTIONS',
] as const;

export type HttpMethod = (typeof HTTP_METHODS)[number];

/** Which part of a task an answer shows: BASIC leaves the body out. */
export type TaskView = 'BASIC' | 'FULL';

/** Who a dispatch is signed as, and how. */
export type Authorization =
  | { readonly kind: 'oidc'; readonly serviceAccountEmail: string; readonly audience?: string }
  | { readonly kind: 'oauth'; readonly serviceAccountEmail: string; readonly scope?: string };

/** What a task sends. */
export interface HttpRequest {
  readonly url: string;
  readonly httpMethod: Exclude<HttpMethod, 'HTTP_METHOD_UNSPECIFIED'>;
  /** As the caller wrote them, without those that Cloud Tasks sets itself. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: TaskBody;
  readonly authorization?: Authorization;
}

/** A task that passed all rules and waits for its place in a queue. All times in milliseconds since the epoch. */
export interface NewTask {
  readonly name: string;
  readonly httpRequest: HttpRequest;
  readonly scheduleTime: number;
  readonly createTime: number;
  readonly dispatchDeadlineMs: number;
}

/** When an attempt was meant for, left, and was answered; milliseconds since the epoch. */
export interface AttemptStatus {
  readonly scheduleTime: number;
  readonly dispatchTime: number;
  readonly responseTime?: number;
  /** The answer's HTTP status; 504 for none in time, 503 for a target that could not be reached. */
  readonly status?: number;
}

/** What of a task changes while it is tried. */
export interface TaskProgress {
  scheduleTime: number;
  /** Attempts that left, those on their way included. */
  dispatchCount: number;
  /** Attempts that were answered. */
  responseCount: number;
  /** Attempts answered with anything but a 5xx: what `X-CloudTasks-TaskExecutionCount` tells. */
  executionCount: number;
  firstDispatchTime: number | undefined;
  lastAttempt: AttemptStatus | undefined;
}

/** A task in a queue. */
export interface Task extends Omit<NewTask, 'scheduleTime'>, TaskProgress, Scheduled {
  scheduleTime: number;
  /** Attempts on their way. More than one only by RunTask. */
  running: number;
}
