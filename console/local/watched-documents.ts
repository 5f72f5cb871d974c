import type { Buckets, ObjectVersion } from '../../local/cloud-storage/buckets.ts';
import { type DocumentState, stateOf } from '../../state/document-state.ts';
import { viewOf } from '../../state/document-view.ts';
import { attemptName, contentOf, type Lease, parseStateName } from '../../state/state-objects.ts';
import type { Clock } from '../../time/clock.ts';
import { DocumentIndex } from '../documents/document-index.ts';

/** What is stored of a document's state. */
interface Stored {
  readonly objects: Map<string, ObjectVersion>;
  /** Of the newest attempt. */
  lease?: ObjectVersion;
}

/** The documents of a bucket in this process, kept up to date by each change of an object of their states. */
export class WatchedDocuments {
  readonly index = new DocumentIndex();
  readonly #stored = new Map<string, Stored>();
  readonly #clock: Pick<Clock, 'now'>;

  /** @param onChange called after each change of a document */
  constructor(storage: Buckets, bucket: string, clock: Pick<Clock, 'now'>, onChange: () => void) {
    this.#clock = clock;
    const known = new Set<string>();
    let isWatching = false;
    storage.watch(bucket, (changed, name, object) => {
      const documentId = changed === bucket ? this.#note(name, object) : undefined;
      if (documentId === undefined) return;
      // What is there already comes object by object: each document is looked at once, when all are known.
      if (!isWatching) known.add(documentId);
      else {
        this.#refresh(documentId);
        onChange();
      }
    });
    for (const documentId of known) this.#refresh(documentId);
    this.index.sort();
    isWatching = true;
  }

  /** @returns the state of a document with the lease that there is; undefined where nothing is known of it */
  state(documentId: string): { state: DocumentState; lease: Lease | undefined } | undefined {
    const stored = this.#stored.get(documentId);
    if (stored === undefined) return undefined;
    const listing = [...stored.objects.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    const state = stateOf(documentId, listing);
    const newest = state.epochs.at(-1);
    const own = newest && attemptName({ ...newest.task, number: newest.next }, 'lease');
    const lease = stored.lease?.name === own ? stored.lease : undefined;
    return { state, lease: lease && contentOf<Lease>(lease.name, lease.metadata) };
  }

  /** @returns the id of the document that an object is of */
  #note(name: string, object: ObjectVersion | undefined): string | undefined {
    const parsed = parseStateName(name);
    if (parsed === undefined) return undefined;
    const stored: Stored = this.#stored.get(parsed.documentId) ?? { objects: new Map() };
    this.#stored.set(parsed.documentId, stored);
    if (parsed.what === undefined) {
      // The newest attempt's name is the last one.
      if (object && !(stored.lease && stored.lease.name > name)) stored.lease = object;
    } else if (object) stored.objects.set(name, object);
    else stored.objects.delete(name);
    return parsed.documentId;
  }

  #refresh(documentId: string): void {
    const now = this.#clock.now();
    const view = this.#viewOf(documentId, now);
    if (view) this.index.put(view, now);
    else this.index.remove(documentId);
  }

  #viewOf(documentId: string, now: number) {
    try {
      const found = this.state(documentId);
      return found && viewOf(found.state, found.lease, now);
    } catch (error) {
      // Somebody has written what is no state under the name of one.
      if (error instanceof SyntaxError) return undefined;
      throw error;
    }
  }
}
