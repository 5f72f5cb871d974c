import {
  bytes,
  double,
  duration,
  enumeration,
  fieldMask,
  ignored,
  int32,
  message,
  type Reader,
  repeated,
  string,
  stringMap,
  timestamp,
} from '../../proto-json.ts';
import {
  type HttpRequestMessage,
  type HttpTargetMessage,
  type PolicyMessage,
  QUEUE_TYPES,
  type QueueMessage,
  type Requests,
  type TaskMessage,
  type Version,
  type ViewMessage,
} from '../messages.ts';
import { HTTP_METHODS } from '../task.ts';

// The messages of google.cloud.tasks.v2 (and google.iam.v1) as REST clients send them, and those of v2beta3 where it has more.

const V2 = 'google.cloud.tasks.v2';
const V2BETA3 = 'google.cloud.tasks.v2beta3';

type ByVersion<Message> = Readonly<Record<Version, Reader<Message>>>;

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
  headerOverrides: repeated(
    message(`${V2}.HeaderOverride`, { header: message(`${V2}.Header`, { key: string, value: string }) }),
  ),
  ...tokens,
});

/** What is only refused where it says anything, by {@link requireServedQueue} and its like. */
const anything: Reader<object> = (value) => (typeof value === 'object' && value !== null ? value : {});

const taskFields = {
  name: string,
  httpRequest,
  appEngineHttpRequest: ((value) => ({ value })) as Reader<object>,
  scheduleTime: timestamp,
  dispatchDeadline: duration,
  createTime: ignored,
  dispatchCount: ignored,
  responseCount: ignored,
  firstAttempt: ignored,
  lastAttempt: ignored,
  view: ignored,
};

const task: ByVersion<TaskMessage> = {
  v2: message(`${V2}.Task`, taskFields),
  v2beta3: message(`${V2BETA3}.Task`, { ...taskFields, retryConfig: anything, pullMessage: ignored }),
};

const queueFields = {
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
  state: ignored,
  purgeTime: ignored,
};

export const queue: ByVersion<QueueMessage> = {
  v2: message(`${V2}.Queue`, { ...queueFields, appEngineRoutingOverride: anything }),
  v2beta3: message(`${V2BETA3}.Queue`, {
    ...queueFields,
    appEngineHttpQueue: message(`${V2BETA3}.AppEngineHttpQueue`, { appEngineRoutingOverride: anything }),
    type: enumeration(`${V2BETA3}.Queue.Type`, QUEUE_TYPES),
    taskTtl: duration,
    tombstoneTtl: duration,
    stats: ignored,
  }),
};

const policy: Reader<PolicyMessage> = message('google.iam.v1.Policy', {
  version: int32,
  bindings: repeated(message('google.iam.v1.Binding', { role: string, members: repeated(string), condition: ignored })),
  etag: bytes,
  auditConfigs: ignored,
});

/** The name in a body repeats the one in the URL, which counts. */
export const named = message(`${V2}.Request`, { name: ignored });

export const runTask = message(`${V2}.RunTaskRequest`, { name: ignored, responseView: view });

export const createTask: ByVersion<Omit<Requests['CreateTask'], 'parent'>> = {
  v2: message(`${V2}.CreateTaskRequest`, { parent: ignored, task: task.v2, responseView: view }),
  v2beta3: message(`${V2BETA3}.CreateTaskRequest`, { parent: ignored, task: task.v2beta3, responseView: view }),
};

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
  permissions: repeated(string),
});

const queryFields = {
  pageSize: int32,
  pageToken: string,
  filter: string,
  responseView: ((value, path) => view(/^\d+$/.test(String(value)) ? Number(value) : value, path)) as typeof view,
  updateMask: fieldMask,
};

/** The parameters of a query, which are all strings. */
export interface Query {
  readonly pageSize?: number;
  readonly pageToken?: string;
  readonly filter?: string;
  readonly responseView?: ViewMessage;
  readonly updateMask?: string[];
  readonly readMask?: string[];
}

export const query: ByVersion<Query> = {
  v2: message('query', queryFields),
  v2beta3: message('query', { ...queryFields, readMask: fieldMask }),
};
