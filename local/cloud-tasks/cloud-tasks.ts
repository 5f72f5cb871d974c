import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { type Clock, systemClock } from '../../clock.ts';
import { closeServer, LOOPBACK, listen } from '../listen.ts';
import type { Attempt, Send } from './attempt.ts';
import { HttpSender, type TokenSource } from './http-sender.ts';
import type { MethodName, Requests } from './messages.ts';
import type { QueueConfig } from './queue-config.ts';
import { restApp } from './rest/app.ts';
import { type Authorize, CloudTasksService, type Responses } from './service.ts';

/** How long the name of an ended task cannot be used again: an hour (v2 proto: `CreateTaskRequest.task`). */
const TASK_TOMBSTONE_MS = 3_600_000;

export interface CloudTasksOptions {
  /** Port on the loopback address, 0 for any free one. @default 0 */
  readonly port?: number;
  /** @default systemClock */
  readonly clock?: Clock;
  /** Queues that exist from the start. @default none */
  readonly queues?: readonly QueueConfig[];
  /** The name service of dispatches: where a target's URL really leads. @default where it says */
  readonly resolveTarget?: (url: string) => string;
  /** Who signs OIDC and OAuth tokens. @default nobody: dispatches go unsigned */
  readonly tokens?: TokenSource;
  /** Decides whether a caller has a permission. @default everything is allowed */
  readonly authorize?: Authorize;
  /** Whether a task may name a service account. @default all exist */
  readonly serviceAccountExists?: (email: string) => boolean;
  /** Called after each attempt, for logs. @default nothing */
  readonly onAttempt?: (attempt: Attempt) => void;
  /** How attempts are delivered. @default over HTTP */
  readonly send?: Send;
  /** Milliseconds that the name of an ended task cannot be used again. @default 3600000 */
  readonly taskTombstoneMs?: number;
}

/** A Cloud Tasks that runs in this process. */
export interface CloudTasks {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly port: number;
  /** Calls a method of the API without a wire, as the bearer of an `Authorization` header. @throws CloudTasksError */
  call<Method extends MethodName>(method: Method, request: Requests[Method], authorization?: string): Responses[Method];
  /** The attempts of a task by its full name, oldest first, also after its end. The newest 10,000 of all tasks are kept. */
  attempts(taskName: string): readonly Attempt[];
  /** Resolves once no attempt is on its way and none is due; tasks that wait for their time may remain. */
  waitIdle(): Promise<void>;
  /** Resolves once no running queue has a task left. */
  drain(): Promise<void>;
  /** Stops listening and dispatching; attempts on their way are abandoned. */
  close(): Promise<void>;
}

/**
 * Starts a Cloud Tasks that serves REST v2 on the loopback address and dispatches for real.
 *
 * @throws CloudTasksError when a queue's configuration breaks a rule
 * @throws PortInUseError when another process listens on the port
 */
export async function startCloudTasks(options: CloudTasksOptions = {}): Promise<CloudTasks> {
  const sender = new HttpSender(options.resolveTarget ?? ((url) => url), options.tokens);
  const service = new CloudTasksService({
    clock: options.clock ?? systemClock,
    send: options.send ?? sender.send,
    queues: options.queues ?? [],
    authorize: options.authorize ?? (() => 'allowed'),
    serviceAccountExists: options.serviceAccountExists ?? (() => true),
    onAttempt: options.onAttempt ?? (() => {}),
    taskTombstoneMs: options.taskTombstoneMs ?? TASK_TOMBSTONE_MS,
  });
  const server = createServer(getRequestListener(restApp(service).fetch));
  const port = await listen(server, { port: options.port ?? 0, what: 'Cloud Tasks', option: 'ports.tasks' });
  return {
    url: `http://${LOOPBACK}:${port}`,
    port,
    call: (method, request, authorization) => service.call(method, request, authorization),
    attempts: (taskName) => service.attempts(taskName),
    waitIdle: () => service.waitIdle(),
    drain: () => service.drain(),
    async close() {
      service.close();
      sender.close();
      await closeServer(server);
    },
  };
}
