import type { DocumentView } from '../state/document-view.ts';
import { openingOf } from '../state/state-objects.ts';
import type { StateStore } from '../state/state-store.ts';
import type { Clock } from '../time/clock.ts';
import type { CloudTasksClient } from './cloud-tasks-client.ts';
import { noDocument, RefusedRequestError } from './http.ts';

export interface ReplayDependencies {
  readonly states: StateStore;
  readonly tasks: CloudTasksClient;
  readonly clock: Clock;
  /** Ends the call, which can be repeated. @default nothing does */
  readonly signal?: AbortSignal;
}

/**
 * Has a FAILED document processed again: first its next epoch is opened, and the one before becomes its history, then come the
 * tasks of that epoch, as for a new document. Safe to repeat at any point of failure: a document that waits or is worked on
 * already only has its tasks made sure of, and those are named after the epoch. What was converted before is not used: a replay
 * is how another converter or a newer one gets to work on the document.
 *
 * @returns the document; PENDING, or PROCESSING where its new epoch has begun
 * @throws RefusedRequestError when there is no such document, or it is COMPLETED
 * @throws MissingSettingsError before anything is written
 */
export async function replayDocument(documentId: string, dependencies: ReplayDependencies): Promise<DocumentView> {
  dependencies.tasks.requireSettings();
  const document = await openDocumentAgain(documentId, dependencies);
  // The schema of tasks takes what it knows of the document and leaves the rest.
  await dependencies.tasks.createDocumentProcessingTask(document);
  return document;
}

async function openDocumentAgain(
  documentId: string,
  { states, clock, signal }: ReplayDependencies,
): Promise<DocumentView> {
  for (;;) {
    const document = await states.view(documentId, clock.now(), signal);
    if (document === undefined) throw noDocument(documentId);
    if (document.status === 'COMPLETED') {
      const rule = 'only a FAILED one can be replayed';
      throw new RefusedRequestError(409, 'Refused', `The document ${documentId} is ${document.status}; ${rule}.`);
    }
    if (document.status !== 'FAILED') return document;
    // Whoever was first to open it, there is a newer epoch to look at.
    await states.open(documentId, document.epoch + 1, openingOf(document, 'replayed', clock.now()), signal);
  }
}
