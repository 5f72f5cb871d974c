import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { CloudStorage } from '../../google/cloud-storage.ts';
import { CloudTasksClient } from '../../handler/cloud-tasks-client.ts';
import { readSettings, type Settings } from '../../handler/settings.ts';
import type { LocalGoogle } from '../../local/local-google.ts';
import type { TerraformStack } from '../../local/terraform-stack.ts';
import { StateStore } from '../../state/state-store.ts';
import type { Clock } from '../../time/clock.ts';
import type { Action, Done } from '../actions.ts';
import { DocumentActions } from '../documents/document-actions.ts';
import { type Deliveries, documentDetails } from '../documents/document-details.ts';
import { type About, type Address, RefusedActionError, type Shown } from '../shown.ts';
import { attemptDetails, runningAttempt } from '../tasks/attempt-details.ts';
import { planFault } from '../tasks/fault-log.ts';
import { actOnQueue, isQueueAction } from '../tasks/queue-actions.ts';
import type { StackView, View } from '../views.ts';
import type { LocalHooks } from './local-hooks.ts';
import { stackPicture } from './stack-picture.ts';
import { taskCreator } from './task-creator.ts';
import { WatchedDocuments } from './watched-documents.ts';

const LOG_LINES = 300;

interface LocalShownOptions {
  readonly google: LocalGoogle;
  /** What it was started with. */
  readonly hooks: LocalHooks;
  readonly stack: TerraformStack;
  readonly stackName: string;
  readonly clock: Clock;
}

/** A local Google in this process. */
export class LocalShown implements Shown {
  readonly about: About;
  readonly onChange: Shown['onChange'];
  readonly #google: LocalGoogle;
  readonly #hooks: LocalHooks;
  readonly #clock: Clock;
  readonly #settings: Settings;
  readonly #documents: WatchedDocuments;
  readonly #actions: DocumentActions;
  readonly #stack: StackView;

  constructor({ google, hooks, stack, stackName, clock }: LocalShownOptions) {
    this.#google = google;
    this.#hooks = hooks;
    this.#clock = clock;
    this.onChange = hooks.changes.listen;
    this.#settings = readSettings(google.serviceEnvironment);
    const { resultsBucket, deadlines } = this.#settings;
    this.#documents = new WatchedDocuments(google.storage, resultsBucket, clock, hooks.changes.notify);
    this.#stack = stackPicture(stack, google.serviceEnvironment, deadlines);
    const accessToken = async () => google.ownerToken();
    const baseUrl = google.environment.STORAGE_EMULATOR_HOST;
    const store = new CloudStorage({ clock, random: Math.random, accessToken, baseUrl });
    const { dispatchDeadlineSeconds } = deadlines;
    const connect = async () => taskCreator(google);
    const operator = {
      store,
      states: new StateStore(store, resultsBucket),
      tasks: new CloudTasksClient({ ...this.#settings, dispatchDeadlineSeconds }, connect, clock),
      clock,
      newOwner: randomUUID,
      settings: this.#settings,
    };
    this.#actions = new DocumentActions(operator, () => hooks.changes.notify());
    this.about = {
      name: stackName,
      project: stack.projectId,
      kind: 'local',
      places: ['documents', 'queues', 'instances', 'faults', 'stack'],
      canChange: true,
      takesFiles: true,
    };
  }

  at(address: Address): View | undefined {
    const now = this.#clock.now();
    switch (address.place) {
      case 'documents': {
        if (address.id !== undefined) return this.#document(address.id);
        return { ...this.#documents.index.view(address, now), job: this.#actions.job };
      }
      case 'queues':
        return this.#hooks.queues.view(address);
      case 'instances':
        return this.#instances(address);
      case 'faults':
        return this.#hooks.faults.view(
          this.#google.tasks.faults,
          this.#hooks.storageFaults,
          this.#google.instancePids(),
        );
      case 'stack':
        return this.#stack;
      case 'tasks':
        return undefined;
    }
  }

  async act(action: Action): Promise<Done> {
    const done = await this.#act(action);
    this.#hooks.changes.notify();
    return done;
  }

  take(filename: string, bytes: Uint8Array): Promise<Done> {
    return this.#actions.take(filename, bytes);
  }

  content: NonNullable<Shown['content']> = (documentId, part) => this.#actions.content(documentId, part);

  #act(action: Action): Done | Promise<Done> {
    const { tasks } = this.#google;
    if (isQueueAction(action)) return actOnQueue(tasks, action, `Bearer ${this.#google.ownerToken()}`);
    switch (action.do) {
      case 'replay':
        return this.#actions.replay(action.ids);
      case 'replay-matching': {
        const ids = this.#documents.index.ids({ q: action.q, status: 'FAILED' }, this.#clock.now());
        return this.#actions.replayMatching(ids, action.expected);
      }
      case 'cancel':
        return this.#actions.cancel(action.ids);
      case 'fault':
        return planFault(tasks.faults, action);
      case 'storage-unavailable':
        this.#hooks.storageFaults = action.times;
        return { said: `The next ${action.times} requests to Cloud Storage fail.` };
      case 'clear-faults':
        tasks.faults.clear();
        this.#hooks.storageFaults = 0;
        return { said: 'Nothing goes wrong on demand any more.' };
      case 'kill':
        return this.#kill(action.pid);
    }
  }

  #kill(pid: number): Done {
    if (!this.#google.instancePids().includes(pid))
      throw new RefusedActionError(`No instance has the process ${pid}.`, 404);
    process.kill(pid, 'SIGKILL');
    this.#hooks.faults.note(`Killed the instance with the process ${pid}`, this.#clock.now());
    return { said: `Killed the process ${pid}.` };
  }

  #document(id: string): View | undefined {
    const row = this.#documents.index.row(id, this.#clock.now());
    const found = this.#documents.state(id);
    if (row === undefined || found === undefined) return undefined;
    const log = this.#hooks.log.ofDocument(id, LOG_LINES);
    const { deadlines } = this.#settings;
    return documentDetails(row, found.state, { deliveries: this.#deliveries, deadlines, log });
  }

  readonly #deliveries: Deliveries = (taskId) => {
    for (const queue of this.#hooks.queues.all()) {
      const name = `${queue.name}/tasks/${taskId}`;
      const task = this.#waiting(name);
      const attempts = this.#google.tasks.attempts(name);
      if (task === undefined && attempts.length === 0) continue;
      return {
        attempts: [...attempts.map(attemptDetails), ...(task ? runningAttempt(task) : [])],
        ...(task && { task: { name, dueAt: task.scheduleTime, isRunning: task.running > 0 } }),
      };
    }
    return { attempts: [] };
  };

  /** A task that is still in its queue. */
  #waiting(name: string) {
    try {
      return this.#google.tasks.call('GetTask', { name }, `Bearer ${this.#google.ownerToken()}`).task;
    } catch {
      return undefined;
    }
  }

  #instances(address: Address): View {
    const { running, ...load } = this.#google.load();
    const instances = running.flatMap(({ pid, ...rest }) =>
      pid === undefined ? [] : [{ pid, ...rest, memoryMb: memoryMbOf(pid) }],
    );
    const { log } = this.#hooks;
    return { kind: 'instances', instances, ...load, log: log.newest(address, LOG_LINES), logPids: log.instances() };
  }
}

/** Megabytes of memory that a process takes; undefined where the system does not say, as only Linux does, or it has ended. */
function memoryMbOf(pid: number): number | undefined {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Math.round(Number(kilobytes) / 1024);
  } catch {
    return undefined;
  }
}
