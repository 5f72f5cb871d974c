import type { Clock } from '../clock.ts';
import type { Deadlines } from '../deadlines.ts';
import { type Conversion, type Converter, UnconvertibleDocumentError } from './conversion/converter.ts';
import { abortable, DeadlineExceededError, firstOf, startDeadline } from './deadline.ts';
import {
  claim,
  completed,
  type DocumentError,
  type DocumentRecord,
  type DocumentResult,
  failed,
  released,
} from './document-record.ts';
import { type DocumentTask, parseSourceUri } from './document-task.ts';
import { DrainingError } from './drain.ts';
import { HeldLease, LeaseLostError } from './lease.ts';
import { type ObjectStore, ObjectTooLargeError, PreconditionFailedError } from './object-store.ts';
import type { RecordStore, StoredRecord } from './record-store.ts';

export interface ProcessingDependencies {
  readonly store: ObjectStore;
  readonly records: RecordStore;
  readonly clock: Clock;
  readonly converter: Converter;
  readonly deadlines: Deadlines;
  readonly documentsBucket: string;
  readonly resultsBucket: string;
  readonly maxAttempts: number;
  readonly maxDocumentBytes: number;
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
  readonly httpStatus: 200 | 409 | 500 | 503;
  readonly status: 'COMPLETED' | 'FAILED' | 'PENDING' | 'PROCESSING';
  readonly result?: DocumentResult;
  readonly error?: DocumentError;
}

/** What the task asks for is not to be had here, and never will be. */
class ImpossibleTaskError extends Error {
  readonly reason: 'forbidden-source' | 'source-gone';

  constructor(reason: ImpossibleTaskError['reason'], message: string) {
    super(message);
    this.name = 'ImpossibleTaskError';
    this.reason = reason;
  }
}

/** Seconds of the container's 10 s after SIGTERM that giving a document back may take. */
const RELEASE_SECONDS = 5;

/**
 * One attempt at a document, from the claim to the outcome. Never throws: whatever happens becomes an outcome.
 *
 * The table of outcomes is {@link verdictOn} for failures; the order of steps is: claim, read, convert, store the result under
 * the attempt's own name, commit. Nothing of an attempt is visible before the commit, and only the lease's holder can commit.
 */
export async function processDocument(
  task: DocumentTask,
  attempt: Attempt,
  dependencies: ProcessingDependencies,
): Promise<Outcome> {
  const { clock, deadlines, records, maxAttempts } = dependencies;
  using budget = startDeadline(clock, 'The attempt', deadlines.budgetSeconds, attempt.draining);
  const isLast = attempt.retryCount + 1 >= maxAttempts;

  const owner = dependencies.newOwner();
  let lease: HeldLease;
  try {
    const claimed = await claimDocument(task, owner, budget.signal, dependencies);
    if ('httpStatus' in claimed) return claimed;
    lease = new HeldLease(owner, claimed, { records, clock, deadlines });
    attempt.onClaimed?.(claimed.record);
  } catch (error) {
    return { httpStatus: verdictOn(error, false).httpStatus, status: 'PENDING', error: describe(error) };
  }

  try {
    using working = firstOf(budget.signal, lease.lost);
    const result = await convertAndStore(task, owner, working.signal, dependencies);
    await lease.settle((record) => completed(record, result, clock.now()), working.signal);
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

async function convertAndStore(
  task: DocumentTask,
  owner: string,
  signal: AbortSignal,
  { store, converter, clock, deadlines, documentsBucket, resultsBucket, maxDocumentBytes }: ProcessingDependencies,
): Promise<DocumentResult> {
  const started = clock.now();
  const { bucket, object } = parseSourceUri(task.sourceUri) ?? { bucket: '', object: '' };
  if (bucket !== documentsBucket) {
    const message = `Documents are read from gs://${documentsBucket} only; received ${task.sourceUri}.`;
    throw new ImpossibleTaskError('forbidden-source', message);
  }
  const source = await store.read(bucket, object, { generation: task.generation, maxBytes: maxDocumentBytes, signal });
  if (source === undefined) {
    const message = `${task.sourceUri}#${task.generation} does not exist any more.`;
    throw new ImpossibleTaskError('source-gone', message);
  }

  using limit = startDeadline(clock, 'The conversion', deadlines.conversionSeconds, signal);
  const document = { bytes: source.bytes, filename: task.filename, ...contentTypeOf(source) };
  // A converter that ignores its signal must not hold the attempt.
  const conversion = await abortable(
    converter.convert(document, { signal: limit.signal, ocr: task.ocr, method: task.method }),
    limit.signal,
  );

  const prefix = `results/${task.documentId}/${owner}`;
  const metadata = metadataOf(task, conversion, clock.now() - started);
  const write = (name: string, contentType: string, body: string) =>
    writeOnce(store, resultsBucket, `${prefix}/${name}`, body, contentType, signal);
  await Promise.all([
    write('document.md', 'text/markdown; charset=utf-8', conversion.markdown),
    write('metadata.json', 'application/json', `${JSON.stringify(metadata, null, 2)}\n`),
  ]);
  return {
    markdownUri: `gs://${resultsBucket}/${prefix}/document.md`,
    metadataUri: `gs://${resultsBucket}/${prefix}/metadata.json`,
    characters: conversion.characters,
    ...(conversion.pages !== undefined && { pages: conversion.pages }),
  };
}

function contentTypeOf({ contentType }: { contentType?: string }): { contentType?: string } {
  return contentType === undefined ? {} : { contentType };
}

function metadataOf(task: DocumentTask, conversion: Conversion, milliseconds: number): Record<string, unknown> {
  const { markdown: _markdown, ...facts } = conversion;
  const { documentId, sourceUri, generation, filename, epoch } = task;
  return { documentId, sourceUri, generation, filename, epoch, ...facts, milliseconds };
}

/** Writes under a name that is this attempt's own: if something is there, it is this write, whose answer was lost. */
async function writeOnce(
  store: ObjectStore,
  bucket: string,
  name: string,
  body: string,
  contentType: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    await store.write(bucket, name, body, { contentType, ifGenerationMatch: '0', signal });
  } catch (error) {
    if (!(error instanceof PreconditionFailedError)) throw error;
  }
}

/** What becomes of a document whose attempt failed. */
export interface Verdict {
  readonly httpStatus: Outcome['httpStatus'];
  readonly change: 'fail' | 'release' | 'none';
}

/**
 * The table of outcomes, for failures.
 *
 * @param isLast whether Cloud Tasks would delete the task after this attempt, silently
 */
export function verdictOn(error: unknown, isLast: boolean): Verdict {
  if (error instanceof LeaseLostError) return { httpStatus: 409, change: 'none' };
  if (isLast || isPermanent(error)) return { httpStatus: 200, change: 'fail' };
  if (error instanceof DrainingError) return { httpStatus: 503, change: 'release' };
  return { httpStatus: 500, change: 'release' };
}

/** Whether every further attempt would fail in the same way. */
function isPermanent(error: unknown): boolean {
  return [UnconvertibleDocumentError, ImpossibleTaskError, ObjectTooLargeError].some((type) => error instanceof type);
}

function describe(error: unknown): DocumentError {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof UnconvertibleDocumentError || error instanceof ImpossibleTaskError) {
    return { reason: error.reason, message };
  }
  if (error instanceof ObjectTooLargeError) return { reason: 'too-large', message };
  if (error instanceof DeadlineExceededError) return { reason: 'timeout', message };
  if (error instanceof DrainingError) return { reason: 'interrupted', message };
  return { reason: 'error', message };
}

async function giveUp(
  error: unknown,
  isLast: boolean,
  lease: HeldLease,
  { clock, deadlines }: ProcessingDependencies,
): Promise<Outcome> {
  const verdict = verdictOn(error, isLast);
  const reason = describe(error);
  if (verdict.change === 'none') return { httpStatus: verdict.httpStatus, status: 'PROCESSING', error: reason };

  // The budget may be over, so the last write has time of its own: what Cloud Run still gives, or SIGTERM.
  const seconds = Math.min(RELEASE_SECONDS, (deadlines.requestTimeoutSeconds - deadlines.budgetSeconds) * 0.8);
  using limit = startDeadline(clock, 'Storing the outcome', seconds);
  const change = verdict.change === 'fail' ? failed : released;
  try {
    const record = await lease.settle((current) => change(current, reason, clock.now()), limit.signal);
    return { httpStatus: verdict.httpStatus, status: record.status, error: reason };
  } catch (unsettled) {
    // The outcome is not stored, so the task must not end: the lease runs out and a retry finds the document.
    return { httpStatus: verdictOn(unsettled, false).httpStatus, status: 'PROCESSING', error: reason };
  }
}
