import { currentEpoch } from '../state/document-state.ts';
import { type DocumentView, viewOf } from '../state/document-view.ts';
import type { StateStore } from '../state/state-store.ts';
import type { Clock } from '../time/clock.ts';
import { isoTime } from '../time/iso-time.ts';
import { noDocument } from './http.ts';

export interface CancelDependencies {
  readonly states: StateStore;
  readonly clock: Clock;
  /** A name that no attempt has. */
  readonly newOwner: () => string;
  /** Ends the call, which can be repeated. @default nothing does */
  readonly signal?: AbortSignal;
}

const CANCELLED = {
  reason: 'cancelled',
  message: 'The document was cancelled before it was done. Replay it to have it processed after all.',
};

/**
 * Ends a document that waits or is worked on as FAILED. An attempt that runs notices at its next renewal, or when it wants to
 * commit. A document that has an outcome keeps it.
 *
 * @returns the document with its outcome
 * @throws RefusedRequestError when there is no such document
 */
export async function cancelDocument(
  documentId: string,
  { states, clock, newOwner, signal }: CancelDependencies,
): Promise<DocumentView> {
  const by = newOwner();
  for (;;) {
    const state = await states.read(documentId, signal);
    const epoch = currentEpoch(state, clock.now());
    if (epoch === undefined) throw noDocument(documentId);
    if (epoch.outcome) return viewOf(state, undefined, clock.now()) as DocumentView;
    const attempt = { ...epoch.task, number: epoch.next };
    const isRunning = (await states.lease(attempt, signal)) !== undefined;
    const attempts = isRunning ? epoch.next : epoch.next - 1;
    const at = isoTime(clock.now());
    // Whoever is the first to end it, there is more to look at then.
    await states.end(attempt, { kind: 'FAILED', by, at, attempts, error: CANCELLED }, signal);
  }
}
