import type { PubsubMessage, Topic } from '../google/pubsub.ts';
import type { DocumentState, Epoch } from '../state/document-state.ts';
import type { DocumentTask } from '../state/document-task.ts';
import { type DocumentView, publicView, viewOf } from '../state/document-view.ts';
import type { StateStore } from '../state/state-store.ts';
import type { Clock } from '../time/clock.ts';

/** Of the body. A field that is added leaves it, one that changes its meaning or goes does not. */
const VERSION = 1;

export interface TellingDependencies {
  readonly states: StateStore;
  readonly clock: Clock;
  /** Where outcomes are published. @default nowhere */
  readonly outcomes?: Topic | undefined;
  /** Ends the call, which can be repeated. @default nothing does */
  readonly signal?: AbortSignal;
}

/**
 * Publishes the outcomes of a task's epoch and of those before it that were not published yet. Whoever may have been the last to come by
 * an outcome calls it: the attempt before it answers, the same task when it comes again, the watchdog, a cancel. What was published
 * is noted afterwards, so that a crash in between publishes it again: at least once, and never an outcome that is not stored.
 *
 * A deleted document tells nothing any more.
 *
 * @throws PubsubError when it is not known to be published: then somebody has to come again
 */
export async function tellOutcome(
  { documentId, epoch }: Pick<DocumentTask, 'documentId' | 'epoch'>,
  { states, clock, outcomes, signal }: TellingDependencies,
): Promise<void> {
  if (outcomes === undefined) return;
  const state = await states.read(documentId, signal);
  for (const untold of untoldOutcomes(state, epoch)) {
    await outcomes.publish(outcomeEvent(viewAt(state, untold, clock.now())), signal);
    await states.told({ documentId, epoch: untold.task.epoch, number: untold.next - 1 }, clock.now(), signal);
  }
}

/** Of the epochs before as well: a replay that was cut off may have left one without a watchdog. */
function untoldOutcomes({ epochs, deletedAs }: DocumentState, number: number): Epoch[] {
  if (deletedAs !== undefined) return [];
  return epochs.filter(({ task, outcome, isTold }) => task.epoch <= number && outcome && !isTold);
}

/** As the document was seen when that epoch was its newest: it may have been replayed since. */
function viewAt(state: DocumentState, epoch: Epoch, now: number): DocumentView {
  const epochs = state.epochs.slice(0, state.epochs.indexOf(epoch) + 1);
  return viewOf({ ...state, epochs }, undefined, now) as DocumentView;
}

/** What is published of an outcome: attributes to filter by, and what `GET /documents/{id}` shows. */
export function outcomeEvent(document: DocumentView): PubsubMessage {
  const { documentId, status, epoch, error, traceparent } = document;
  return {
    attributes: {
      documentId,
      status,
      epoch: String(epoch),
      ...(error && { reason: error.reason }),
      // What Google's client libraries look for the publisher's trace in.
      ...(traceparent && { googclient_traceparent: traceparent }),
    },
    data: JSON.stringify({ version: VERSION, ...publicView(document) }),
    orderingKey: documentId,
  };
}
