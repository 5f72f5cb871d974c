import type { DocumentType } from '../documents/conversion/converter.ts';
import type { Extraction } from '../documents/extraction/extractor.ts';
import type { DocumentCheck, DocumentTask } from './document-task.ts';

/**
 * The one record of a document, and the only ways it changes. Everything here is pure: `record-store.ts` reads and writes
 * records, changing one only when nobody else has changed it in between.
 *
 *     (none) -> PENDING -> PROCESSING -> COMPLETED | FAILED
 *                  ^           |                        |
 *                  +-----------+                        |  released, or its lease expired
 *                  +------------------------------------+  replayed: epoch + 1
 */
export interface DocumentRecord {
  readonly documentId: string;
  readonly epoch: number;
  readonly status: 'PENDING' | 'PROCESSING' | 'COMPLETED' | 'FAILED';
  readonly sourceUri: string;
  readonly generation: string;
  readonly filename: string;
  readonly method: DocumentTask['method'];
  readonly ocr: DocumentTask['ocr'];
  /** Attempts of this epoch that have started. */
  readonly attempts: number;
  /** Who works on it; only while PROCESSING. */
  readonly lease?: Lease;
  /**
   * What this epoch has converted, where fields are still to be extracted from it: later attempts go on from there. Stays when
   * the extraction fails for good, so that the Markdown is found; the result takes its place.
   */
  readonly converted?: ConvertedDocument;
  /** What came out; only when COMPLETED. */
  readonly result?: DocumentResult;
  /** Why it failed: for good when FAILED, else the latest attempt that will be retried. */
  readonly error?: DocumentError;
  /** When this epoch began: the document was accepted, or replayed. ISO 8601, UTC. */
  readonly createdAt: string;
  readonly updatedAt: string;
  /** The epochs before this one, the latest last, at most 20 of them. @default none: the document was never replayed */
  readonly history?: readonly EarlierEpoch[];
}

/** How an epoch was when a replay took its place. */
export type EarlierEpoch = Pick<DocumentRecord, 'epoch' | 'attempts' | 'error' | 'createdAt' | 'updatedAt'>;

/** Enough to see a pattern; without an end, a document that is replayed by a timer would grow its record for ever. */
const MAX_HISTORY = 20;

export interface Lease {
  /** Unique to the attempt that holds it. */
  readonly owner: string;
  /** When others may take over, in milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** A conversion that is stored. */
export interface ConvertedDocument {
  /** `gs://` URI of the Markdown. */
  readonly markdownUri: string;
  /** `gs://` URI of the JSON with the metadata. */
  readonly metadataUri: string;
  /** Decides what an extractor reads. */
  readonly type: DocumentType;
  readonly pages?: number;
  readonly characters: number;
  /** Whether something is missing; the metadata say what. @default the conversion is complete */
  readonly partial?: true;
}

export interface DocumentResult extends Omit<ConvertedDocument, 'type'> {
  /** `gs://` URI of the JSON with the extracted fields. @default the deployment extracts none */
  readonly fieldsUri?: string;
  /** What the extraction took. @default as above */
  readonly extraction?: Omit<Extraction, 'fields'>;
}

export interface DocumentError {
  /** A word for programs, such as `corrupt` or `timeout`. */
  readonly reason: string;
  /** A sentence for people. */
  readonly message: string;
}

/** What an attempt finds when it wants the document. */
export type Claim =
  | { readonly kind: 'claimed'; readonly record: DocumentRecord }
  /** Another attempt holds a live lease. */
  | { readonly kind: 'held'; readonly expiresAt: number }
  /** There is an outcome already, or the task belongs to a run before the latest replay. */
  | { readonly kind: 'done'; readonly record: DocumentRecord }
  /** The id belongs to another document already. */
  | { readonly kind: 'conflict'; readonly record: DocumentRecord };

/** The record of a document that was just accepted. */
export function pendingRecord(task: DocumentTask, now: number): DocumentRecord {
  const at = new Date(now).toISOString();
  return { ...taskOf(task), status: 'PENDING', attempts: 0, createdAt: at, updatedAt: at };
}

/** Whether a record is of the very document that a task asks for. */
export function isSameDocument(record: DocumentRecord, task: DocumentTask): boolean {
  const fields = ['documentId', 'sourceUri', 'generation', 'method', 'ocr'] as const;
  return fields.every((field) => record[field] === task[field]);
}

/**
 * Decides whether an attempt may work on the document, and with which record.
 *
 * @param record what is stored; undefined when another service made the task with the client, without a record
 */
export function claim(
  record: DocumentRecord | undefined,
  task: DocumentTask,
  { owner, now, leaseSeconds }: { owner: string; now: number; leaseSeconds: number },
): Claim {
  const current = currentRun(record, task, now);
  if (!isSameDocument(current, task)) return { kind: 'conflict', record: current };
  if (current.epoch > task.epoch) return { kind: 'done', record: current };
  if (current.status === 'COMPLETED' || current.status === 'FAILED') return { kind: 'done', record: current };
  if (current.lease !== undefined && current.lease.expiresAt > now) {
    return { kind: 'held', expiresAt: current.lease.expiresAt };
  }
  return {
    kind: 'claimed',
    record: {
      ...current,
      status: 'PROCESSING',
      attempts: current.attempts + 1,
      lease: { owner, expiresAt: now + leaseSeconds * 1000 },
      updatedAt: new Date(now).toISOString(),
    },
  };
}

/** The record that a task is about: a task of a later epoch, made by another service with the client, begins that epoch. */
function currentRun(record: DocumentRecord | undefined, task: DocumentTask, now: number): DocumentRecord {
  if (record === undefined) return pendingRecord(task, now);
  return record.epoch < task.epoch ? nextRun(record, task.epoch, now) : record;
}

/** The holder is alive: its lease lasts from now on. */
export function renewed(record: DocumentRecord, now: number, leaseSeconds: number): DocumentRecord {
  const owner = record.lease?.owner ?? '';
  return { ...record, lease: { owner, expiresAt: now + leaseSeconds * 1000 }, updatedAt: new Date(now).toISOString() };
}

/** The holder has stored a conversion, which no attempt of this epoch need repeat. */
export function withConversion(record: DocumentRecord, converted: ConvertedDocument): DocumentRecord {
  return { ...record, converted };
}

/** The holder is done. */
export function completed(record: DocumentRecord, result: DocumentResult, now: number): DocumentRecord {
  const { converted: _converted, ...rest } = settled(record, now);
  return { ...rest, status: 'COMPLETED', result };
}

/** The document can never work, or its last attempt failed. */
export function failed(record: DocumentRecord, error: DocumentError, now: number): DocumentRecord {
  return { ...settled(record, now), status: 'FAILED', error };
}

/**
 * A FAILED document begins again, in an epoch of its own: tasks and attempts of the one before can change it no more. What that
 * one converted is not used: a replay is how another converter or a newer one gets to work on the document.
 */
export function replayed(record: DocumentRecord, now: number): DocumentRecord {
  return nextRun(record, record.epoch + 1, now);
}

function nextRun(record: DocumentRecord, epoch: number, now: number): DocumentRecord {
  const { result: _result, converted: _converted, ...rest } = settled(record, now);
  const { attempts, createdAt, updatedAt } = record;
  const before = { epoch: record.epoch, attempts, ...(record.error && { error: record.error }), createdAt, updatedAt };
  const history = [...(record.history ?? []), before].slice(-MAX_HISTORY);
  return { ...rest, epoch, status: 'PENDING', attempts: 0, createdAt: rest.updatedAt, history };
}

/**
 * What the look after a document finds. A document is given up only when nothing has changed since the look before: every
 * attempt changes its record, at its start, every few seconds while it lives, and at its end.
 */
export function checkVerdict(
  record: DocumentRecord | undefined,
  { epoch, seen }: Pick<DocumentCheck, 'epoch' | 'seen'>,
  now: number,
): 'done' | 'look-again' | 'give-up' {
  if (record === undefined) return seen === '' ? 'give-up' : 'look-again';
  if (record.epoch !== epoch) return 'done';
  if (record.status === 'COMPLETED' || record.status === 'FAILED') return 'done';
  const isLive = record.lease !== undefined && record.lease.expiresAt > now;
  return isLive || record.updatedAt !== seen ? 'look-again' : 'give-up';
}

/** The attempt failed and gives the document back, so that the next one need not wait for the lease to expire. */
export function released(record: DocumentRecord, error: DocumentError, now: number): DocumentRecord {
  return { ...settled(record, now), status: 'PENDING', error };
}

function settled(record: DocumentRecord, now: number): DocumentRecord {
  const { lease: _lease, error: _error, ...rest } = record;
  return { ...rest, updatedAt: new Date(now).toISOString() };
}

function taskOf({ documentId, epoch, sourceUri, generation, filename, method, ocr }: DocumentTask): DocumentTask {
  return { documentId, epoch, sourceUri, generation, filename, method, ocr };
}
