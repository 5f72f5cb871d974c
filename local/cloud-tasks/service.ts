import type { Clock } from '../../time/clock.ts';
import type { Attempt, Send } from './attempt.ts';
import { AttemptLog } from './attempt-log.ts';
import type { Change, KeptState } from './changes.ts';
import { permissionDenied, unauthenticated } from './errors.ts';
import type { MethodName, Requests } from './messages.ts';
import type { Responses } from './methods.ts';
import { type Methods, methodsOf } from './methods.ts';
import { requiredPermissions, resourceInMessage } from './permissions.ts';
import type { Queue } from './queue.ts';
import type { QueueConfig } from './queue-config.ts';
import { QueueRegistry } from './queue-registry.ts';

/** Answers whether the bearer of an `Authorization` header has a permission on a resource. */
export type Authorize = (request: {
  authorization: string | undefined;
  permission: string;
  resource: string;
}) => 'allowed' | 'unauthenticated' | 'denied';

/** A queue for whoever only looks. */
export type WatchedQueue = Pick<Queue, 'name' | 'settings' | 'state' | 'size' | 'pace' | 'list'>;

export interface ServiceOptions {
  readonly clock: Clock;
  readonly send: Send;
  readonly queues: readonly QueueConfig[];
  /** What an earlier run kept. @default nothing */
  readonly kept?: KeptState;
  readonly authorize: Authorize;
  readonly serviceAccountExists: (email: string) => boolean;
  readonly onAttempt: (attempt: Attempt) => void;
  /** Called after whatever may have changed a queue. @default nothing */
  readonly onChange?: (() => void) | undefined;
  /**
   * Keeps a change before the caller hears of it; where it throws, the call fails. The state is given as it is without the change.
   *
   * @default nothing is kept
   */
  readonly record?: (change: Change, stateBefore: () => KeptState) => void;
  /** Called before each method; where it throws, the call fails. @default nothing */
  readonly beforeCall?: (method: MethodName) => void;
  readonly taskTombstoneMs: number;
  /** @default true */
  readonly rateLimited?: boolean;
}

/** `google.cloud.tasks.v2.CloudTasks`, apart from any wire. */
export class CloudTasksService {
  /** Without what was kept, which is let go of. */
  readonly #options: Omit<ServiceOptions, 'kept'>;
  readonly #registry: QueueRegistry;
  readonly #methods: Methods;
  readonly #attempts = new AttemptLog();
  readonly #waiters = new Set<() => void>();

  /** @throws CloudTasksError when a queue's configuration breaks a rule, or two have one name */
  constructor({ kept, ...options }: ServiceOptions) {
    this.#options = options;
    const { clock, send, authorize, serviceAccountExists } = options;
    const record = (change: Change) => options.record?.(change, () => registry.state());
    const registry = new QueueRegistry({
      clock,
      send,
      record,
      tombstoneMs: options.taskTombstoneMs,
      rateLimited: options.rateLimited ?? true,
      onAttempt: (attempt) => {
        this.#attempts.add(attempt);
        options.onAttempt(attempt);
      },
      onChange: () => {
        for (const check of this.#waiters) check();
        options.onChange?.();
      },
    });
    this.#registry = registry;
    this.#methods = methodsOf({
      registry,
      clock,
      record,
      serviceAccountExists,
      permitted: (resource, permissions, authorization) =>
        permissions.filter((permission) => authorize({ authorization, permission, resource }) === 'allowed'),
    });
    registry.start(options.queues, kept);
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
    this.#options.beforeCall?.(method);
    for (const { permission, resource } of requiredPermissions(method, request)) {
      const answer = this.#options.authorize({ authorization, permission, resource });
      if (answer === 'unauthenticated') throw unauthenticated();
      if (answer === 'denied') throw permissionDenied(permission, resourceInMessage(resource));
    }
    return this.#methods[method](request, authorization);
  }

  /** The attempts of a task, oldest first, also after its end; of all tasks, the newest 10,000 are kept. */
  attempts(taskName: string): readonly Attempt[] {
    return this.#attempts.of(taskName);
  }

  /** All queues, to be looked at. */
  queues(): readonly WatchedQueue[] {
    return this.#registry.all();
  }

  /** Resolves once no attempt is on its way and none is due; tasks that wait for their time may remain. */
  waitIdle(): Promise<void> {
    return this.#waitUntil(() => this.#registry.all().every((queue) => queue.isIdle));
  }

  /** Resolves once no running queue has a task left. */
  drain(): Promise<void> {
    return this.#waitUntil(() => this.isDrained);
  }

  /** Whether no running queue has a task left. */
  get isDrained(): boolean {
    return this.#registry.all().every((queue) => queue.state !== 'RUNNING' || (queue.size === 0 && queue.isIdle));
  }

  close(): void {
    this.#registry.close();
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
