import { currentEpoch, type DocumentState, type DocumentStatus, type Epoch, isLive } from './document-state.ts';
import type { DocumentTask } from './document-task.ts';
import type { ConvertedDocument, DocumentError, DocumentResult, Lease } from './state-objects.ts';

/** A document as people and callers see it. */
export interface DocumentView extends DocumentTask {
  readonly status: DocumentStatus;
  /** Attempts of this epoch that have started. */
  readonly attempts: number;
  /** Who works on it; only while PROCESSING. */
  readonly lease?: Lease;
  /** What is converted and waits for its fields to be extracted, or was converted before the extraction failed for good. */
  readonly converted?: ConvertedDocument;
  /** What came out; only when COMPLETED. */
  readonly result?: DocumentResult;
  /** Why it failed: for good when FAILED, else the latest attempt that will be retried. */
  readonly error?: DocumentError;
  /** When this epoch began: the document was accepted, or replayed. ISO 8601, UTC. */
  readonly createdAt: string;
  /** When it last changed, renewals included. */
  readonly updatedAt: string;
  /** The epochs before this one, the latest last, at most 20 of them. @default none: the document was never replayed */
  readonly history?: readonly EarlierEpoch[];
}

/** How an epoch ended that was replayed. */
type EarlierEpoch = Pick<DocumentView, 'epoch' | 'attempts' | 'error' | 'createdAt' | 'updatedAt'>;

/** A document as callers see it: without the lease and what else is between attempts. */
export function publicView({ lease: _lease, converted: _converted, ...document }: DocumentView) {
  return document;
}

/** Enough to see a pattern, also of a document that is replayed by a timer. */
const MAX_HISTORY = 20;

/**
 * Sums a state up.
 *
 * @param lease of the attempt that runs or comes next; of no use where the document has an outcome
 * @param now milliseconds since the epoch
 * @returns undefined where there is no such document any more, or yet
 */
export function viewOf(state: DocumentState, lease: Lease | undefined, now: number): DocumentView | undefined {
  const epoch = currentEpoch(state, now);
  if (epoch === undefined) return undefined;
  const { outcome, converted } = epoch;
  const running = outcome === undefined ? lease : undefined;
  const isWorkedOn = running !== undefined && isLive(running, now);
  const history = state.epochs.slice(0, -1).map(earlier).slice(-MAX_HISTORY);
  return {
    ...epoch.task,
    status: outcome?.kind ?? (isWorkedOn ? 'PROCESSING' : 'PENDING'),
    ...countsOf(epoch, running),
    ...(isWorkedOn && { lease: { owner: running.owner, expiresAt: running.expiresAt, at: running.at } }),
    ...(converted && outcome?.kind !== 'COMPLETED' && { converted }),
    ...(outcome?.result && { result: outcome.result }),
    ...errorOf(epoch),
    ...(history.length > 0 && { history }),
  };
}

function earlier(epoch: Epoch): EarlierEpoch {
  return { epoch: epoch.task.epoch, ...countsOf(epoch, undefined), ...errorOf(epoch) };
}

function countsOf({ ends, outcome, createdAt, next }: Epoch, lease: Lease | undefined) {
  const attempts = outcome?.attempts ?? (lease ? next : next - 1);
  return { attempts, createdAt, updatedAt: lease?.at ?? ends.at(-1)?.at ?? createdAt };
}

/** An attempt that began after another had failed does not take its error away; an outcome does. */
function errorOf({ ends, outcome }: Epoch): Pick<DocumentView, 'error'> {
  const error = outcome ? outcome.error : ends.findLast((end) => end.error)?.error;
  return error ? { error } : {};
}
