import { rpcStatus } from '../errors.ts';
import { type HttpTargetMessage, type PolicyMessage, QUEUE_TYPES, type Version } from '../messages.ts';
import type { ViewedTask } from '../methods.ts';
import type { Queue } from '../queue.ts';
import { maxBurstSize } from '../queue-config.ts';
import { type AttemptStatus, HTTP_METHODS } from '../task.ts';
import { bytesOf } from '../task-body.ts';
import { USER_AGENT } from '../task-progress.ts';

const QUEUE_STATES = ['STATE_UNSPECIFIED', 'RUNNING', 'PAUSED', 'DISABLED'] as const;
const VIEWS = ['VIEW_UNSPECIFIED', 'BASIC', 'FULL'] as const;

/** Writes an enum: its number for clients that asked for numbers (`$alt=json;enum-encoding=int`), else its name. */
export type WriteEnum = <Name extends string>(names: readonly Name[], name: Name) => string | number;

export const enumName: WriteEnum = (_names, name) => name;
export const enumNumber: WriteEnum = (names, name) => names.indexOf(name);

/** A queue in proto3 JSON. */
export function queueJson(queue: Queue, version: Version, writeEnum: WriteEnum): object {
  const { rateLimits, retryConfig, loggingSamplingRatio, httpTarget } = queue.settings;
  return {
    name: queue.name,
    rateLimits: { ...rateLimits, maxBurstSize: maxBurstSize(rateLimits.maxDispatchesPerSecond) },
    retryConfig: {
      maxAttempts: retryConfig.maxAttempts,
      ...(retryConfig.maxRetryDurationMs > 0 && { maxRetryDuration: duration(retryConfig.maxRetryDurationMs) }),
      minBackoff: duration(retryConfig.minBackoffMs),
      maxBackoff: duration(retryConfig.maxBackoffMs),
      maxDoublings: retryConfig.maxDoublings,
    },
    state: writeEnum(QUEUE_STATES, queue.state),
    ...(queue.purgeTime !== undefined && { purgeTime: timestamp(queue.purgeTime) }),
    ...(loggingSamplingRatio > 0 && { stackdriverLoggingConfig: { samplingRatio: loggingSamplingRatio } }),
    ...(httpTarget && { httpTarget: httpTargetJson(httpTarget) }),
    ...(version === 'v2beta3' && { type: writeEnum(QUEUE_TYPES, 'PUSH') }),
  };
}

/** Only clients that know the field have set it, and they read enums by name. A port is an int64, hence a string. */
function httpTargetJson({ uriOverride, ...target }: HttpTargetMessage): object {
  const { port } = uriOverride ?? {};
  return {
    ...(uriOverride && { uriOverride: { ...uriOverride, ...(port !== undefined && { port: String(port) }) } }),
    ...target,
  };
}

/** A task in proto3 JSON; without its body in the BASIC view. */
export function taskJson({ task, view }: ViewedTask, writeEnum: WriteEnum): object {
  const { url, httpMethod, headers, body, authorization } = task.httpRequest;
  return {
    name: task.name,
    httpRequest: {
      url,
      httpMethod: writeEnum(HTTP_METHODS, httpMethod),
      headers: { ...headers, 'User-Agent': USER_AGENT },
      ...(view === 'FULL' && body && { body: bytesOf(body).toString('base64') }),
      ...(authorization && authorizationJson(authorization)),
    },
    scheduleTime: timestamp(task.scheduleTime),
    createTime: timestamp(Math.floor(task.createTime / 1000) * 1000),
    dispatchDeadline: duration(task.dispatchDeadlineMs),
    ...(task.dispatchCount > 0 && { dispatchCount: task.dispatchCount }),
    ...(task.responseCount > 0 && { responseCount: task.responseCount }),
    ...(task.firstDispatchTime !== undefined && { firstAttempt: { dispatchTime: timestamp(task.firstDispatchTime) } }),
    ...(task.lastAttempt && { lastAttempt: attemptJson(task.lastAttempt) }),
    view: writeEnum(VIEWS, view),
  };
}

/** An IAM policy in proto3 JSON. */
export function policyJson({ version, bindings, etag }: PolicyMessage): object {
  return {
    ...(version && { version }),
    ...(bindings?.length && { bindings }),
    ...(etag && { etag: Buffer.from(etag).toString('base64') }),
  };
}

function authorizationJson(authorization: NonNullable<ViewedTask['task']['httpRequest']['authorization']>): object {
  const { kind, ...token } = authorization;
  return kind === 'oidc' ? { oidcToken: token } : { oauthToken: token };
}

function attemptJson({ scheduleTime, dispatchTime, responseTime, status }: AttemptStatus): object {
  return {
    scheduleTime: timestamp(scheduleTime),
    dispatchTime: timestamp(dispatchTime),
    ...(responseTime !== undefined && { responseTime: timestamp(responseTime) }),
    ...(status !== undefined && { responseStatus: rpcStatus(status) }),
  };
}

/** RFC 3339 with no fraction, or milliseconds or microseconds, as proto3 JSON writes it. */
function timestamp(ms: number): string {
  const micros = Math.round((ms - Math.floor(ms)) * 1000);
  const iso = new Date(Math.floor(ms)).toISOString();
  return micros > 0 ? iso.replace('Z', `${String(micros).padStart(3, '0')}Z`) : iso.replace('.000Z', 'Z');
}

function duration(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${(ms / 1000).toFixed(3)}s`;
}
