import type { HttpMethod } from './task.ts';

/** The values of `google.cloud.tasks.v2beta3.Queue.Type`, by their numbers. Every queue here is the last. */
export const QUEUE_TYPES = ['TYPE_UNSPECIFIED', 'PULL', 'PUSH'] as const;

/**
 * What callers send, the same from both wires: the fields of `google.cloud.tasks.v2` in lower camel case, times and durations in
 * milliseconds, bytes as bytes, enums by name. Fields that are only output are accepted and not kept.
 */
export interface TaskMessage {
  name?: string;
  httpRequest?: HttpRequestMessage;
  appEngineHttpRequest?: object;
  /** Milliseconds since the epoch. */
  scheduleTime?: number;
  /** Milliseconds. */
  dispatchDeadline?: number;
  /** Refused; only in v2beta3. */
  retryConfig?: object;
}

export interface HttpRequestMessage {
  url?: string;
  httpMethod?: HttpMethod;
  headers?: Record<string, string>;
  body?: Uint8Array;
  oidcToken?: { serviceAccountEmail?: string; audience?: string };
  oauthToken?: { serviceAccountEmail?: string; scope?: string };
}

export interface QueueMessage {
  name?: string;
  rateLimits?: { maxDispatchesPerSecond?: number; maxConcurrentDispatches?: number };
  retryConfig?: {
    maxAttempts?: number;
    /** Milliseconds, as the two below. */
    maxRetryDuration?: number;
    minBackoff?: number;
    maxBackoff?: number;
    maxDoublings?: number;
  };
  stackdriverLoggingConfig?: { samplingRatio?: number };
  /** In REST and in v2beta3; the protos of v2 do not have it. */
  httpTarget?: HttpTargetMessage;
  // What is refused where it says anything; all but the first are only in v2beta3.
  appEngineRoutingOverride?: object | undefined;
  appEngineHttpQueue?: { appEngineRoutingOverride?: object | undefined } | undefined;
  type?: (typeof QUEUE_TYPES)[number];
  /** Milliseconds, as the one below. */
  taskTtl?: number;
  tombstoneTtl?: number;
}

export interface HttpTargetMessage {
  uriOverride?: UriOverrideMessage | undefined;
  httpMethod?: HttpMethod | undefined;
  headerOverrides?: { header?: { key?: string; value?: string } }[] | undefined;
  oidcToken?: HttpRequestMessage['oidcToken'] | undefined;
  oauthToken?: HttpRequestMessage['oauthToken'] | undefined;
}

export interface UriOverrideMessage {
  scheme?: 'SCHEME_UNSPECIFIED' | 'HTTP' | 'HTTPS';
  host?: string;
  port?: number;
  pathOverride?: { path?: string };
  queryOverride?: { queryParams?: string };
  uriOverrideEnforceMode?: 'URI_OVERRIDE_ENFORCE_MODE_UNSPECIFIED' | 'IF_NOT_EXISTS' | 'ALWAYS';
}

/** `google.iam.v1.Policy`, as far as a queue has one. */
export interface PolicyMessage {
  version?: number;
  bindings?: { role?: string; members?: string[] }[];
  etag?: Uint8Array;
}

export type ViewMessage = 'VIEW_UNSPECIFIED' | 'BASIC' | 'FULL';

/**
 * The request of each method of `google.cloud.tasks.v2.CloudTasks`, and of `google.cloud.location.Locations`; BufferTask is only in REST.
 * v2beta3 has the same, but for the read masks.
 */
export interface Requests {
  ListLocations: { name?: string };
  GetLocation: { name?: string };
  ListQueues: {
    parent?: string;
    filter?: string | undefined;
    pageSize?: number | undefined;
    pageToken?: string | undefined;
    readMask?: string[] | undefined;
  };
  GetQueue: { name?: string; readMask?: string[] | undefined };
  CreateQueue: { parent?: string; queue?: QueueMessage };
  UpdateQueue: { queue?: QueueMessage; updateMask?: string[] | undefined };
  DeleteQueue: { name?: string };
  PurgeQueue: { name?: string };
  PauseQueue: { name?: string };
  ResumeQueue: { name?: string };
  GetIamPolicy: { resource?: string };
  SetIamPolicy: { resource?: string; policy?: PolicyMessage | undefined };
  TestIamPermissions: { resource?: string; permissions?: string[] };
  ListTasks: {
    parent?: string;
    responseView?: ViewMessage | undefined;
    pageSize?: number | undefined;
    pageToken?: string | undefined;
  };
  GetTask: { name?: string; responseView?: ViewMessage | undefined };
  CreateTask: { parent?: string; task?: TaskMessage | undefined; responseView?: ViewMessage | undefined };
  BufferTask: { queue?: string; taskId?: string; body?: { contentType?: string; data?: Uint8Array } | undefined };
  DeleteTask: { name?: string };
  RunTask: { name?: string; responseView?: ViewMessage | undefined };
}

export type MethodName = keyof Requests;

/** The methods that protos have. */
export type ProtoMethodName = Exclude<MethodName, 'BufferTask'>;

/** The versions of the API that are served. What v2beta3 has beside v2 is accepted as far as it changes nothing. */
export const VERSIONS = ['v2', 'v2beta3'] as const;
export type Version = (typeof VERSIONS)[number];
