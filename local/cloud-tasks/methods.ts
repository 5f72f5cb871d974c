import { randomFillSync } from 'node:crypto';
import type { Clock } from '../../time/clock.ts';
import { CloudTasksError, entityNotFound, invalidArgument, permissionDenied } from './errors.ts';
import type { MethodName, PolicyMessage, Requests, TaskMessage, ViewMessage } from './messages.ts';
import { isLocationName, locationOfQueue, projectOfLocation, requireLocationName, requireQueueName } from './names.ts';
import { pageOf } from './paging.ts';
import type { Queue } from './queue.ts';
import type { QueueContext } from './queue-context.ts';
import type { QueueRegistry } from './queue-registry.ts';
import { updateSettings } from './queue-update.ts';
import type { Task, TaskView } from './task.ts';
import { acceptTask } from './task-rules.ts';
import { taskSizeBytes } from './task-size.ts';
import { requireServedMask, requireServedQueue, requireServedTask } from './unserved.ts';

const MAX_QUEUES_A_PAGE = 9800;
const MAX_TASKS_A_PAGE = 1000;
/** Bytes of tasks on a page with their bodies: gRPC's clients take 4 MiB in all. A page may have fewer tasks than asked for. */
const MAX_BYTES_A_PAGE = 4_000_000;

/** A task and how much of it the caller asked to see. */
export interface ViewedTask {
  readonly task: Task;
  readonly view: TaskView;
}

/** The response of each method, before a wire writes it. */
export interface Responses {
  /** Names. */
  ListLocations: { readonly locations: string[] };
  GetLocation: string;
  ListQueues: { readonly queues: Queue[]; readonly nextPageToken: string };
  GetQueue: Queue;
  CreateQueue: Queue;
  UpdateQueue: Queue;
  DeleteQueue: undefined;
  PurgeQueue: Queue;
  PauseQueue: Queue;
  ResumeQueue: Queue;
  GetIamPolicy: PolicyMessage;
  SetIamPolicy: PolicyMessage;
  TestIamPermissions: { readonly permissions: string[] };
  ListTasks: { readonly tasks: ViewedTask[]; readonly nextPageToken: string };
  GetTask: ViewedTask;
  CreateTask: ViewedTask;
  BufferTask: ViewedTask;
  DeleteTask: undefined;
  RunTask: ViewedTask;
}

/** What the methods work on. */
export interface MethodsContext {
  readonly registry: QueueRegistry;
  readonly clock: Clock;
  readonly record: QueueContext['record'];
  readonly serviceAccountExists: (email: string) => boolean;
  /** Which of the permissions a caller has on a resource. */
  readonly permitted: (resource: string, permissions: string[], authorization: string | undefined) => string[];
}

/** Every method of the API, for a caller who may call it. */
export type Methods = {
  readonly [Name in MethodName]: (request: Requests[Name], authorization: string | undefined) => Responses[Name];
};

/** The methods of `google.cloud.tasks.v2.CloudTasks`, apart from wires and permissions. */
export function methodsOf({ registry, clock, record, serviceAccountExists, permitted }: MethodsContext): Methods {
  const create = (parent: string, message: TaskMessage) => {
    requireQueueName(parent);
    const queue = registry.get(parent);
    requireServedTask(message);
    const task = acceptTask(message, parent, clock.now(), randomTaskId, queue.settings.httpTarget);
    const email = task.httpRequest.authorization?.serviceAccountEmail;
    if (email !== undefined && !serviceAccountExists(email)) {
      throw new CloudTasksError('NOT_FOUND', `Requested entity was not found: there is no service account ${email}.`);
    }
    return queue.create(task);
  };
  return {
    // A real project has every location; here it has those that something is in.
    ListLocations: ({ name = '' }) => ({ locations: registry.locationsIn(name) }),
    GetLocation: ({ name = '' }) => {
      if (!registry.locationsIn(projectOfLocation(name)).includes(name)) throw entityNotFound();
      return name;
    },
    ListQueues: ({ parent = '', filter, pageSize, pageToken, readMask }) => {
      requireLocationName(parent);
      requireServedMask(readMask);
      if (filter) {
        throw new CloudTasksError('UNIMPLEMENTED', `Filters are not supported: leave it out; received '${filter}'.`);
      }
      const page = pageOf({ parent, pageSize, pageToken, maxPageSize: MAX_QUEUES_A_PAGE });
      const rest = registry.namesIn(parent).filter((name) => name > page.after);
      const shown = rest.slice(0, page.size);
      const queues = shown.map((name) => registry.get(name));
      return { queues, nextPageToken: rest.length > shown.length ? page.tokenAfter(shown.at(-1) ?? '') : '' };
    },
    GetQueue: ({ name = '', readMask }) => {
      requireServedMask(readMask);
      return registry.get(name);
    },
    CreateQueue: ({ parent = '', queue = {} }) => {
      // Not INVALID_ARGUMENT, as elsewhere (recorded); the words are ours.
      if (!isLocationName(parent)) throw permissionDenied('cloudtasks.queues.create', parent);
      requireServedQueue(queue);
      const name = queue.name ?? '';
      requireQueueName(name);
      if (locationOfQueue(name) !== parent) throw invalidArgument(`${name} must begin with ${parent}.`);
      return registry.create(name, queue);
    },
    UpdateQueue: ({ queue = {}, updateMask = [] }) => {
      const name = queue.name ?? '';
      requireQueueName(name);
      requireServedQueue(queue);
      if (!registry.has(name)) return registry.create(name, queue);
      const existing = registry.get(name);
      existing.configure(updateSettings(existing.settings, queue, updateMask));
      return existing;
    },
    DeleteQueue: ({ name = '' }) => {
      registry.delete(name);
      return undefined;
    },
    PurgeQueue: ({ name = '' }) => {
      const queue = registry.get(name);
      queue.purge();
      return queue;
    },
    PauseQueue: ({ name = '' }) => {
      const queue = registry.get(name);
      queue.pause();
      return queue;
    },
    ResumeQueue: ({ name = '' }) => {
      const queue = registry.get(name);
      queue.resume();
      return queue;
    },
    GetIamPolicy: ({ resource = '' }) => registry.policies.get(registry.get(resource).name),
    SetIamPolicy: ({ resource = '', policy = {} }) => {
      const queue = registry.get(resource).name;
      const accepted = registry.policies.accept(queue, policy);
      record({ kind: 'policy', queue, policy: accepted });
      registry.policies.set(queue, accepted);
      return registry.policies.get(queue);
    },
    TestIamPermissions: ({ resource = '', permissions = [] }, authorization) => ({
      permissions: registry.has(resource) ? permitted(resource, permissions, authorization) : [],
    }),
    ListTasks: ({ parent = '', responseView, pageSize, pageToken }) => {
      const queue = registry.get(parent);
      const page = pageOf({ parent, pageSize, pageToken, maxPageSize: MAX_TASKS_A_PAGE });
      const from = page.after === '' ? 0 : Number(page.after) + 1;
      const view = viewOf(responseView);
      const found = queue.list(from, page.size + 1);
      const shown = found.slice(0, page.size);
      const tasks = (view === 'FULL' ? upToBytes(shown, MAX_BYTES_A_PAGE) : shown).map((task) => ({ task, view }));
      const last = tasks.at(-1)?.task.sequence;
      return { tasks, nextPageToken: found.length > tasks.length ? page.tokenAfter(String(last)) : '' };
    },
    GetTask: ({ name = '', responseView }) => ({
      task: registry.ofTask(name).get(name),
      view: viewOf(responseView),
    }),
    CreateTask: ({ parent = '', task = {}, responseView }) => ({
      task: create(parent, task),
      view: viewOf(responseView),
    }),
    BufferTask: ({ queue = '', taskId, body: { contentType, data } = {} }) => {
      if (!registry.get(queue).settings.httpTarget?.uriOverride?.host) {
        throw new CloudTasksError(
          'FAILED_PRECONDITION',
          'BufferTask needs a queue with an httpTarget that has a uriOverride.host; this queue has none.',
        );
      }
      const headers = contentType === undefined ? {} : { 'Content-Type': contentType };
      const httpRequest = { headers, ...(data && { body: data }) };
      const name = taskId === undefined ? {} : { name: `${queue}/tasks/${taskId}` };
      return { task: create(queue, { ...name, httpRequest }), view: 'BASIC' };
    },
    DeleteTask: ({ name = '' }) => {
      registry.ofTask(name).delete(name);
      return undefined;
    },
    RunTask: ({ name = '', responseView }) => ({
      task: registry.ofTask(name).run(name),
      view: viewOf(responseView),
    }),
  };
}

/** The first tasks, as many as fit, and one at least. */
function upToBytes(tasks: Task[], maxBytes: number): Task[] {
  let bytes = 0;
  const end = tasks.findIndex((task) => {
    bytes += taskSizeBytes(task);
    return bytes > maxBytes;
  });
  return end === -1 ? tasks : tasks.slice(0, Math.max(1, end));
}

function viewOf(view: ViewMessage | undefined): TaskView {
  return view === 'FULL' ? 'FULL' : 'BASIC';
}

// Drawn many at a time: a draw costs far more than its bytes.
const randomNumbers = new BigUint64Array(512);
let drawn = randomNumbers.length;

/** Like the ids that the real service makes up: a 64-bit number. */
function randomTaskId(): string {
  if (drawn === randomNumbers.length) {
    randomFillSync(randomNumbers);
    drawn = 0;
  }
  return String(randomNumbers[drawn++]);
}
