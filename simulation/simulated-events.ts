import type { PubsubMessage, Topic } from '../google/pubsub.ts';
import { UPLOADS_PATH } from '../handler/setting-names.ts';
import type { DocumentView } from '../state/document-view.ts';
import type { VirtualClock } from '../time/virtual-clock.ts';
import { DOCUMENTS, type InstanceRequest, RESULTS, UPLOADER } from './instance.ts';
import { require } from './invariants.ts';
import type { MemoryObjectStore } from './memory-object-store.ts';
import type { Profile } from './profile.ts';
import type { Random } from './random.ts';
import type { SimulatedProcess } from './simulated-process.ts';
import type { Document } from './simulated-work.ts';
import { storedState } from './stored-document.ts';

/** What the topic and the subscription stand in. */
interface EventWorld {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly store: MemoryObjectStore;
  readonly profile: Profile;
  promise(check: () => void): void;
  ask(request: InstanceRequest): Promise<number>;
}

/** As the stack's subscription does. */
const MAX_DELIVERIES = 10;
const BACKOFF_SECONDS = { min: 10, max: 600 };

/** Pub/Sub around the handler: the topic of outcomes, and the subscription that tells of uploads. Each event is checked as it comes. */
export class SimulatedEvents {
  /** By document and epoch, how often its outcome was published. */
  readonly #published = new Map<string, number>();
  /** Uploads that were set aside after too many deliveries: somebody is told, and hands them in. */
  readonly setAside = new Set<string>();
  readonly #world: EventWorld;
  readonly #isSabotaged: boolean;

  /** @param isSabotaged whether a task is acknowledged although its outcome could not be published */
  constructor(world: EventWorld, isSabotaged: boolean) {
    this.#world = world;
    this.#isSabotaged = isSabotaged;
  }

  /** The topic of outcomes, as a process reaches it. */
  topicOn(process: SimulatedProcess): Topic {
    const { random } = this.#world;
    const publish = (message: PubsubMessage): void => {
      const fails = random.chance(this.#world.profile.publishFails);
      if (!fails || random.chance(0.5)) this.#take(message);
      if (fails && !this.#isSabotaged) throw new Error('The topic is unavailable.');
    };
    return { publish: (message) => process.step(() => publish(message), this.#latency()) };
  }

  /**
   * Tells the service of an upload until it acknowledges that, as a push subscription does: late, more than once, and again after an
   * answer that was lost.
   *
   * @returns whether it was acknowledged; else it was set aside
   */
  async tellOfUpload({ id, filename }: Document): Promise<boolean> {
    const { random, clock, store, profile } = this.#world;
    const generation = String(store.objects.get(DOCUMENTS, filename).generation);
    const attributes = {
      eventType: 'OBJECT_FINALIZE',
      bucketId: DOCUMENTS,
      objectId: filename,
      objectGeneration: generation,
    };
    const body = JSON.stringify({ message: { attributes }, subscription: 'uploads' });
    const push = () => this.#world.ask({ path: UPLOADS_PATH, body, email: UPLOADER });
    const pass = (ms: number) => new Promise<void>((resolve) => clock.setTimeout(resolve, ms));
    for (let delivery = 1; delivery <= MAX_DELIVERIES; delivery++) {
      if (random.chance(profile.duplicate)) void pass(random.between(0, 120_000)).then(push);
      if (random.chance(profile.late)) await pass(random.between(0, 60_000));
      const isHeard = !random.chance(profile.answerLost);
      if ((await push()) === 204 && isHeard) return true;
      await pass(Math.min(BACKOFF_SECONDS.max, BACKOFF_SECONDS.min * 2 ** (delivery - 1)) * 1000);
    }
    this.setAside.add(id);
    return false;
  }

  /** Every outcome of a document that is still there was published at least once. */
  checkEnd(documentId: string): void {
    for (const { task, outcome } of storedState(this.#world.store.objects, RESULTS, documentId).epochs) {
      const times = this.#published.get(`${documentId} ${task.epoch}`) ?? 0;
      require(outcome === undefined || times > 0, `the outcome of ${documentId}, epoch ${task.epoch}, is published`);
    }
  }

  /** An event is of an outcome that is stored, and says what that says. */
  #take({ attributes, data }: PubsubMessage): void {
    const { documentId, status, reason, epoch } = attributes;
    const view = JSON.parse(data) as DocumentView;
    this.#world.promise(() => {
      const state = storedState(this.#world.store.objects, RESULTS, documentId ?? '');
      const stored = state.epochs.find(({ task }) => String(task.epoch) === epoch)?.outcome;
      // What a delete has emptied meanwhile cannot be compared any more.
      if (stored === undefined && state.deletedAs !== undefined) return;
      const isSame = stored?.kind === status && stored?.error?.reason === reason && view.status === status;
      require(isSame &&
        view.result?.markdownUri === stored?.result?.markdownUri, `an event of ${documentId} says what is stored`);
    });
    const key = `${documentId} ${epoch}`;
    this.#published.set(key, (this.#published.get(key) ?? 0) + 1);
  }

  #latency(): number {
    const { random, profile } = this.#world;
    return random.chance(profile.storageTakesTime) ? random.between(1, 300) : 0;
  }
}
