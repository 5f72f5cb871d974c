import { invalidArgument } from '../errors.ts';
import type { HttpRequestMessage, ProtoMethodName, QueueMessage, Requests, TaskMessage } from '../messages.ts';

/** `google.protobuf.Timestamp` or `Duration`. */
export interface WireTime {
  seconds?: number;
  nanos?: number;
}

type WireTask = Omit<TaskMessage, 'scheduleTime' | 'dispatchDeadline'> & {
  scheduleTime?: WireTime;
  dispatchDeadline?: WireTime;
};

type WireRetryConfig = Omit<
  NonNullable<QueueMessage['retryConfig']>,
  'maxRetryDuration' | 'minBackoff' | 'maxBackoff'
> & {
  maxRetryDuration?: WireTime;
  minBackoff?: WireTime;
  maxBackoff?: WireTime;
};

type WireQueue = Omit<QueueMessage, 'retryConfig' | 'taskTtl' | 'tombstoneTtl'> & {
  retryConfig?: WireRetryConfig;
  taskTtl?: WireTime;
  tombstoneTtl?: WireTime;
};

interface WireMask {
  paths?: string[];
}

/** What the gRPC wire brings: the same as {@link Requests}, but for times, durations and masks. */
export interface WireRequests
  extends Omit<Requests, 'ListQueues' | 'GetQueue' | 'CreateQueue' | 'UpdateQueue' | 'CreateTask' | 'BufferTask'> {
  ListQueues: Omit<Requests['ListQueues'], 'readMask'> & { readMask?: WireMask };
  GetQueue: Omit<Requests['GetQueue'], 'readMask'> & { readMask?: WireMask };
  CreateQueue: { parent?: string; queue?: WireQueue };
  UpdateQueue: { queue?: WireQueue; updateMask?: WireMask };
  CreateTask: Omit<Requests['CreateTask'], 'task'> & { task?: WireTask };
}

/** The types' own ranges, in seconds: years 1 to 9999, and 10,000 years. */
const TIMESTAMP_RANGE = { min: -62_135_596_800, max: 253_402_300_799 };
const DURATION_RANGE = { min: -315_576_000_000, max: 315_576_000_000 };

const CONVERTED: { readonly [Method in ProtoMethodName]?: (wire: never) => Requests[Method] } = {
  ListQueues: ({ readMask, ...rest }: WireRequests['ListQueues']) => ({ ...rest, readMask: readMask?.paths }),
  GetQueue: ({ readMask, ...rest }: WireRequests['GetQueue']) => ({ ...rest, readMask: readMask?.paths }),
  CreateQueue: ({ queue, ...rest }: WireRequests['CreateQueue']) => ({ ...rest, ...(queue && { queue: read(queue) }) }),
  UpdateQueue: ({ queue, updateMask }: WireRequests['UpdateQueue']) => ({
    ...(queue && { queue: read(queue) }),
    updateMask: updateMask?.paths,
  }),
  CreateTask: ({ task, ...rest }: WireRequests['CreateTask']) => ({ ...rest, ...(task && { task: readTask(task) }) }),
};

/**
 * Reads a method's request as gRPC brings it.
 *
 * @throws CloudTasksError INVALID_ARGUMENT for a time, duration or enum outside of its range
 */
export function readRequest<Method extends ProtoMethodName>(
  method: Method,
  wire: WireRequests[Method],
): Requests[Method] {
  const convert = CONVERTED[method] as ((message: WireRequests[Method]) => Requests[Method]) | undefined;
  return convert ? convert(wire) : (wire as Requests[Method]);
}

function readTask({ scheduleTime, dispatchDeadline, httpRequest, ...rest }: WireTask): TaskMessage {
  return {
    ...rest,
    ...(httpRequest && { httpRequest: readHttpRequest(httpRequest) }),
    ...(scheduleTime && { scheduleTime: timestamp(scheduleTime, 'task.schedule_time') }),
    ...(dispatchDeadline && { dispatchDeadline: duration(dispatchDeadline, 'task.dispatch_deadline') }),
  };
}

function readHttpRequest(httpRequest: HttpRequestMessage): HttpRequestMessage {
  requireNamed(httpRequest.httpMethod, 'task.http_request.http_method', 'HttpMethod');
  return httpRequest;
}

/** An enum of proto3 is open: a number without a name arrives as it is. */
function requireNamed(value: string | undefined, path: string, type: string): void {
  if (typeof value === 'number') throw invalidValue(path, `google.cloud.tasks.v2.${type}`, String(value));
}

function read({ retryConfig, taskTtl, tombstoneTtl, ...rest }: WireQueue): QueueMessage {
  requireNamed(rest.httpTarget?.httpMethod, 'queue.http_target.http_method', 'HttpMethod');
  requireNamed(rest.httpTarget?.uriOverride?.scheme, 'queue.http_target.uri_override.scheme', 'UriOverride.Scheme');
  return {
    ...rest,
    ...(retryConfig && { retryConfig: readRetryConfig(retryConfig) }),
    ...(taskTtl && { taskTtl: duration(taskTtl, 'queue.task_ttl') }),
    ...(tombstoneTtl && { tombstoneTtl: duration(tombstoneTtl, 'queue.tombstone_ttl') }),
  };
}

function readRetryConfig(retryConfig: WireRetryConfig): NonNullable<QueueMessage['retryConfig']> {
  const { maxRetryDuration, minBackoff, maxBackoff, ...counts } = retryConfig;
  return {
    ...counts,
    ...(maxRetryDuration && {
      maxRetryDuration: duration(maxRetryDuration, 'queue.retry_config.max_retry_duration'),
    }),
    ...(minBackoff && { minBackoff: duration(minBackoff, 'queue.retry_config.min_backoff') }),
    ...(maxBackoff && { maxBackoff: duration(maxBackoff, 'queue.retry_config.max_backoff') }),
  };
}

/** Milliseconds, with a fraction down to the microsecond. */
function timestamp({ seconds = 0, nanos = 0 }: WireTime, path: string): number {
  if (seconds < TIMESTAMP_RANGE.min || seconds > TIMESTAMP_RANGE.max || nanos < 0 || nanos > 999_999_999) {
    throw invalidValue(path, 'google.protobuf.Timestamp', `{seconds: ${seconds}, nanos: ${nanos}}`);
  }
  return seconds * 1000 + Math.floor(nanos / 1000) / 1000;
}

function duration({ seconds = 0, nanos = 0 }: WireTime, path: string): number {
  const mixed = (seconds > 0 && nanos < 0) || (seconds < 0 && nanos > 0);
  if (seconds < DURATION_RANGE.min || seconds > DURATION_RANGE.max || Math.abs(nanos) > 999_999_999 || mixed) {
    throw invalidValue(path, 'google.protobuf.Duration', `{seconds: ${seconds}, nanos: ${nanos}}`);
  }
  return seconds * 1000 + Math.trunc(nanos / 1000) / 1000;
}

function invalidValue(path: string, type: string, value: string) {
  return invalidArgument(`Invalid value at '${path}' (type.googleapis.com/${type}), ${value}`);
}
