import { UPLOADS_PATH } from '../handler/setting-names.ts';
import type { Send } from '../local/cloud-tasks/attempt.ts';
import { Pubsub } from '../local/pubsub/pubsub.ts';
import type { PushedMessage } from '../local/pubsub/subscription.ts';
import { documentIdFor } from '../state/document-task.ts';
import type { Clock } from '../time/clock.ts';
import type { Profile } from './fault-profile.ts';
import { DOCUMENTS, SETTINGS, UPLOADER } from './instance.ts';
import { require } from './invariants.ts';
import type { MemoryObjectStore } from './memory-object-store.ts';
import type { Random } from './random.ts';
import type { Document } from './simulated-work.ts';

const TOPIC = 'projects/my-project/topics/uploads';
const DEAD_LETTERS = 'projects/my-project/topics/uploads-failed';
const DEAD_LETTER_SUBSCRIPTION = 'projects/my-project/subscriptions/uploads-failed';
const DAY_MS = 86_400_000;
const MAX_DELIVERIES = 10;

/** What the uploads stand in. */
interface UploadsWorld {
  readonly clock: Clock;
  readonly random: Random;
  readonly profile: Profile;
  readonly store: MemoryObjectStore;
  /** Ids of the documents that were taken. */
  readonly accepted: Set<string>;
}

/** Uploads that hand themselves in: Cloud Storage's notifications, and Pub/Sub's pushes, repetitions and dead letters. */
export class Uploads {
  readonly #world: UploadsWorld;
  readonly #pubsub: Pubsub;
  readonly #taken = new Set<Document>();
  readonly #overwritten = new Set<Document>();
  /** Documents by the ids of the messages that tell of them. */
  readonly #messages = new Map<string, Document>();
  readonly #dead = new Set<Document>();

  /** @param send brings a push to the service, as the network does */
  constructor(world: UploadsWorld, send: Send) {
    this.#world = world;
    this.#pubsub = new Pubsub({
      clock: world.clock,
      topics: [TOPIC, DEAD_LETTERS],
      subscriptions: [
        {
          name: 'projects/my-project/subscriptions/uploads',
          topic: TOPIC,
          ackDeadlineMs: 60_000,
          retentionMs: 7 * DAY_MS,
          push: {
            endpoint: SETTINGS.serviceUrl + UPLOADS_PATH,
            serviceAccountEmail: UPLOADER,
            audience: SETTINGS.serviceUrl,
          },
          backoff: { minMs: 10_000, maxMs: 600_000 },
          deadLetter: { topic: DEAD_LETTERS, maxDeliveries: MAX_DELIVERIES },
        },
        { name: DEAD_LETTER_SUBSCRIPTION, topic: DEAD_LETTERS, ackDeadlineMs: 10_000, retentionMs: 7 * DAY_MS },
      ],
      send,
      mayForward: () => true,
      onPush: (push) => this.#pushed(push),
    });
  }

  /** Uploads that could not be handed in, and are kept. */
  get deadLetters(): number {
    return this.#pubsub.waiting(DEAD_LETTER_SUBSCRIPTION);
  }

  /** Somebody uploads a file, in place of one of its name. */
  upload(name: string, text: string, before?: Document): Document {
    const { store, random, profile, clock } = this.#world;
    const object = `${name}.txt`;
    const { generation } = store.objects.insert(DOCUMENTS, object, text, { contentType: 'text/plain' });
    if (before) this.#overwritten.add(before);
    const source = { sourceUri: `gs://${DOCUMENTS}/${object}`, generation: String(generation) };
    const id = documentIdFor({ ...source, method: 'auto', ocr: 'auto' });
    const document: Document = { id, ...source, text, kind: 'good' };
    // At least once, and in no order.
    for (let times = random.chance(profile.duplicate) ? 2 : 1; times > 0; times--) {
      const late = random.chance(profile.late) ? random.between(0, 60_000) : 0;
      clock.setTimeout(() => this.#notify(document, object, source.generation), late);
    }
    return document;
  }

  /** Each upload is a document, or a message that is kept; what was overwritten before anybody looked is neither. */
  checkEnd(documents: readonly Document[]): void {
    for (const document of documents) {
      const isKnown = this.#taken.has(document) || this.#dead.has(document) || this.#overwritten.has(document);
      require(isKnown, `the upload ${document.id} was taken, or is kept among the dead letters`);
    }
    require(this.deadLetters >= this.#dead.size, 'what could not be delivered is kept');
  }

  #notify(document: Document, objectId: string, objectGeneration: string): void {
    const attributes = { eventType: 'OBJECT_FINALIZE', bucketId: DOCUMENTS, objectId, objectGeneration };
    const data = Buffer.from(JSON.stringify({ name: objectId })).toString('base64');
    this.#messages.set(this.#pubsub.publish(TOPIC, { attributes, data }), document);
  }

  #pushed({ messageId, outcome }: PushedMessage): void {
    const document = this.#messages.get(messageId);
    if (document === undefined) return;
    if (outcome === 'dead letter') this.#dead.add(document);
    if (outcome !== 'acknowledged') return;
    this.#taken.add(document);
    // Of one that was overwritten nobody knows whether it was looked at before.
    if (!this.#overwritten.has(document)) this.#world.accepted.add(document.id);
  }
}
