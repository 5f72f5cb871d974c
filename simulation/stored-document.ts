import type { Buckets } from '../local/cloud-storage/buckets.ts';
import { currentEpoch, type DocumentState, stateOf } from '../state/document-state.ts';
import { type DocumentView, viewOf } from '../state/document-view.ts';
import { attemptName, contentOf, folderOf, type Lease, STATE_PREFIX } from '../state/state-objects.ts';

/** The state of a document as the local Google has stored it at this moment. For assertions. */
export function storedState(objects: Buckets, bucket: string, documentId: string): DocumentState {
  return stateOf(documentId, objects.list(bucket, { prefix: folderOf(STATE_PREFIX, documentId) }).items);
}

/** A document as `GET /documents/{id}` would show it at this moment. */
export function storedView(
  objects: Buckets,
  bucket: string,
  documentId: string,
  now: number,
): DocumentView | undefined {
  const state = storedState(objects, bucket, documentId);
  const epoch = currentEpoch(state, now);
  const name = epoch && attemptName({ ...epoch.task, number: epoch.next }, 'lease');
  const isLeased = name !== undefined && objects.hasObject(bucket, name);
  return viewOf(state, isLeased ? contentOf<Lease>(name, objects.get(bucket, name).metadata) : undefined, now);
}
