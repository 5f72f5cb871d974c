import type { Reader } from '../../proto-json.ts';
import { type MethodName, type Requests, VERSIONS, type Version } from '../messages.ts';
import type { Responses, ViewedTask } from '../methods.ts';
import { queueOf, shortId } from '../names.ts';
import type { Queue } from '../queue.ts';
import * as read from './requests.ts';
import { policyJson } from './responses.ts';

/** One REST call: what it carries, and how it is answered. */
export interface RestCall {
  /** The location, queue or task that the URL names. */
  readonly resource: string;
  readonly query: read.Query;
  readonly version: Version;
  /** Reads the body; `path` is the body's own place in the request, for errors. */
  body<T>(reader: Reader<T>, path?: string): T;
  /** Calls the method on behalf of the caller. */
  call<Method extends MethodName>(method: Method, request: Requests[Method]): Responses[Method];
  queueJson(queue: Queue): object;
  taskJson(task: ViewedTask): object;
}

interface Route {
  readonly httpMethod: string;
  /** Matches the whole path; its group is the resource. */
  readonly path: RegExp;
  /** @returns the answer in proto3 JSON */
  readonly handle: (call: RestCall) => object;
}

const PROJECT = 'projects/[^/]+';
const LOCATION = `${PROJECT}/locations/[^/]+`;
const QUEUE = `${LOCATION}/queues/[^/:]+`;
const TASK = `${QUEUE}/tasks/[^/:]+`;

/** The REST wire: what the `google.api.http` options of cloudtasks.proto say, method by method; and `:buffer`, which only REST has. */
export const ROUTES: readonly Route[] = [
  route('GET', PROJECT, '/locations', ({ resource: name, call }) => ({
    locations: call('ListLocations', { name }).locations.map(locationJson),
  })),
  route('GET', LOCATION, '', ({ resource: name, call }) => locationJson(call('GetLocation', { name }))),
  route('GET', LOCATION, '/queues', ({ resource: parent, query, call, queueJson }) => {
    const { queues, nextPageToken } = call('ListQueues', { ...query, parent });
    return { queues: queues.map(queueJson), nextPageToken };
  }),
  route('POST', LOCATION, '/queues', ({ resource: parent, version, body, call, queueJson }) =>
    queueJson(call('CreateQueue', { parent, queue: body(read.queue[version], 'queue') })),
  ),
  route('GET', QUEUE, '', ({ resource: name, query: { readMask }, call, queueJson }) =>
    queueJson(call('GetQueue', { name, readMask })),
  ),
  route('PATCH', QUEUE, '', ({ resource: name, version, query: { updateMask }, body, call, queueJson }) =>
    queueJson(call('UpdateQueue', { queue: { ...body(read.queue[version], 'queue'), name }, updateMask })),
  ),
  route('DELETE', QUEUE, '', ({ resource: name, call }) => call('DeleteQueue', { name }) ?? {}),
  route('POST', QUEUE, ':purge', onQueue('PurgeQueue')),
  route('POST', QUEUE, ':pause', onQueue('PauseQueue')),
  route('POST', QUEUE, ':resume', onQueue('ResumeQueue')),
  route('POST', QUEUE, ':getIamPolicy', ({ resource, body, call }) => {
    body(read.getIamPolicy);
    return policyJson(call('GetIamPolicy', { resource }));
  }),
  route('POST', QUEUE, ':setIamPolicy', ({ resource, body, call }) =>
    policyJson(call('SetIamPolicy', { resource, policy: body(read.setIamPolicy).policy })),
  ),
  route('POST', QUEUE, ':testIamPermissions', ({ resource, body, call }) =>
    call('TestIamPermissions', { resource, permissions: body(read.testIamPermissions).permissions ?? [] }),
  ),
  route('GET', QUEUE, '/tasks', ({ resource: parent, query, call, taskJson }) => {
    const { tasks, nextPageToken } = call('ListTasks', { ...query, parent });
    return { tasks: tasks.map(taskJson), nextPageToken };
  }),
  route('POST', QUEUE, '/tasks', ({ resource: parent, version, body, call, taskJson }) =>
    taskJson(call('CreateTask', { ...body(read.createTask[version]), parent })),
  ),
  // gcloud puts a slash where the id would be.
  route('POST', QUEUE, '/tasks/?:buffer', ({ resource: queue, body, call, taskJson }) => ({
    task: taskJson(call('BufferTask', { queue, body: body(read.bufferTask).body })),
  })),
  route('POST', TASK, ':buffer', ({ resource: task, body, call, taskJson }) => ({
    task: taskJson(
      call('BufferTask', { queue: queueOf(task), taskId: shortId(task), body: body(read.bufferTask).body }),
    ),
  })),
  route('GET', TASK, '', ({ resource: name, query, call, taskJson }) => taskJson(call('GetTask', { ...query, name }))),
  route('DELETE', TASK, '', ({ resource: name, call }) => call('DeleteTask', { name }) ?? {}),
  route('POST', TASK, ':run', ({ resource: name, body, call, taskJson }) =>
    taskJson(call('RunTask', { ...body(read.runTask), name })),
  ),
];

/** `google.cloud.location.Location`. */
function locationJson(name: string): object {
  return { name, locationId: shortId(name) };
}

function route(httpMethod: string, resource: string, suffix: string, handle: Route['handle']): Route {
  return { httpMethod, path: new RegExp(`^/(?:${VERSIONS.join('|')})/(${resource})${suffix}$`), handle };
}

function onQueue(method: 'PurgeQueue' | 'PauseQueue' | 'ResumeQueue'): Route['handle'] {
  return ({ resource: name, body, call, queueJson }) => {
    body(read.named);
    return queueJson(call(method, { name }));
  };
}
