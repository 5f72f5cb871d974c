import type { HttpMethod } from './task.ts';

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
  /** Refused where it says anything. */
  appEngineRoutingOverride?: object | undefined;
  /** Only in REST: the protos of v2 do not have it. */
  httpTarget?: HttpTargetMessage;
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

/** The request of each method of `google.cloud.tasks.v2.CloudTasks`; BufferTask and those of locations are only in REST. */
export interface Requests {
  ListLocations: { name?: string };
  GetLocation: { name?: string };
  ListQueues: {
    parent?: string;
    filter?: string | undefined;
    pageSize?: number | undefined;
    pageToken?: string | undefined;
  };
  GetQueue: { name?: string };
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

/** The methods that the protos of v2 have. */
export type ProtoMethodName = Exclude<MethodName, 'BufferTask' | 'ListLocations' | 'GetLocation'>;
