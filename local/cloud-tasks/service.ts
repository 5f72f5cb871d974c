import { randomBytes } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { Attempt, Send } from './attempt.ts';
import { AttemptLog } from './attempt-log.ts';
import {
  CloudTasksError,
  entityNotFound,
  invalidArgument,
  permissionDenied,
  queueExistedRecently,
  queueExists,
  queueNotFound,
  unauthenticated,
} from './errors.ts';
import type { MethodName, PolicyMessage, QueueMessage, Requests, ViewMessage } from './messages.ts';
import { locationOf, queueOf, requireLocationName, requireQueueName } from './names.ts';
import { pageOf } from './paging.ts';
import { requiredPermissions, resourceInMessage } from './permissions.ts';
import { Queue, type QueueContext } from './queue.ts';
import type { QueueConfig, QueueState } from './queue-config.ts';
import { QueuePolicies } from './queue-policies.ts';
import { DEFAULT_SETTINGS, settingsOf, updateSettings } from './queue-update.ts';
import type { Task, TaskView } from './task.ts';
import { acceptTask } from './task-rules.ts';

/** A deleted queue's name cannot be used again for so long (reference: `DeleteQueue`). */
const QUEUE_TOMBSTONE_MS = 7 * 24 * 3_600_000;
const MAX_QUEUES_A_PAGE = 9800;
const MAX_TASKS_A_PAGE = 1000;

/** A task and how much of it the caller asked to see. */
export interface ViewedTask {
  readonly task: Task;
  readonly view: TaskView;
}

/** The response of each method. */
export interface Responses {
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
  DeleteTask: undefined;
  RunTask: ViewedTask;
}

/** Answers whether the bearer of an `Authorization` header has a permission on a resource. */
export type Authorize = (request: {
  authorization: string | undefined;
  permission: string;
  resource: string;
}) => 'allowed' | 'unauthenticated' | 'denied';

export interface ServiceOptions {
  readonly clock: Clock;
  readonly send: Send;
  readonly queues: readonly QueueConfig[];
  readonly authorize: Authorize;
  readonly serviceAccountExists: (email: string) => boolean;
  readonly onAttempt: (attempt: Attempt) => void;
  readonly taskTombstoneMs: number;
}

/** The methods of `google.cloud.tasks.v2.CloudTasks`, apart from any wire. */
export class CloudTasksService {
  readonly #options: ServiceOptions;
  readonly #context: QueueContext;
  readonly #queues = new Map<string, Queue>();
  /** When each queue was deleted, by name. */
  readonly #deletedQueues = new Map<string, number>();
  readonly #policies = new QueuePolicies();
  readonly #attempts = new AttemptLog();
  readonly #waiters = new Set<() => void>();

  /** @throws CloudTasksError when a queue's configuration breaks a rule, or two have one name */
  constructor(options: ServiceOptions) {
    this.#options = options;
    this.#context = {
      clock: options.clock,
      send: options.send,
      tombstoneMs: options.taskTombstoneMs,
      onAttempt: (attempt) => {
        this.#attempts.add(attempt);
        options.onAttempt(attempt);
      },
      onChange: () => {
        for (const check of this.#waiters) check();
      },
    };
    for (const config of options.queues) {
      requireQueueName(config.name);
      if (this.#queues.has(config.name)) throw queueExists();
      this.#addQueue(config.name, settingsOf(config), config.state ?? 'RUNNING');
    }
  }

  /**
   * Calls a method on behalf of the bearer of an `Authorization` header. Permissions come first: who has none does not learn what exists.
   *
   * @throws CloudTasksError as the method does; UNAUTHENTICATED and PERMISSION_DENIED
   */
  call<Method extends MethodName>(
    method: Method,
    request: Requests[Method],
    authorization: string | undefined,
  ): Responses[Method] {
    for (const { permission, resource } of requiredPermissions(method, request)) {
      const answer = this.#options.authorize({ authorization, permission, resource });
      if (answer === 'unauthenticated') throw unauthenticated();
      if (answer === 'denied') throw permissionDenied(permission, resourceInMessage(resource));
    }
    const handlers: { [Name in MethodName]: (request: Requests[Name], authorization?: string) => Responses[Name] } =
      this.#methods;
    return handlers[method](request, authorization);
  }

  /** The attempts of a task, oldest first, also after its end; of all tasks, the newest 10,000 are kept. */
  attempts(taskName: string): readonly Attempt[] {
    return this.#attempts.of(taskName);
  }

  /** Resolves once no attempt is on its way and none is due; tasks that wait for their time may remain. */
  waitIdle(): Promise<void> {
    return this.#waitUntil(() => [...this.#queues.values()].every((queue) => queue.isIdle));
  }

  /** Resolves once no running queue has a task left. */
  drain(): Promise<void> {
    return this.#waitUntil(() =>
      [...this.#queues.values()].every((queue) => queue.state !== 'RUNNING' || (queue.size === 0 && queue.isIdle)),
    );
  }

  close(): void {
    for (const queue of this.#queues.values()) queue.close();
  }

  readonly #methods: { [Name in MethodName]: (request: Requests[Name], authorization?: string) => Responses[Name] } = {
    ListQueues: ({ parent = '', filter, pageSize, pageToken }) => {
      requireLocationName(parent);
      if (filter) {
        throw new CloudTasksError('UNIMPLEMENTED', `Filters are not supported: leave it out; received '${filter}'.`);
      }
      const names = [...this.#queues.keys()].filter((name) => locationOf(name) === parent).sort();
      const page = pageOf({ parent, pageSize, pageToken, maxPageSize: MAX_QUEUES_A_PAGE });
      const start = page.after === '' ? 0 : names.findIndex((name) => name > page.after);
      const rest = start < 0 ? [] : names.slice(start);
      const shown = rest.slice(0, page.size);
      const queues = shown.map((name) => this.#queue(name));
      return { queues, nextPageToken: rest.length > shown.length ? page.tokenAfter(shown.at(-1) ?? '') : '' };
    },
    GetQueue: ({ name = '' }) => this.#queue(name),
    CreateQueue: ({ parent = '', queue = {} }) => {
      requireLocationName(parent);
      const name = queue.name ?? '';
      requireQueueName(name);
      if (locationOf(name) !== parent) throw invalidArgument(`${name} must begin with ${parent}.`);
      if (this.#queues.has(name)) throw queueExists();
      return this.#createQueue(name, queue);
    },
    UpdateQueue: ({ queue = {}, updateMask = [] }) => {
      const name = queue.name ?? '';
      requireQueueName(name);
      const existing = this.#queues.get(name);
      if (!existing) return this.#createQueue(name, queue);
      existing.configure(updateSettings(existing.settings, queue, updateMask));
      return existing;
    },
    DeleteQueue: ({ name = '' }) => {
      const queue = this.#queues.get(name);
      if (!queue) throw entityNotFound();
      queue.close();
      this.#queues.delete(name);
      this.#policies.delete(name);
      this.#deletedQueues.set(name, this.#options.clock.now());
      this.#context.onChange();
      return undefined;
    },
    PurgeQueue: ({ name = '' }) => {
      const queue = this.#queue(name);
      queue.purge();
      return queue;
    },
    PauseQueue: ({ name = '' }) => {
      const queue = this.#queue(name);
      queue.pause();
      return queue;
    },
    ResumeQueue: ({ name = '' }) => {
      const queue = this.#queue(name);
      queue.resume();
      return queue;
    },
    GetIamPolicy: ({ resource = '' }) => this.#policies.get(this.#queue(resource).name),
    SetIamPolicy: ({ resource = '', policy = {} }) => this.#policies.set(this.#queue(resource).name, policy),
    TestIamPermissions: ({ resource = '', permissions = [] }, authorization) => ({
      permissions: this.#queues.has(resource)
        ? permissions.filter(
            (permission) => this.#options.authorize({ authorization, permission, resource }) === 'allowed',
          )
        : [],
    }),
    ListTasks: ({ parent = '', responseView, pageSize, pageToken }) => {
      const queue = this.#queue(parent);
      const page = pageOf({ parent, pageSize, pageToken, maxPageSize: MAX_TASKS_A_PAGE });
      const from = page.after === '' ? 0 : Number(page.after) + 1;
      const found = queue.list(from, page.size + 1);
      const tasks = found.slice(0, page.size).map((task) => ({ task, view: viewOf(responseView) }));
      const last = tasks.at(-1)?.task.sequence;
      return { tasks, nextPageToken: found.length > tasks.length ? page.tokenAfter(String(last)) : '' };
    },
    GetTask: ({ name = '', responseView }) => ({
      task: this.#queueOfTask(name).get(name),
      view: viewOf(responseView),
    }),
    CreateTask: ({ parent = '', task = {}, responseView }) => {
      requireQueueName(parent);
      const queue = this.#queue(parent);
      const accepted = acceptTask(task, parent, this.#options.clock.now(), randomTaskId);
      const email = accepted.httpRequest.authorization?.serviceAccountEmail;
      if (email !== undefined && !this.#options.serviceAccountExists(email)) {
        throw new CloudTasksError('NOT_FOUND', `Requested entity was not found: there is no service account ${email}.`);
      }
      return { task: queue.create(accepted), view: viewOf(responseView) };
    },
    DeleteTask: ({ name = '' }) => {
      this.#queueOfTask(name).delete(name);
      return undefined;
    },
    RunTask: ({ name = '', responseView }) => ({
      task: this.#queueOfTask(name).run(name),
      view: viewOf(responseView),
    }),
  };

  #createQueue(name: string, queue: QueueMessage): Queue {
    const deletedAt = this.#deletedQueues.get(name);
    if (deletedAt !== undefined && deletedAt + QUEUE_TOMBSTONE_MS > this.#options.clock.now()) {
      throw queueExistedRecently();
    }
    return this.#addQueue(name, updateSettings(DEFAULT_SETTINGS, queue, []), 'RUNNING');
  }

  #addQueue(name: string, settings: Queue['settings'], state: QueueState): Queue {
    const queue = new Queue(name, settings, state, this.#context);
    this.#queues.set(name, queue);
    return queue;
  }

  #queue(name: string): Queue {
    const queue = this.#queues.get(name);
    if (!queue) throw queueNotFound();
    return queue;
  }

  #queueOfTask(taskName: string): Queue {
    const queue = this.#queues.get(queueOf(taskName));
    if (!queue) throw entityNotFound();
    return queue;
  }

  #waitUntil(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (!holds()) return;
        this.#waiters.delete(check);
        resolve();
      };
      this.#waiters.add(check);
      check();
    });
  }
}

function viewOf(view: ViewMessage | undefined): TaskView {
  return view === 'FULL' ? 'FULL' : 'BASIC';
}

/** Like the ids that the real service makes up: a 64-bit number. */
function randomTaskId(): string {
  return randomBytes(8).readBigUInt64BE().toString();
}
