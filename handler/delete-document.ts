import {
  type ListedObject,
  type ObjectMetadata,
  type ObjectStore,
  PreconditionFailedError,
  StorageError,
} from '../google/object-store.ts';
import { type DocumentState, stateOf } from '../state/document-state.ts';
import { type DocumentTask, parseSourceUri } from '../state/document-task.ts';
import { type Emptied, LEASES_PREFIX, metadataOf, RESULTS_PREFIX, STATE_PREFIX } from '../state/state-objects.ts';
import type { StateStore } from '../state/state-store.ts';
import type { Clock } from '../time/clock.ts';
import { isoTime } from '../time/iso-time.ts';
import type { CloudTasksClient } from './cloud-tasks-client.ts';
import { noDocument, RefusedRequestError } from './http.ts';
import type { Settings } from './settings.ts';

export interface SweepDependencies {
  readonly store: ObjectStore;
  readonly states: StateStore;
  readonly settings: Pick<Settings, 'documentsBucket' | 'resultsBucket'>;
  /** Ends the call, which can be repeated. @default nothing does */
  readonly signal?: AbortSignal;
}

export interface DeleteDependencies extends SweepDependencies {
  readonly tasks: Pick<CloudTasksClient, 'createDocumentSweepTask' | 'requireSettings'>;
  readonly clock: Clock;
  /** A name that no attempt has. */
  readonly newOwner: () => string;
}

const DELETED = { reason: 'deleted', message: 'The document was deleted.' };

/**
 * Deletes a document for good: its outcome, results, and if asked its source. First its epoch is closed and the next one is taken
 * by a tombstone, so that no attempt, task, replay or hand-in can change or begin anything any more. Then what its objects say is
 * removed. Their names stay, and with them the tombstone: under a free name a writer that has stalled could write again.
 *
 * An attempt that runs meanwhile may still store results, which nobody can see, until it notices; if it dies before it has
 * removed them, a sweep does so later. Safe to repeat at any point of failure, beside anything.
 *
 * @throws RefusedRequestError when there is no such document, or its source is to be removed and is not known any more
 * @throws MissingSettingsError before anything is written
 */
export async function deleteDocument(
  documentId: string,
  { source }: { readonly source: boolean },
  dependencies: DeleteDependencies,
): Promise<void> {
  const { tasks, signal } = dependencies;
  tasks.requireSettings();
  const { deletedAs, epochs, isSourceRemoved } = await buried(documentId, dependencies);
  await tasks.createDocumentSweepTask(documentId, deletedAs);
  await removeAll(LEASES_PREFIX, documentId, dependencies);
  await removeAll(RESULTS_PREFIX, documentId, dependencies);
  const task = epochs.at(-1)?.task;
  if (source && task) await removeSource(task, dependencies);
  // Last, as nobody knows the source any more then.
  await empty(await dependencies.states.objects(STATE_PREFIX, documentId, signal), source, dependencies);
  if (source && !task && !isSourceRemoved) throw sourceUnknown(documentId);
}

/** Removes what an attempt has left that ran when its document was deleted, and all that a deletion did not come to. */
export async function sweepDocument(documentId: string, dependencies: SweepDependencies): Promise<void> {
  const objects = await dependencies.states.objects(STATE_PREFIX, documentId, dependencies.signal);
  if (stateOf(documentId, objects).deletedAs === undefined) return;
  await removeAll(LEASES_PREFIX, documentId, dependencies);
  await removeAll(RESULTS_PREFIX, documentId, dependencies);
  await empty(objects, false, dependencies);
}

type Buried = DocumentState & { readonly deletedAs: number };

/** Closes the document and takes the next epoch for good. */
async function buried(documentId: string, { states, clock, newOwner, signal }: DeleteDependencies): Promise<Buried> {
  const by = newOwner();
  for (;;) {
    const state = await states.read(documentId, signal);
    if (state.deletedAs !== undefined) return state as Buried;
    const newest = state.epochs.at(-1);
    if (newest === undefined) throw noDocument(documentId);
    const at = isoTime(clock.now());
    // Whoever is first, there is more to look at then.
    if (newest.outcome) await states.open(documentId, newest.task.epoch + 1, { kind: 'deleted', at }, signal);
    else {
      const { task, next } = newest;
      await states.end({ ...task, number: next }, { kind: 'FAILED', by, at, attempts: next, error: DELETED }, signal);
    }
  }
}

async function removeAll(prefix: string, documentId: string, dependencies: SweepDependencies): Promise<void> {
  const { states, store, settings, signal } = dependencies;
  const objects = await states.objects(prefix, documentId, signal);
  await Promise.all(objects.map(({ name }) => store.remove(settings.resultsBucket, name, { signal })));
}

/** Takes from the document's objects all that they say of it. */
async function empty(
  objects: readonly ListedObject[],
  isSourceRemoved: boolean,
  { store, settings, signal }: SweepDependencies,
): Promise<void> {
  const content: Emptied = { kind: 'emptied', ...(isSourceRemoved && { source: 'removed' }) };
  const options = { contentType: 'text/plain', metadata: metadataOf(content), signal };
  const telling = objects.filter(({ metadata }) => !isSilent(metadata));
  await Promise.all(
    telling.map(async ({ name, generation }) => {
      try {
        await store.write(settings.resultsBucket, name, '', { ...options, ifGenerationMatch: generation });
      } catch (error) {
        // Somebody else has emptied it: nothing else is ever done to it.
        if (!(error instanceof PreconditionFailedError)) throw error;
      }
    }),
  );
}

/** Whether an object's metadata say nothing of the document: those that a deletion has written. */
function isSilent({ kind, detail = '' }: ObjectMetadata): boolean {
  return kind === 'deleted' || kind === 'emptied' || (kind === 'FAILED' && detail.includes(JSON.stringify(DELETED)));
}

async function removeSource(task: DocumentTask, { store, settings, signal }: DeleteDependencies): Promise<void> {
  const { sourceUri, generation } = task;
  const { bucket, object } = parseSourceUri(sourceUri) ?? { bucket: '', object: '' };
  try {
    if (bucket !== settings.documentsBucket)
      throw new StorageError(403, `Documents are only removed from gs://${settings.documentsBucket}.`);
    await store.remove(bucket, object, { generation, signal });
  } catch (error) {
    if (!(error instanceof StorageError && error.status === 403)) throw error;
    const message = `Document ${task.documentId} is deleted, but its source is not. Remove ${sourceUri} yourself. (${error.message})`;
    throw new RefusedRequestError(403, 'Source not removed', message, { cause: error });
  }
}

function sourceUnknown(documentId: string): RefusedRequestError {
  const message =
    `Document ${documentId} was deleted before without its source, which is not known here any more. Remove the source ` +
    'from the documents bucket yourself.';
  return new RefusedRequestError(409, 'Source not removed', message);
}
