import { CHECK_DOCUMENT_PATH, CloudTasksClient, type CreateTask } from '../../handler/cloud-tasks-client.ts';
import { type Conversion, type Converter, UnconvertibleDocumentError } from '../../handler/conversion/converter.ts';
import type { DocumentRecord } from '../../handler/document-record.ts';
import { taskIdFor } from '../../handler/document-task.ts';
import type { WriteOptions } from '../../handler/object-store.ts';
import { RecordStore } from '../../handler/record-store.ts';
import { replayDocument } from '../../handler/replay-document.ts';
import type { Answer, AttemptRequest } from '../../local/cloud-tasks/attempt.ts';
import { CloudTasksError } from '../../local/cloud-tasks/errors.ts';
import { CloudTasksService } from '../../local/cloud-tasks/service.ts';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { DOCUMENTS, RESULTS } from '../handler/helpers.ts';
import { MemoryObjectStore } from '../handler/memory-object-store.ts';
import { createInEmulator, type GoogleTask } from './emulator-client.ts';
import { Instance, MAX_ATTEMPTS, PARENT, SETTINGS } from './instance.ts';
import { checkChange, require } from './invariants.ts';
import { CALM, type Profile } from './profile.ts';
import type { Random } from './random.ts';
import { SimulatedProcess } from './simulated-process.ts';
import { SimulatedStore } from './simulated-store.ts';

/** What of the mechanism is taken out, to show that the checks notice. */
export type Sabotage = 'fence' | 'lease' | 'watchdog';

export interface Document {
  readonly id: string;
  readonly sourceUri: string;
  readonly text: string;
  /** `poison` can never be converted. */
  readonly kind: 'good' | 'poison';
}

/** How a conversion goes, for scenarios that leave nothing to chance. */
export interface ConversionPlan {
  readonly seconds: number;
  readonly fails?: boolean;
  readonly ignoresAbort?: boolean;
}

/**
 * Everything around the handler on one virtual clock and one source of chance: the emulator's queue, an object store, Cloud Run's
 * instances, callers. Each change of a record is checked as it happens; what is broken is kept in {@link broken}.
 */
export class World {
  readonly clock = new VirtualClock();
  readonly store: MemoryObjectStore;
  readonly tasks: CloudTasksService;
  readonly documents: Document[] = [];
  /** Documents that the service has answered 202 for, or whose task another service has made. */
  readonly accepted = new Set<string>();
  /** The first promise that was broken. */
  broken: Error | undefined;
  instances: Instance[] = [];
  /** Decides how the next conversion of a document goes. */
  plan: (document: Document) => ConversionPlan;
  /** Called before each delivery; what it returns is waited for, and an answer ends it there. */
  onDelivery: (request: AttemptRequest) => Promise<Answer | undefined> = async () => undefined;
  readonly random: Random;
  readonly #sabotage: Sabotage | undefined;
  #profile: Profile;
  #owners = 0;
  /** The conversions of each document: their signals, and where they run. */
  readonly #working = new Map<string, Map<AbortSignal, SimulatedProcess>>();
  /** Whether processes and storage work throughout. */
  readonly #isSound: boolean;

  constructor(random: Random, profile: Profile, sabotage?: Sabotage) {
    this.random = random;
    this.#profile = profile;
    const { crash, freeze, storageFails, storageAnswerLost, skewSeconds, disturbance } = profile;
    this.#isSound = [crash, freeze, storageFails, storageAnswerLost, skewSeconds, disturbance].every(
      (fault) => fault === 0,
    );
    this.#sabotage = sabotage;
    this.store = new MemoryObjectStore(this.clock, [DOCUMENTS, RESULTS]);
    this.#checkEachChange();
    this.plan = () => this.#planByChance();
    this.tasks = new CloudTasksService({
      clock: this.clock,
      send: (request) => this.#deliver(request),
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
    this.store.objects.insert(DOCUMENTS, `${id}.txt`, text, { contentType: 'text/plain' });
    const document = { id, kind, text, sourceUri: `gs://${DOCUMENTS}/${id}.txt` };
    this.documents.push(document);
    return document;
  }

  record(id: string): DocumentRecord | undefined {
    const text = this.store.text(RESULTS, `records/${id}.json`);
    return text === undefined ? undefined : JSON.parse(text);
  }

  /** A caller's `POST /documents`, once. @returns the HTTP status */
  async post({ id, sourceUri }: Document): Promise<number> {
    const body = JSON.stringify({ sourceUri, documentId: id });
    const answer = await this.#instance().request('/documents', {}, body, this.clock.now());
    const status = answer.kind === 'response' ? answer.status : 0;
    if (status === 202) this.accepted.add(id);
    return status;
  }

  /** Another service makes the task itself, with the client. */
  async createTaskDirectly({ id, sourceUri }: Document): Promise<void> {
    const generation = String(this.store.objects.get(DOCUMENTS, `${id}.txt`).generation);
    const client = new CloudTasksClient(SETTINGS, async () => ({ createTask: this.createTask(undefined) }), this.clock);
    await client.createDocumentProcessingTask({ documentId: id, sourceUri, generation, filename: `${id}.txt` });
    this.accepted.add(id);
  }

  /** Somebody deletes the document's task in the console. @returns whether it was there */
  deleteTask(id: string): boolean {
    try {
      const epoch = this.record(id)?.epoch ?? 0;
      this.tasks.call('DeleteTask', { name: `${PARENT}/tasks/${taskIdFor({ documentId: id, epoch })}` }, undefined);
      return true;
    } catch (error) {
      if (error instanceof CloudTasksError) return false;
      throw error;
    }
  }

  /** Somebody replays a document, from a process of their own. */
  async replay(id: string): Promise<void> {
    const tasks = new CloudTasksClient(SETTINGS, async () => ({ createTask: this.createTask(undefined) }), this.clock);
    await replayDocument(id, { records: new RecordStore(this.store, RESULTS), tasks, clock: this.clock });
  }

  /** Delivers once more what Cloud Tasks has sent: nobody hears the answer. */
  async redeliver(request: AttemptRequest): Promise<void> {
    await this.#run(request);
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
      if (!this.#isLostBySabotage(task)) createInEmulator(this.tasks, task);
      if (fails) throw unavailable;
      return [task];
    };
    const call = process ? (request: { task?: GoogleTask }) => process.step(() => create(request)) : create;
    return call as unknown as CreateTask['createTask'];
  }

  #isLostBySabotage({ httpRequest }: GoogleTask): boolean {
    return this.#sabotage === 'watchdog' && httpRequest?.url?.endsWith(CHECK_DOCUMENT_PATH) === true;
  }

  /** A delivery as the network, Cloud Run and Cloud Tasks' own at-least-once make it. */
  async #deliver(request: AttemptRequest): Promise<Answer> {
    const { duplicate, late, answerLost } = this.#profile;
    if (this.random.chance(duplicate)) void this.#pass(this.random.between(0, 120_000)).then(() => this.#run(request));
    if (this.random.chance(late)) await this.#pass(this.random.between(0, 60_000));
    const answer = await this.#run(request);
    return this.random.chance(answerLost) ? { kind: 'unreachable', reason: 'the answer was lost' } : answer;
  }

  /** Cloud Run: an instance, the request timeout, and on its expiry 504 while the instance goes on. */
  async #run(request: AttemptRequest): Promise<Answer> {
    const early = await this.onDelivery(request);
    if (early !== undefined) return early;
    const { pathname } = new URL(request.url);
    const body = Buffer.from(request.body ?? '').toString();
    const answered = this.#instance().request(pathname, request.headers, body, this.clock.now());
    let timer: ReturnType<VirtualClock['setTimeout']> | undefined;
    const timeout = new Promise<Answer>((resolve) => {
      const ms = SETTINGS.deadlines.requestTimeoutSeconds * 1000;
      timer = this.clock.setTimeout(
        () => resolve({ kind: 'response', status: 504, headers: {}, body: Buffer.of() }),
        ms,
      );
    });
    const answer = await Promise.race([answered, timeout]);
    if (timer) this.clock.clearTimeout(timer);
    return answer;
  }

  #instance(): Instance {
    this.instances = this.instances.filter(({ takesRequests }) => takesRequests);
    if (this.instances.length < 4 && (this.instances.length === 0 || this.random.chance(0.3))) {
      this.instances.push(this.startInstance());
    }
    return this.random.pick(this.instances);
  }

  startInstance(): Instance {
    const { skewSeconds } = this.#profile;
    const process = new SimulatedProcess(this.clock, this.random.between(-skewSeconds * 1000, skewSeconds * 1000));
    const { deadlines } = SETTINGS;
    const noLease = { ...deadlines, leaseSeconds: -1, leaseRenewalSeconds: 1e6 };
    return new Instance({
      process,
      store: new SimulatedStore(this.store, process, this.random, () => this.#profile, this.hazard),
      createTask: this.createTask(process),
      converter: this.#converterOn(process),
      newOwner: () => `owner-${++this.#owners}`,
      settings: this.#sabotage === 'lease' ? { ...SETTINGS, deadlines: noLease } : SETTINGS,
    });
  }

  /** Before and after each call: the process may die here, or freeze. Scenarios put their own in. */
  hazard = (process: SimulatedProcess): void => {
    if (this.random.chance(this.#profile.crash)) process.kill();
    else if (this.random.chance(this.#profile.freeze)) process.freeze(this.random.between(1_000, 180_000));
  };

  #planByChance(): ConversionPlan {
    const { conversionSlow, conversionFails } = this.#profile;
    return {
      seconds: this.random.chance(conversionSlow) ? this.random.between(400, 700) : this.random.between(1, 60),
      fails: this.random.chance(conversionFails),
      ignoresAbort: this.random.chance(0.3),
    };
  }

  #converterOn(process: SimulatedProcess): Converter {
    return {
      convert: async ({ bytes, filename }, { signal }): Promise<Conversion> => {
        const document = this.documents.find(({ id }) => filename === `${id}.txt`) as Document;
        const { seconds, fails = false, ignoresAbort = false } = this.plan(document);
        using _work = this.#begin(document.id, signal, process);
        this.hazard(process);
        await this.#convertFor(process, seconds * 1000, ignoresAbort ? undefined : signal);
        if (fails) throw new Error('The model is overloaded.');
        if (document.kind === 'poison') throw new UnconvertibleDocumentError('corrupt', `${filename} is damaged.`);
        const markdown = Buffer.from(bytes).toString();
        return { markdown, type: 'text', characters: markdown.length, converter: 'simulated@1' };
      },
    };
  }

  /** Where processes and storage work, the lease keeps every other attempt out. */
  #begin(id: string, signal: AbortSignal, process: SimulatedProcess): Disposable {
    const working = this.#working.get(id) ?? new Map();
    this.#working.set(id, working.set(signal, process));
    // What a converter does after it was told to stop is no attempt's work any more, nor is a dead or frozen process at work.
    const isAtWork = ([{ aborted }, { isAlive, isFrozen }]: [AbortSignal, SimulatedProcess]) =>
      !aborted && isAlive && !isFrozen;
    const attempts = [...working].filter(isAtWork).length;
    if (this.#isSound) this.promise(() => require(attempts <= 1, `${id} is worked on by one attempt at a time`));
    return { [Symbol.dispose]: () => working.delete(signal) };
  }

  #convertFor(process: SimulatedProcess, ms: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = process.clock.setTimeout(() => resolve(), ms);
      signal?.addEventListener('abort', () => {
        process.clock.clearTimeout(timer);
        reject(signal.reason);
      });
    });
  }

  #pass(ms: number): Promise<void> {
    return new Promise((resolve) => this.clock.setTimeout(resolve, ms));
  }

  /** Watches every write of a record: what it was, what it becomes, and whether the result is there when it says so. */
  #checkEachChange(): void {
    const write = this.store.write.bind(this.store);
    this.store.write = async (bucket, name, body, options) => {
      const id = /^records\/(.*)\.json$/.exec(name)?.[1];
      if (bucket !== RESULTS || id === undefined) return write(bucket, name, body, options);
      const before = this.record(id);
      const generation = await write(bucket, name, body, this.#sabotage === 'fence' ? withoutFence(options) : options);
      const after = JSON.parse(String(body)) as DocumentRecord;
      this.promise(() => {
        checkChange(before, after);
        if (after.status === 'COMPLETED') this.checkResult(after);
      });
      return generation;
    };
  }

  /** A result is whole as soon as it can be seen. */
  checkResult({ documentId, result }: DocumentRecord): void {
    const nameOf = (uri = '') => uri.slice(`gs://${RESULTS}/`.length);
    const expected = this.documents.find(({ id }) => id === documentId)?.text;
    const markdown = this.store.text(RESULTS, nameOf(result?.markdownUri));
    require(markdown === expected, `the Markdown of ${documentId} is there when it is COMPLETED`);
    const metadata = this.store.text(RESULTS, nameOf(result?.metadataUri));
    require(metadata !== undefined, `the metadata of ${documentId} are there when it is COMPLETED`);
  }
}

function withoutFence({ ifGenerationMatch: _fence, ...options }: WriteOptions): WriteOptions {
  return options;
}
