import { rpcStatus } from '../errors.ts';
import type { PolicyMessage, ProtoMethodName } from '../messages.ts';
import type { Responses, ViewedTask } from '../methods.ts';
import { shortId } from '../names.ts';
import type { Queue } from '../queue.ts';
import { maxBurstSize } from '../queue-config.ts';
import type { AttemptStatus } from '../task.ts';
import { bytesOf } from '../task-body.ts';
import { USER_AGENT } from '../task-progress.ts';
import type { WireTime } from './requests.ts';

const WRITERS: { readonly [Method in ProtoMethodName]: (response: Responses[Method]) => object } = {
  ListLocations: ({ locations }) => ({ locations: locations.map(locationMessage) }),
  GetLocation: locationMessage,
  ListQueues: ({ queues, nextPageToken }) => ({ queues: queues.map(queueMessage), nextPageToken }),
  GetQueue: queueMessage,
  CreateQueue: queueMessage,
  UpdateQueue: queueMessage,
  DeleteQueue: () => ({}),
  PurgeQueue: queueMessage,
  PauseQueue: queueMessage,
  ResumeQueue: queueMessage,
  GetIamPolicy: (policy: PolicyMessage) => policy,
  SetIamPolicy: (policy: PolicyMessage) => policy,
  TestIamPermissions: (response) => response,
  ListTasks: ({ tasks, nextPageToken }) => ({ tasks: tasks.map(taskMessage), nextPageToken }),
  GetTask: taskMessage,
  CreateTask: taskMessage,
  DeleteTask: () => ({}),
  RunTask: taskMessage,
};

/** Whether a method of the protos is one that is here: v2beta3 has some for batches and keys. */
export function isServed(method: string): method is ProtoMethodName {
  return Object.hasOwn(WRITERS, method);
}

/** Writes a method's response as the message that gRPC encodes. */
export function writeResponse<Method extends ProtoMethodName>(method: Method, response: Responses[Method]): object {
  return WRITERS[method](response);
}

function locationMessage(name: string): object {
  return { name, locationId: shortId(name) };
}

/** With what only v2beta3 has; what a version does not have is not encoded. */
function queueMessage(queue: Queue): object {
  const { rateLimits, retryConfig, loggingSamplingRatio, httpTarget } = queue.settings;
  const { maxRetryDurationMs, minBackoffMs, maxBackoffMs, maxAttempts, maxDoublings } = retryConfig;
  return {
    name: queue.name,
    rateLimits: { ...rateLimits, maxBurstSize: maxBurstSize(rateLimits.maxDispatchesPerSecond) },
    retryConfig: {
      maxAttempts,
      ...(maxRetryDurationMs > 0 && { maxRetryDuration: time(maxRetryDurationMs) }),
      minBackoff: time(minBackoffMs),
      maxBackoff: time(maxBackoffMs),
      maxDoublings,
    },
    state: queue.state,
    ...(queue.purgeTime !== undefined && { purgeTime: time(queue.purgeTime) }),
    ...(loggingSamplingRatio > 0 && { stackdriverLoggingConfig: { samplingRatio: loggingSamplingRatio } }),
    ...(httpTarget && { httpTarget }),
    type: 'PUSH',
  };
}

function taskMessage({ task, view }: ViewedTask): object {
  const { url, httpMethod, headers, body, authorization } = task.httpRequest;
  return {
    name: task.name,
    httpRequest: {
      url,
      httpMethod,
      headers: { ...headers, 'User-Agent': USER_AGENT },
      ...(view === 'FULL' && body && { body: bytesOf(body) }),
      ...(authorization?.kind === 'oidc' && { oidcToken: authorization }),
      ...(authorization?.kind === 'oauth' && { oauthToken: authorization }),
    },
    scheduleTime: time(task.scheduleTime),
    createTime: { seconds: Math.floor(task.createTime / 1000) },
    dispatchDeadline: time(task.dispatchDeadlineMs),
    dispatchCount: task.dispatchCount,
    responseCount: task.responseCount,
    ...(task.firstDispatchTime !== undefined && { firstAttempt: { dispatchTime: time(task.firstDispatchTime) } }),
    ...(task.lastAttempt && { lastAttempt: attemptMessage(task.lastAttempt) }),
    view,
  };
}

function attemptMessage({ scheduleTime, dispatchTime, responseTime, status }: AttemptStatus): object {
  return {
    scheduleTime: time(scheduleTime),
    dispatchTime: time(dispatchTime),
    ...(responseTime !== undefined && { responseTime: time(responseTime) }),
    ...(status !== undefined && { responseStatus: rpcStatus(status) }),
  };
}

function time(ms: number): WireTime {
  const seconds = Math.floor(ms / 1000);
  return { seconds, nanos: Math.round((ms - seconds * 1000) * 1000) * 1000 };
}
