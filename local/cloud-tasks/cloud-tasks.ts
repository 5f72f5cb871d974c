import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { type Clock, systemClock } from '../../time/clock.ts';
import { VirtualClock } from '../../time/virtual-clock.ts';
import { Journal } from '../journal/journal.ts';
import { LOOPBACK } from '../listen.ts';
import type { Attempt, Send } from './attempt.ts';
import { QUEUES_AND_TASKS } from './changes.ts';
import { Faults } from './faults.ts';
import { HttpSender, type TokenSource } from './http-sender.ts';
import type { MethodName, Requests } from './messages.ts';
import type { Responses } from './methods.ts';
import { openidApp, ownTokens } from './openid.ts';
import type { QueueConfig } from './queue-config.ts';
import { restListener } from './rest/listener.ts';
import { type Authorize, CloudTasksService, type WatchedQueue } from './service.ts';
import { TASK_TOMBSTONE_MS } from './tombstones.ts';
import { serveWires } from './wires.ts';

export interface CloudTasksOptions {
  /** Port, 0 for any free one. @default 0 */
  readonly port?: number;
  /**
   * Address to listen on, `0.0.0.0` for all: whoever reaches it may use it. It then answers to addresses and private names, with any
   * port. @default the loopback address
   */
  readonly host?: string;
  /** @default systemClock */
  readonly clock?: Clock;
  /** Queues that exist from the start. @default none */
  readonly queues?: readonly QueueConfig[];
  /** The name service of dispatches: where a target's URL really leads. @default where it says */
  readonly resolveTarget?: (url: string) => string;
  /** Who signs OIDC and OAuth tokens. @default keys of its own, whose public half it serves */
  readonly tokens?: TokenSource;
  /** Decides whether a caller has a permission. @default everything is allowed */
  readonly authorize?: Authorize;
  /** Whether a task may name a service account. @default all exist */
  readonly serviceAccountExists?: (email: string) => boolean;
  /** Called after each attempt, for logs. @default nothing */
  readonly onAttempt?: (attempt: Attempt) => void;
  /** Called after whatever may have changed a queue. It must be quick. @default nothing */
  readonly onChange?: (() => void) | undefined;
  /** What else answers on the port, where the API does not. @default nothing */
  readonly beside?: Hono | undefined;
  /** How attempts are delivered. @default over HTTP */
  readonly send?: Send;
  /** Milliseconds that the name of an ended task cannot be used again. @default 3600000 */
  readonly taskTombstoneMs?: number;
  /** Whether queues keep to their dispatches a second. Without, they dispatch as fast as targets answer. @default true */
  readonly rateLimited?: boolean;
  /** Folder that queues and tasks are kept in, across restarts and kills. @default none: in memory */
  readonly data?: string;
}

/** A Cloud Tasks that runs in this process. */
export interface CloudTasks {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly port: number;
  /** Makes things go wrong. */
  readonly faults: Faults;
  /** Calls a method of the API without a wire, as the bearer of an `Authorization` header. @throws CloudTasksError */
  call<Method extends MethodName>(method: Method, request: Requests[Method], authorization?: string): Responses[Method];
  /** The attempts of a task by its full name, oldest first, also after its end. The newest 10,000 of all tasks are kept. */
  attempts(taskName: string): readonly Attempt[];
  /** All queues, to be looked at. */
  queues(): readonly WatchedQueue[];
  /** Resolves once no attempt is on its way and none is due; tasks that wait for their time may remain. */
  waitIdle(): Promise<void>;
  /**
   * Resolves once no running queue has a task left. Moves a `VirtualClock` on whenever no attempt is on its way; an attempt that is to
   * time out waits for whoever has the clock.
   */
  drain(): Promise<void>;
  /** Stops listening and dispatching; attempts on their way are abandoned. */
  close(): Promise<void>;
}

/**
 * Starts a Cloud Tasks that serves REST v2 and gRPC on one port and dispatches for real.
 *
 * @throws CloudTasksError when a queue's configuration breaks a rule
 * @throws FolderInUseError when another process has the folder of the data
 * @throws JournalError when what it holds is damaged, or nothing can be kept in it
 * @throws PortInUseError when another process listens on the port
 */
export async function startCloudTasks(options: CloudTasksOptions = {}): Promise<CloudTasks> {
  const { clock = systemClock, data, tokens = ownTokens(clock) } = options;
  const sender = new HttpSender(options.resolveTarget ?? ((url) => url), tokens);
  const faults = new Faults();
  const opened = data === undefined ? undefined : Journal.open(data, QUEUES_AND_TASKS);
  const journal = opened?.journal;
  let service: CloudTasksService | undefined;
  const stop = () => {
    service?.close();
    sender.close();
    journal?.close();
  };
  try {
    const running = new CloudTasksService({
      clock,
      send: faults.in(options.send ?? sender.send, clock),
      queues: options.queues ?? [],
      ...(opened && { kept: opened.state }),
      authorize: options.authorize ?? (() => 'allowed'),
      serviceAccountExists: options.serviceAccountExists ?? (() => true),
      onAttempt: options.onAttempt ?? (() => {}),
      onChange: options.onChange,
      ...(journal && { record: (change, state) => journal.append(change, state) }),
      beforeCall: (method) => faults.beforeCall(method),
      taskTombstoneMs: options.taskTombstoneMs ?? TASK_TOMBSTONE_MS,
      rateLimited: options.rateLimited ?? true,
    });
    service = running;
    const option = 'port (in a local Google: ports.tasks)';
    const listen = { port: options.port ?? 0, host: options.host, what: 'Cloud Tasks', option };
    const others = tokens.jwks ? openidApp(tokens.jwks.bind(tokens)) : new Hono();
    if (options.beside) others.route('/', options.beside);
    const rest = restListener(running, getRequestListener(others.fetch));
    const wires = await serveWires(rest, running, listen);
    return {
      url: `http://${LOOPBACK}:${wires.port}`,
      port: wires.port,
      faults,
      call: (method, request, authorization) => running.call(method, request, authorization),
      attempts: (taskName) => running.attempts(taskName),
      queues: () => running.queues(),
      waitIdle: () => running.waitIdle(),
      drain: () => (clock instanceof VirtualClock ? drainThroughTime(running, clock) : running.drain()),
      async close() {
        stop();
        await wires.close();
      },
    };
  } catch (error) {
    stop();
    throw error;
  }
}

async function drainThroughTime(service: CloudTasksService, clock: VirtualClock): Promise<void> {
  for (;;) {
    await service.waitIdle();
    if (service.isDrained) return;
    // Without a timer, nothing but a call brings it on.
    if (clock.nextTimerAt === undefined) return service.drain();
    await clock.advance(clock.nextTimerAt - clock.now());
  }
}
