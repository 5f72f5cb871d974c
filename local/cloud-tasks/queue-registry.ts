import { type Change, emptyState, type KeptQueue, type KeptState } from './changes.ts';
import { entityNotFound, queueExistedRecently, queueExists, queueNotFound } from './errors.ts';
import type { QueueMessage } from './messages.ts';
import { locationOfQueue, projectOfLocation, queueOf, requireQueueName } from './names.ts';
import { Queue } from './queue.ts';
import type { QueueConfig } from './queue-config.ts';
import type { QueueContext } from './queue-context.ts';
import { QueuePolicies } from './queue-policies.ts';
import { DEFAULT_SETTINGS, settingsOf, updateSettings } from './queue-update.ts';
import type { Task } from './task.ts';

/** A deleted queue's name cannot be used again for so long (reference: `DeleteQueue`). */
const QUEUE_TOMBSTONE_MS = 7 * 24 * 3_600_000;

/** All queues of all locations, and what is known of those that are gone. */
export class QueueRegistry {
  readonly policies = new QueuePolicies();
  readonly #context: QueueContext;
  readonly #queues = new Map<string, Queue>();
  /** When each queue was deleted, by name. */
  readonly #deletedQueues = new Map<string, number>();

  constructor(context: QueueContext) {
    this.#context = context;
  }

  /**
   * Brings the queues of an earlier run back and adds those that are configured, then begins to dispatch. A queue that is both keeps its
   * tasks and its state, and what the configuration does not set.
   *
   * @throws CloudTasksError when a configuration breaks a rule, or two have one name
   */
  start(configs: readonly QueueConfig[], kept: KeptState = emptyState()): void {
    for (const [name, queue] of kept.queues) this.#restore(name, queue);
    for (const [name, at] of kept.deletedQueues) this.#deletedQueues.set(name, at);
    const names = new Set<string>();
    for (const config of configs) {
      requireQueueName(config.name);
      if (names.has(config.name)) throw queueExists();
      names.add(config.name);
      const queue = this.#queues.get(config.name);
      if (queue) queue.configure(settingsOf(config, queue.settings));
      else this.#add(config.name, settingsOf(config), config.state ?? 'RUNNING');
    }
    for (const queue of this.#queues.values()) queue.start();
  }

  all(): Queue[] {
    return [...this.#queues.values()];
  }

  has(name: string): boolean {
    return this.#queues.has(name);
  }

  /** Names of a project's locations that have a queue, in order. */
  locationsIn(project: string): string[] {
    const locations = new Set(Array.from(this.#queues.keys(), locationOfQueue));
    return [...locations].filter((location) => projectOfLocation(location) === project).sort();
  }

  /** Names of a location's queues, in order. */
  namesIn(location: string): string[] {
    return [...this.#queues.keys()].filter((name) => locationOfQueue(name) === location).sort();
  }

  /** @throws CloudTasksError NOT_FOUND when there is none of this name */
  get(name: string): Queue {
    const queue = this.#queues.get(name);
    if (!queue) throw queueNotFound();
    return queue;
  }

  /** The queue that a task is in, by the task's name. @throws CloudTasksError NOT_FOUND when there is none */
  ofTask(taskName: string): Queue {
    const queue = this.#queues.get(queueOf(taskName));
    if (!queue) throw entityNotFound();
    return queue;
  }

  /** @throws CloudTasksError ALREADY_EXISTS, FAILED_PRECONDITION for a name that was deleted lately, INVALID_ARGUMENT */
  create(name: string, message: QueueMessage): Queue {
    if (this.#queues.has(name)) throw queueExists();
    const deletedAt = this.#deletedQueues.get(name);
    if (deletedAt !== undefined && deletedAt + QUEUE_TOMBSTONE_MS > this.#context.clock.now()) {
      throw queueExistedRecently();
    }
    return this.#add(name, updateSettings(DEFAULT_SETTINGS, message, []), 'RUNNING');
  }

  /** @throws CloudTasksError NOT_FOUND when there is none of this name */
  delete(name: string): void {
    const queue = this.#queues.get(name);
    if (!queue) throw entityNotFound();
    const at = this.#context.clock.now();
    this.#context.record({ kind: 'queueDeleted', name, at });
    queue.close();
    this.#queues.delete(name);
    this.policies.delete(name);
    this.#deletedQueues.set(name, at);
    this.#context.onChange();
  }

  /** Everything that is kept, as it is now. */
  state(): KeptState {
    const queues = this.all().map((queue): [string, KeptQueue] => {
      const { settings, state, purgeTime, tasks, tombstones } = queue.contents();
      const policy = this.policies.of(queue.name);
      const tasksByName = new Map(Array.from(tasks, (task) => [task.name, task]));
      return [queue.name, { settings, state, purgeTime, policy, tasks: tasksByName, tombstones: new Map(tombstones) }];
    });
    return { queues: new Map(queues), deletedQueues: new Map(this.#deletedQueues) };
  }

  close(): void {
    for (const queue of this.#queues.values()) queue.close();
  }

  #add(name: string, settings: Queue['settings'], state: Queue['state']): Queue {
    this.#context.record({ kind: 'queue', name, settings, state } satisfies Change);
    const queue = new Queue(name, { settings, state }, this.#context);
    this.#queues.set(name, queue);
    return queue;
  }

  #restore(name: string, { policy, tasks, ...kept }: KeptQueue): void {
    // An attempt that was on its way when the run ended has no answer any more: its task is due again.
    const waiting = Array.from(tasks.values(), (task): Task => ({ ...task, running: 0, schedulePosition: -1 }));
    this.#queues.set(name, new Queue(name, { ...kept, tasks: waiting }, this.#context));
    if (policy) this.policies.set(name, policy);
  }
}
