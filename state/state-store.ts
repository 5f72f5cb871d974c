import { type ListedObject, type ObjectStore, PreconditionFailedError } from '../google/object-store.ts';
import { isoTime } from '../time/iso-time.ts';
import { currentEpoch, type DocumentState, stateOf } from './document-state.ts';
import { type DocumentView, viewOf } from './document-view.ts';
import {
  type AttemptNumber,
  attemptName,
  type ConvertedDocument,
  contentOf,
  type End,
  folderOf,
  type Lease,
  metadataOf,
  type Opening,
  openingName,
  STATE_PREFIX,
  type StateContent,
  type Tombstone,
} from './state-objects.ts';

/** A lease as it was read or written, with the generation that its next renewal has to match. */
export interface StoredLease extends Lease {
  readonly generation: string;
}

/** The objects of documents' states in the results bucket: that no name is created twice is all the locking there is. */
export class StateStore {
  readonly #store: ObjectStore;
  readonly #bucket: string;

  constructor(store: ObjectStore, bucket: string) {
    this.#store = store;
    this.#bucket = bucket;
  }

  /** One list. */
  async read(documentId: string, signal?: AbortSignal): Promise<DocumentState> {
    return stateOf(documentId, await this.objects(STATE_PREFIX, documentId, signal));
  }

  /** One list, and a look at the lease where the document has no outcome. @returns undefined when there is no such document */
  async view(documentId: string, now: number, signal?: AbortSignal): Promise<DocumentView | undefined> {
    return this.viewOf(await this.read(documentId, signal), now, signal);
  }

  /** The same of a state that was read. */
  async viewOf(state: DocumentState, now: number, signal?: AbortSignal): Promise<DocumentView | undefined> {
    const epoch = currentEpoch(state, now);
    const isOpen = epoch !== undefined && epoch.outcome === undefined;
    const lease = isOpen ? await this.lease({ ...epoch.task, number: epoch.next }, signal) : undefined;
    return viewOf(state, lease, now);
  }

  /** @returns false when the epoch is open already, also by this very call, whose first answer was lost */
  async open(documentId: string, epoch: number, opening: Opening | Tombstone, signal?: AbortSignal): Promise<boolean> {
    return (await this.#create(openingName(documentId, epoch), opening, signal)) !== undefined;
  }

  /** Says what becomes of an attempt. @returns what was said first: this end, or another's */
  async end(attempt: AttemptNumber, end: End, signal?: AbortSignal): Promise<End> {
    const name = attemptName(attempt, 'end');
    if ((await this.#create(name, end, signal)) !== undefined) return end;
    const first = await this.endOf(attempt, signal);
    if (first === undefined) throw new Error(`${name} vanished while it was created.`);
    return first;
  }

  /** What became of an attempt; undefined while nobody has said. */
  async endOf(attempt: AttemptNumber, signal?: AbortSignal): Promise<End | undefined> {
    return (await this.#stat<End>(attemptName(attempt, 'end'), signal))?.content;
  }

  /** Notes a conversion for later attempts. Only one attempt does so under its number: what is there already is its own. */
  async converted(attempt: AttemptNumber, converted: ConvertedDocument, signal?: AbortSignal): Promise<void> {
    await this.#create(attemptName(attempt, 'converted'), converted, signal);
  }

  /** Notes that the outcome, which is the end of this attempt, was published. */
  async told(attempt: AttemptNumber, now: number, signal?: AbortSignal): Promise<void> {
    await this.#create(attemptName(attempt, 'told'), { kind: 'told', at: isoTime(now) }, signal);
  }

  /**
   * Asks for the lease of an attempt.
   *
   * @returns the lease that there is: this one, or another's; undefined when that has vanished meanwhile
   */
  async claim(attempt: AttemptNumber, lease: Lease, signal?: AbortSignal): Promise<StoredLease | undefined> {
    const generation = await this.#create(attemptName(attempt, 'lease'), lease, signal);
    return generation === undefined ? this.lease(attempt, signal) : { ...lease, generation };
  }

  /** Writes a lease again. @returns undefined when it is not the one of `generation` any more */
  async renew(
    attempt: AttemptNumber,
    lease: Lease,
    generation: string,
    signal?: AbortSignal,
  ): Promise<StoredLease | undefined> {
    const renewed = await this.#write(attemptName(attempt, 'lease'), lease, generation, signal);
    return renewed === undefined ? undefined : { ...lease, generation: renewed };
  }

  async lease(attempt: AttemptNumber, signal?: AbortSignal): Promise<StoredLease | undefined> {
    const found = await this.#stat<Lease>(attemptName(attempt, 'lease'), signal);
    return found && { ...found.content, generation: found.generation };
  }

  /** All objects of a document under a prefix. */
  async objects(prefix: string, documentId: string, signal?: AbortSignal): Promise<ListedObject[]> {
    const objects: ListedObject[] = [];
    const listing = this.#store.list(this.#bucket, folderOf(prefix, documentId), { signal });
    for await (const object of listing) objects.push(object);
    return objects;
  }

  /** @returns the generation it got; undefined when there is an object of that name */
  #create(name: string, content: StateContent, signal: AbortSignal | undefined): Promise<string | undefined> {
    return this.#write(name, content, '0', signal);
  }

  /** @returns the generation it got; undefined when the object is not of the one that it has to match */
  async #write(
    name: string,
    content: StateContent,
    ifGenerationMatch: string,
    signal?: AbortSignal,
  ): Promise<string | undefined> {
    try {
      const options = { contentType: 'text/plain', metadata: metadataOf(content), ifGenerationMatch, signal };
      return await this.#store.write(this.#bucket, name, '', options);
    } catch (error) {
      if (error instanceof PreconditionFailedError) return undefined;
      throw error;
    }
  }

  async #stat<T>(name: string, signal: AbortSignal | undefined) {
    const found = await this.#store.stat(this.#bucket, name, { signal });
    return found && { content: contentOf<T>(name, found.metadata), generation: found.generation };
  }
}
