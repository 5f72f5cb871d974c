import { CloudTasksClient, type CreateTask } from '../handler/cloud-tasks-client.ts';
import { replayDocument } from '../handler/replay-document.ts';
import type { Answer, AttemptRequest } from '../local/cloud-tasks/attempt.ts';
import { CloudTasksError } from '../local/cloud-tasks/errors.ts';
import { CloudTasksService } from '../local/cloud-tasks/service.ts';
import { parseSourceUri, taskIdFor } from '../state/document-task.ts';
import type { DocumentView } from '../state/document-view.ts';
import { StateStore } from '../state/state-store.ts';
import { VirtualClock } from '../time/virtual-clock.ts';
import { createInEmulator, type GoogleTask } from './emulator-client.ts';
import { CALM, type Profile } from './fault-profile.ts';
import {
  DOCUMENTS,
  EXTRACTION_SETTINGS,
  type InstanceRequest,
  MAX_ATTEMPTS,
  PARENT,
  RESULTS,
  SETTINGS,
  SimulatedInstance,
} from './instance.ts';
import { require } from './invariants.ts';
import { MemoryObjectStore } from './memory-object-store.ts';
import { OutcomeWatch } from './outcome-watch.ts';
import type { Random } from './random.ts';
import { isLostTask, type Sabotage, sabotageStore } from './sabotage.ts';
import { SimulatedNetwork } from './simulated-network.ts';
import { SimulatedProcess } from './simulated-process.ts';
import { SimulatedStore } from './simulated-store.ts';
import { SimulatedTopic } from './simulated-topic.ts';
import { type Document, SimulatedWork, type WorkPlan } from './simulated-work.ts';
import { StateWatch } from './state-watch.ts';
import { storedState, storedView } from './stored-document.ts';
import { Uploads } from './uploads.ts';

interface WorldOptions {
  /** Whether fields are extracted from every document. @default false */
  readonly extracts?: boolean;
  /** @default nothing is taken out */
  readonly sabotage?: Sabotage | undefined;
}

/**
 * Everything around the handler on one virtual clock and one source of chance: the emulator's queue, an object store, Cloud Run's
 * instances, callers. Each change of a document's state is checked as it happens; what is broken is kept in {@link broken}.
 */
export class World {
  readonly clock = new VirtualClock();
  readonly store: MemoryObjectStore;
  readonly tasks: CloudTasksService;
  readonly documents: Document[] = [];
  /** Documents that the service has answered 202 for, or whose task another service has made. */
  readonly accepted = new Set<string>();
  /** Documents that the service has answered 204 for, when they were deleted. */
  readonly deleted = new Set<string>();
  /** The first promise that was broken. */
  broken: Error | undefined;
  instances: SimulatedInstance[] = [];
  /** Decides how the next conversion of a document goes, for scenarios that leave nothing to chance. */
  plan: (document: Document) => WorkPlan;
  /** Decides how its next extraction goes. */
  planExtraction: (document: Document) => WorkPlan;
  /** Called before each delivery; what it returns is waited for, and an answer ends it there. */
  onDelivery: (request: AttemptRequest) => Promise<Answer | undefined> = async () => undefined;
  readonly random: Random;
  /** Whether processes and storage work throughout. */
  readonly isSound: boolean;
  /** Whether fields are extracted from every document. */
  readonly #extracts: boolean;
  readonly work: SimulatedWork;
  readonly watch: StateWatch;
  readonly outcomes: OutcomeWatch;
  readonly uploads: Uploads;
  /** Until when nothing can be published, in milliseconds since the epoch. */
  topicDownUntil = 0;
  readonly #network = new SimulatedNetwork(this);
  readonly #sabotage: Sabotage | undefined;
  #profile: Profile;

  constructor(random: Random, profile: Profile, { extracts = false, sabotage }: WorldOptions = {}) {
    this.random = random;
    this.#profile = profile;
    const { crash, freeze, storageFails, storageAnswerLost, skewSeconds, disturbance } = profile;
    this.isSound = [crash, freeze, storageFails, storageAnswerLost, skewSeconds, disturbance].every(
      (fault) => fault === 0,
    );
    this.#extracts = extracts;
    this.#sabotage = sabotage;
    this.store = new MemoryObjectStore(this.clock, [DOCUMENTS, RESULTS], { limitsChanges: true });
    this.work = new SimulatedWork(this);
    this.watch = new StateWatch(this, { extracts, clocksAgree: skewSeconds === 0 });
    this.outcomes = new OutcomeWatch(this.store.objects);
    this.uploads = new Uploads(this, (request, signal) => this.#network.deliver(request, signal));
    if (sabotage !== undefined) sabotageStore(sabotage, this.store);
    this.plan = () => this.#planByChance(this.#profile.conversionSlow, this.#profile.conversionFails, [400, 700]);
    this.planExtraction = () =>
      this.#planByChance(this.#profile.extractionSlow, this.#profile.extractionFails, [90, 200]);
    this.tasks = new CloudTasksService({
      clock: this.clock,
      send: (request) => this.#network.deliver(request),
      queues: [
        {
          name: PARENT,
          rateLimits: { maxConcurrentDispatches: 40 },
          retryConfig: { maxAttempts: MAX_ATTEMPTS, minBackoffMs: 10_000, maxBackoffMs: 300_000, maxDoublings: 3 },
        },
      ],
      authorize: () => 'allowed',
      serviceAccountExists: () => true,
      onAttempt: ({ number }) =>
        this.promise(() => require(number <= MAX_ATTEMPTS, 'no task has more attempts than the queue allows')),
      taskTombstoneMs: 3_600_000,
    });
  }

  get profile(): Profile {
    return this.#profile;
  }

  /** From here on nothing goes wrong any more. */
  calmDown(): void {
    this.#profile = CALM;
  }

  addDocument(id: string, kind: Document['kind'] = 'good'): Document {
    const text = `Text of ${id}`;
    const { generation } = this.store.objects.insert(DOCUMENTS, `${id}.txt`, text, { contentType: 'text/plain' });
    const document = { id, kind, text, generation: String(generation), sourceUri: `gs://${DOCUMENTS}/${id}.txt` };
    this.documents.push(document);
    return document;
  }

  /** Somebody uploads a document, in place of one of its name, and does nothing more. */
  upload(name: string, before?: Document): Document {
    const document = this.uploads.upload(name, `Text ${this.documents.length} of ${name}`, before);
    this.documents.push(document);
    return document;
  }

  /** The document as `GET /documents/{id}` would show it. */
  view(id: string): DocumentView | undefined {
    return storedView(this.store.objects, RESULTS, id, this.clock.now());
  }

  isDeleted(id: string): boolean {
    return storedState(this.store.objects, RESULTS, id).deletedAs !== undefined;
  }

  /** A caller's `POST /documents`, once. @returns the HTTP status */
  async post({ id, sourceUri, generation }: Document): Promise<number> {
    const status = await this.ask({
      path: '/documents',
      body: JSON.stringify({ sourceUri, generation, documentId: id }),
    });
    if (status === 202) this.accepted.add(id);
    return status;
  }

  /** A caller's `POST /documents/{id}/cancel`, once. @returns the HTTP status */
  cancel(id: string): Promise<number> {
    return this.ask({ path: `/documents/${id}/cancel` });
  }

  /** A caller's `DELETE /documents/{id}`, once. @returns the HTTP status */
  async delete(id: string): Promise<number> {
    const status = await this.ask({ method: 'DELETE', path: `/documents/${id}` });
    if (status === 204) this.deleted.add(id);
    return status;
  }

  async ask(request: InstanceRequest): Promise<number> {
    const answer = await this.instance().request(request, this.clock.now());
    return answer.kind === 'response' ? answer.status : 0;
  }

  /** Another service makes the task itself, with the client. */
  async createTaskDirectly({ id, sourceUri, generation }: Document): Promise<void> {
    const { object = '' } = parseSourceUri(sourceUri) ?? {};
    const client = new CloudTasksClient(SETTINGS, async () => ({ createTask: this.createTask(undefined) }), this.clock);
    await client.createDocumentProcessingTask({ documentId: id, sourceUri, generation, filename: object });
    this.accepted.add(id);
  }

  /** Somebody deletes the document's task in the console. @returns whether it was there */
  deleteTask(id: string): boolean {
    try {
      const epoch = this.view(id)?.epoch ?? 0;
      this.tasks.call('DeleteTask', { name: `${PARENT}/tasks/${taskIdFor({ documentId: id, epoch })}` }, undefined);
      return true;
    } catch (error) {
      if (error instanceof CloudTasksError) return false;
      throw error;
    }
  }

  /** Somebody replays a document, from a process of their own. */
  async replay(id: string): Promise<void> {
    const process = new SimulatedProcess(this.clock, 0);
    const store = new SimulatedStore(
      this.store,
      process,
      this.random,
      () => CALM,
      () => {},
    );
    const tasks = new CloudTasksClient(SETTINGS, async () => ({ createTask: this.createTask(undefined) }), this.clock);
    await replayDocument(id, { states: new StateStore(store, RESULTS), tasks, clock: this.clock });
  }

  /** Delivers once more what Cloud Tasks has sent: nobody hears the answer. */
  async redeliver(request: AttemptRequest): Promise<void> {
    await this.#network.run(request);
  }

  /** A new revision: every instance gets SIGTERM, and SIGKILL ten seconds later. */
  redeploy(): void {
    const { instances } = this;
    this.instances = [];
    for (const { process } of instances) this.clock.setTimeout(() => process.kill(), 10_000);
    for (const instance of instances) instance.drain();
  }

  /** Lets time pass until no task is left, or nothing would ever happen again. */
  async untilQueueIsEmpty(limitHours = 200): Promise<void> {
    const end = this.clock.now() + limitHours * 3_600_000;
    let isEmpty = false;
    void this.tasks.drain().then(() => {
      isEmpty = true;
    });
    while (!isEmpty && this.broken === undefined && this.clock.now() < end) {
      const next = this.clock.nextTimerAt;
      if (next === undefined) await this.clock.advance(0);
      else await this.clock.advance(Math.max(0, next - this.clock.now()));
      if (next === undefined && this.clock.nextTimerAt === undefined) break;
    }
  }

  /** Keeps the first broken promise, as nobody hears an error that is thrown inside the handler. */
  promise(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.broken ??= error as Error;
    }
  }

  /** A way to Cloud Tasks, from a process or from outside. */
  createTask(process: SimulatedProcess | undefined): CreateTask['createTask'] {
    const create = async ({ task = {} }: { parent?: string; task?: GoogleTask }) => {
      const fails = this.random.chance(this.#profile.createFails);
      const unavailable = Object.assign(new Error('The service is unavailable.'), { code: 14 });
      if (fails && this.random.chance(0.5)) throw unavailable;
      if (!isLostTask(this.#sabotage, task)) createInEmulator(this.tasks, task);
      if (fails) throw unavailable;
      return [task];
    };
    const call = process ? (request: { task?: GoogleTask }) => process.step(() => create(request)) : create;
    return call as unknown as CreateTask['createTask'];
  }

  /** One that takes requests, an old or a new one. */
  instance(): SimulatedInstance {
    this.instances = this.instances.filter(({ takesRequests }) => takesRequests);
    if (this.instances.length < 4 && (this.instances.length === 0 || this.random.chance(0.3))) {
      this.instances.push(this.startInstance());
    }
    return this.random.pick(this.instances);
  }

  startInstance(): SimulatedInstance {
    const { skewSeconds } = this.#profile;
    const process = new SimulatedProcess(this.clock, this.random.between(-skewSeconds * 1000, skewSeconds * 1000));
    const settings = this.#extracts ? EXTRACTION_SETTINGS : SETTINGS;
    const { deadlines } = settings;
    const noLease = { ...deadlines, leaseSeconds: -1, leaseRenewalSeconds: 1e6 };
    return new SimulatedInstance({
      process,
      store: new SimulatedStore(this.store, process, this.random, () => this.#profile, this.hazard),
      createTask: this.createTask(process),
      outcomes: new SimulatedTopic(process, this, this.#sabotage === 'telling'),
      converter: this.work.converterOn(process),
      extractor: this.#extracts ? this.work.extractorOn(process) : undefined,
      newOwner: this.work.newOwner,
      settings: this.#sabotage === 'lease' ? { ...settings, deadlines: noLease } : settings,
    });
  }

  /** Before and after each call: the process may die here, or freeze. Scenarios put their own in. */
  hazard = (process: SimulatedProcess): void => {
    if (this.random.chance(this.#profile.crash)) process.kill();
    else if (this.random.chance(this.#profile.freeze)) process.freeze(this.random.between(1_000, 180_000));
  };

  #planByChance(slow: number, fails: number, slowSeconds: readonly [number, number]): WorkPlan {
    return {
      seconds: this.random.chance(slow) ? this.random.between(...slowSeconds) : this.random.between(1, 60),
      fails: this.random.chance(fails),
      ignoresAbort: this.random.chance(0.3),
      failsForGood: this.random.chance(0.2),
    };
  }
}
