import type { ListedObject } from '../../google/object-store.ts';
import { stateOf } from '../../state/document-state.ts';
import { type DocumentView, viewOf } from '../../state/document-view.ts';
import {
  attemptName,
  contentOf,
  LEASES_PREFIX,
  type Lease,
  parseStateName,
  STATE_PREFIX,
} from '../../state/state-objects.ts';
import type { Operator } from './operator.ts';

/** A document as it is listed. */
interface ListedDocument {
  readonly documentId: string;
  /**
   * The document; undefined where there is none any more.
   *
   * @throws SyntaxError when somebody has changed what is stored of it
   */
  readonly view: () => DocumentView | undefined;
}

/**
 * All documents, from lists alone: a document's objects are neighbours, as they lead with the same hash. Two objects for one that
 * went well, so that a million take about two thousand lists; one more for each attempt that was given back.
 *
 * @param withLeases whether it is to be known which of those without an outcome are worked on, and how many attempts they had:
 *   half as many lists more. Without, all of them seem to wait
 */
export async function* allDocuments(
  { store, settings: { resultsBucket }, clock }: Pick<Operator, 'store' | 'settings' | 'clock'>,
  withLeases: boolean,
  signal: AbortSignal,
): AsyncGenerator<ListedDocument> {
  const leases = withLeases ? byDocument(store.list(resultsBucket, LEASES_PREFIX, { signal })) : undefined;
  let leased = (await leases?.next())?.value;
  for await (const { folder, documentId, objects } of byDocument(store.list(resultsBucket, STATE_PREFIX, { signal }))) {
    // Both lists are in the same order.
    while (leased && leased.folder < folder) leased = (await leases?.next())?.value;
    const own = leased?.folder === folder ? leased.objects : [];
    yield { documentId, view: () => viewOfListed(documentId, objects, own, clock.now()) };
  }
}

function viewOfListed(
  documentId: string,
  objects: readonly ListedObject[],
  leases: readonly ListedObject[],
  now: number,
): DocumentView | undefined {
  const state = stateOf(documentId, objects);
  const newest = state.epochs.at(-1);
  const name = newest && attemptName({ ...newest.task, number: newest.next }, 'lease');
  const lease = leases.find((object) => object.name === name);
  return viewOf(state, lease && contentOf<Lease>(lease.name, lease.metadata), now);
}

interface DocumentObjects {
  /** The part of their names that leads with the hash. */
  readonly folder: string;
  readonly documentId: string;
  readonly objects: ListedObject[];
}

/** Neighbours of one document as one thing. What is of no document is left out. */
async function* byDocument(listing: AsyncIterable<ListedObject>): AsyncGenerator<DocumentObjects, undefined> {
  let current: DocumentObjects | undefined;
  for await (const object of listing) {
    const documentId = parseStateName(object.name)?.documentId;
    if (documentId === undefined) continue;
    const folder = object.name.split('/')[1] ?? '';
    if (folder === current?.folder) current.objects.push(object);
    else {
      if (current) yield current;
      current = { folder, documentId, objects: [object] };
    }
  }
  if (current) yield current;
}
