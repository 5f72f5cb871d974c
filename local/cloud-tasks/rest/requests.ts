import {
  bytes,
  double,
  duration,
  enumeration,
  fieldMask,
  ignored,
  int32,
  list,
  message,
  type Reader,
  string,
  stringMap,
  timestamp,
} from '../../proto-json.ts';
import type {
  HttpRequestMessage,
  HttpTargetMessage,
  PolicyMessage,
  QueueMessage,
  TaskMessage,
  ViewMessage,
} from '../messages.ts';
import { HTTP_METHODS } from '../task.ts';

// The messages of google.cloud.tasks.v2 (and google.iam.v1) as REST clients send them.

const V2 = 'google.cloud.tasks.v2';

export const view: Reader<ViewMessage> = enumeration(`${V2}.Task.View`, ['VIEW_UNSPECIFIED', 'BASIC', 'FULL']);

const httpMethod = enumeration(`${V2}.HttpMethod`, HTTP_METHODS);
const tokens = {
  oidcToken: message(`${V2}.OidcToken`, { serviceAccountEmail: string, audience: string }),
  oauthToken: message(`${V2}.OAuthToken`, { serviceAccountEmail: string, scope: string }),
};

const httpRequest: Reader<HttpRequestMessage> = message(`${V2}.HttpRequest`, {
  url: string,
  httpMethod,
  headers: stringMap,
  body: bytes,
  ...tokens,
});

const httpTarget: Reader<HttpTargetMessage> = message(`${V2}.HttpTarget`, {
  uriOverride: message(`${V2}.UriOverride`, {
    scheme: enumeration(`${V2}.UriOverride.Scheme`, ['SCHEME_UNSPECIFIED', 'HTTP', 'HTTPS']),
    host: string,
    port: int32,
    pathOverride: message(`${V2}.PathOverride`, { path: string }),
    queryOverride: message(`${V2}.QueryOverride`, { queryParams: string }),
    uriOverrideEnforceMode: enumeration(`${V2}.UriOverride.UriOverrideEnforceMode`, [
      'URI_OVERRIDE_ENFORCE_MODE_UNSPECIFIED',
      'IF_NOT_EXISTS',
      'ALWAYS',
    ]),
  }),
  httpMethod,
  headerOverrides: list(
    message(`${V2}.HeaderOverride`, { header: message(`${V2}.Header`, { key: string, value: string }) }),
  ),
  ...tokens,
});

const task: Reader<TaskMessage> = message(`${V2}.Task`, {
  name: string,
  httpRequest,
  appEngineHttpRequest: (value) => ({ value }),
  scheduleTime: timestamp,
  dispatchDeadline: duration,
  createTime: ignored,
  dispatchCount: ignored,
  responseCount: ignored,
  firstAttempt: ignored,
  lastAttempt: ignored,
  view: ignored,
});

export const queue: Reader<QueueMessage> = message(`${V2}.Queue`, {
  name: string,
  rateLimits: message(`${V2}.RateLimits`, {
    maxDispatchesPerSecond: double,
    maxConcurrentDispatches: int32,
    maxBurstSize: ignored,
  }),
  retryConfig: message(`${V2}.RetryConfig`, {
    maxAttempts: int32,
    maxRetryDuration: duration,
    minBackoff: duration,
    maxBackoff: duration,
    maxDoublings: int32,
  }),
  stackdriverLoggingConfig: message(`${V2}.StackdriverLoggingConfig`, { samplingRatio: double }),
  httpTarget,
  appEngineRoutingOverride: (value) => (typeof value === 'object' && value !== null ? value : {}),
  state: ignored,
  purgeTime: ignored,
});

const policy: Reader<PolicyMessage> = message('google.iam.v1.Policy', {
  version: int32,
  bindings: list(message('google.iam.v1.Binding', { role: string, members: list(string), condition: ignored })),
  etag: bytes,
  auditConfigs: ignored,
});

/** The name in a body repeats the one in the URL, which counts. */
export const named = message(`${V2}.Request`, { name: ignored });

export const runTask = message(`${V2}.RunTaskRequest`, { name: ignored, responseView: view });

export const createTask = message(`${V2}.CreateTaskRequest`, { parent: ignored, task, responseView: view });

export const bufferTask = message(`${V2}.BufferTaskRequest`, {
  queue: ignored,
  taskId: ignored,
  body: message('google.api.HttpBody', { contentType: string, data: bytes, extensions: ignored }),
});

export const getIamPolicy = message('google.iam.v1.GetIamPolicyRequest', { resource: ignored, options: ignored });

export const setIamPolicy = message('google.iam.v1.SetIamPolicyRequest', {
  resource: ignored,
  policy,
  updateMask: fieldMask,
});

export const testIamPermissions = message('google.iam.v1.TestIamPermissionsRequest', {
  resource: ignored,
  permissions: list(string),
});

/** The parameters of a query, which are all strings. */
export const query = message('query', {
  pageSize: int32,
  pageToken: string,
  filter: string,
  responseView: (value, path) => view(/^\d+$/.test(String(value)) ? Number(value) : value, path),
  updateMask: fieldMask,
});
