import type { Extractor } from '../documents/extraction/extractor.ts';
import { PreconditionFailedError } from '../google/object-store.ts';
import { Deadline } from '../time/deadline.ts';
import { type ConvertDependencies, convertDocument } from './convert-step.ts';
import {
  type ConvertedDocument,
  claim,
  completed,
  type DocumentError,
  type DocumentRecord,
  type DocumentResult,
  failed,
  released,
  withConversion,
} from './document-record.ts';
import type { DocumentTask } from './document-task.ts';
import { type ExtractDependencies, extractFields } from './extract-step.ts';
import { HeldLease } from './lease.ts';
import type { RecordStore, StoredRecord } from './record-store.ts';
import { ResultFolder } from './result-folder.ts';
import { describeFailure, type Verdict, verdictOn } from './verdict.ts';

export interface ProcessingDependencies extends ConvertDependencies, ExtractDependencies {
  readonly records: RecordStore;
  /** @default none: nothing is extracted */
  readonly extractor?: Extractor | undefined;
  readonly maxAttempts: number;
  /** A name that no other attempt has. */
  readonly newOwner: () => string;
}

export interface Attempt {
  /** `X-CloudTasks-TaskRetryCount`: 0 the first time. (The execution count leaves out 5xx answers and timeouts.) */
  readonly retryCount: number;
  /** Aborted with a {@link DrainingError} when the instance is about to end. */
  readonly draining: AbortSignal;
  /** Called when the attempt has the document, for the log. */
  readonly onClaimed?: (record: DocumentRecord) => void;
}

/** What an attempt answers Cloud Tasks: 200 ends the task, 409 and 500 have it retried, 503 slows the queue down as well. */
export interface Outcome {
  readonly httpStatus: Verdict['httpStatus'];
  readonly status: 'COMPLETED' | 'FAILED' | 'PENDING' | 'PROCESSING';
  readonly result?: DocumentResult;
  readonly error?: DocumentError;
}

/** Seconds of the container's 10 s after SIGTERM that giving a document back may take. */
const RELEASE_SECONDS = 5;

/**
 * One attempt at a document, from the claim to the outcome. Never throws: whatever happens becomes an outcome.
 *
 * The table of outcomes is {@link verdictOn} for failures; the order of steps is: claim, read, convert, store the result under
 * the attempt's own name, extract and store the fields where the deployment does, commit. Nothing of an attempt is visible before
 * the commit, and only the lease's holder can commit.
 */
export async function processDocument(
  task: DocumentTask,
  attempt: Attempt,
  dependencies: ProcessingDependencies,
): Promise<Outcome> {
  const { clock, deadlines, records, maxAttempts } = dependencies;
  using budget = new Deadline(clock, 'The attempt', deadlines.budgetSeconds, attempt.draining);
  const isLast = attempt.retryCount + 1 >= maxAttempts;

  const owner = dependencies.newOwner();
  let lease: HeldLease;
  try {
    const claimed = await claimDocument(task, owner, budget.signal, dependencies);
    if ('httpStatus' in claimed) return claimed;
    lease = new HeldLease(owner, claimed, { records, clock, deadlines, onLost: (error) => budget.end(error) });
    attempt.onClaimed?.(claimed.record);
  } catch (error) {
    return { httpStatus: verdictOn(error, false).httpStatus, status: 'PENDING', error: describeFailure(error) };
  }

  try {
    const result = await convertAndExtract(task, owner, lease, budget, dependencies);
    await lease.settle((record) => completed(record, result, clock.now()), budget.signal);
    return { httpStatus: 200, status: 'COMPLETED', result };
  } catch (error) {
    return giveUp(error, isLast, lease, dependencies);
  }
}

async function claimDocument(
  task: DocumentTask,
  owner: string,
  signal: AbortSignal,
  { records, clock, deadlines }: ProcessingDependencies,
): Promise<StoredRecord | Outcome> {
  for (;;) {
    const stored = await records.read(task.documentId, signal);
    const found = claim(stored?.record, task, { owner, now: clock.now(), leaseSeconds: deadlines.leaseSeconds });
    switch (found.kind) {
      case 'done':
        return { httpStatus: 200, status: found.record.status };
      case 'held':
        return { httpStatus: 409, status: 'PROCESSING' };
      case 'conflict':
        return { httpStatus: 200, status: 'FAILED', error: conflictError(task) };
      case 'claimed':
        try {
          return await records.swap(stored, found.record, signal);
        } catch (error) {
          // Somebody else changed the record in between: look again.
          if (!(error instanceof PreconditionFailedError)) throw error;
        }
    }
  }
}

function conflictError({ documentId, sourceUri }: DocumentTask): DocumentError {
  return {
    reason: 'conflict',
    message: `The id ${documentId} belongs to another document than ${sourceUri}. Enqueue it under another id.`,
  };
}

/** Goes on from where the attempts before have come to. */
async function convertAndExtract(
  task: DocumentTask,
  owner: string,
  lease: HeldLease,
  budget: Deadline,
  dependencies: ProcessingDependencies,
): Promise<DocumentResult> {
  const { extractor } = dependencies;
  const earlier = await storedEarlier(lease.record, budget.signal, dependencies);
  const conversion = earlier ? { stored: earlier } : await convertDocument(task, owner, budget, dependencies);
  const { stored, markdown }: { stored: ConvertedDocument; markdown?: string } = conversion;
  const { type: _type, ...result } = stored;
  if (extractor === undefined) return result;

  // So that an attempt after a failed extraction need not convert again.
  if (markdown !== undefined) await lease.update((record) => withConversion(record, stored), budget.signal);
  return {
    ...result,
    ...(await extractFields(extractor, { task, converted: stored, markdown }, budget, dependencies)),
  };
}

/** What an attempt before has converted, unless its Markdown was deleted since. */
async function storedEarlier(
  { converted }: DocumentRecord,
  signal: AbortSignal,
  { store }: ProcessingDependencies,
): Promise<ConvertedDocument | undefined> {
  if (converted === undefined) return undefined;
  const folder = ResultFolder.around(store, converted.markdownUri);
  return (await folder.has('document.md', signal)) ? converted : undefined;
}

async function giveUp(
  error: unknown,
  isLast: boolean,
  lease: HeldLease,
  { clock, deadlines }: ProcessingDependencies,
): Promise<Outcome> {
  const verdict = verdictOn(error, isLast);
  const reason = describeFailure(error);
  if (verdict.change === 'none') return { httpStatus: verdict.httpStatus, status: 'PROCESSING', error: reason };

  // The budget may be over, so the last write has time of its own: what Cloud Run still gives, or SIGTERM.
  const seconds = Math.min(RELEASE_SECONDS, (deadlines.requestTimeoutSeconds - deadlines.budgetSeconds) * 0.8);
  using limit = new Deadline(clock, 'Storing the outcome', seconds);
  const change = verdict.change === 'fail' ? failed : released;
  try {
    const record = await lease.settle((current) => change(current, reason, clock.now()), limit.signal);
    return { httpStatus: verdict.httpStatus, status: record.status, error: reason };
  } catch (unsettled) {
    // The outcome is not stored, so the task must not end: the lease runs out and a retry finds the document.
    return { httpStatus: verdictOn(unsettled, false).httpStatus, status: 'PROCESSING', error: reason };
  }
}
