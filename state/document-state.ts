import type { ListedObject } from '../google/object-store.ts';
import type { DocumentTask } from './document-task.ts';
import {
  type ConvertedDocument,
  contentOf,
  type DocumentError,
  type Emptied,
  type End,
  type Lease,
  type Opening,
  parseStateName,
  type Source,
  type Told,
  type Tombstone,
} from './state-objects.ts';

/**
 * The state of a document, read from the list of its objects, and what may be done in it. Everything here is pure:
 * `state-store.ts` lists and creates the objects.
 *
 * An epoch is an opening and a row of numbered ends. Attempt n is a lease on the right to write end n; an end GIVEN-BACK or
 * TAKEN-OVER lets attempt n + 1 begin, COMPLETED or FAILED closes the epoch for ever. Whoever wants to change anything (attempt,
 * successor, watchdog, cancel, delete) creates the next end, and the first one wins: that one name is the fence, whatever clocks
 * and leases say. A replay or a delete takes the next opening in the same way.
 */
export interface DocumentState {
  readonly documentId: string;
  /** The newest last; none of a document that nobody has heard of. */
  readonly epochs: readonly Epoch[];
  /** The epoch of the tombstone. @default the document is not deleted */
  readonly deletedAs?: number;
  /** Whether the document's source was removed with it. @default not, or it is not deleted */
  readonly isSourceRemoved?: true;
}

export interface Epoch {
  readonly task: DocumentTask;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** What became of its attempts, in their order. */
  readonly ends: readonly End[];
  /** What closed it. @default it is open */
  readonly outcome?: FinalEnd;
  /** Whether the outcome was published. @default it was not, or there is none */
  readonly isTold?: true;
  /** Number of the attempt that runs or comes next. */
  readonly next: number;
  /** What its attempts have converted, where fields are still to be extracted from it. */
  readonly converted?: ConvertedDocument;
}

export type FinalEnd = End & { readonly kind: 'COMPLETED' | 'FAILED' };

/** What of a document's objects is needed to know its state. */
export type StateListing = readonly Pick<ListedObject, 'name' | 'metadata'>[];

/**
 * Milliseconds after its last sign of life when nobody can come any more who would bring an epoch to its outcome: a task lives for
 * 31 days. It is met where old objects are removed by their age, the ends before the openings.
 */
const EXPIRED_MS = 32 * 86_400_000;

/** Milliseconds that the clocks of two instances may differ: so much longer is a lease live for others than for its holder. */
const CLOCK_SKEW_MS = 1000;

/** Whether anybody but its holder has to leave a lease alone. One whose end is there is over, whatever it says. */
export function isLive({ expiresAt }: Pick<Lease, 'expiresAt'>, now: number): boolean {
  return now < expiresAt + CLOCK_SKEW_MS;
}

/**
 * Reads a state.
 *
 * @param listing all objects of the document under `state/`, in the order of their names
 * @throws SyntaxError when the metadata of one are not those of a state
 */
export function stateOf(documentId: string, listing: StateListing): DocumentState {
  const rows = new Map<number, Row>();
  let deletion: Pick<DocumentState, 'deletedAs' | 'isSourceRemoved'> = {};
  for (const { name, metadata } of listing) {
    const parsed = parseStateName(name);
    if (parsed === undefined) continue;
    const { epoch, number, what } = parsed;
    const content = contentOf<Listed>(name, metadata);
    if (content.kind === 'deleted' || content.kind === 'emptied') {
      const isSourceRemoved = content.kind === 'emptied' && content.source === 'removed';
      deletion = { ...deletion, deletedAs: epoch, ...(isSourceRemoved && { isSourceRemoved }) };
      continue;
    }
    const row = rows.get(epoch) ?? { ends: [], last: 0 };
    rows.set(epoch, row);
    if (what === 'open') row.opening = content as Opening;
    else if (what === 'converted') row.converted = content as ConvertedDocument;
    else if (what === 'told') row.isTold = true;
    else {
      row.ends.push(content as End);
      row.last = number;
    }
  }
  const epochs: Epoch[] = [];
  for (const [number, row] of rows) {
    const epoch = epochOf(documentId, number, row);
    if (epoch !== undefined) epochs.push(epoch);
  }
  return { documentId, epochs, ...deletion };
}

/** What an object under `state/` says. */
type Listed = Opening | Tombstone | Emptied | Told | End | (ConvertedDocument & { readonly kind?: undefined });

/** What is listed of an epoch. */
interface Row {
  opening?: Opening;
  converted?: ConvertedDocument;
  isTold?: true;
  readonly ends: End[];
  /** Number of the highest end. Gaps do not matter: a list need not be one instant. */
  last: number;
}

function epochOf(
  documentId: string,
  epoch: number,
  { opening, converted, isTold, ends, last }: Row,
): Epoch | undefined {
  if (opening === undefined) return undefined;
  const { kind: _kind, at, ...source } = opening;
  const end = ends.at(-1);
  return {
    task: { documentId, epoch, ...source },
    createdAt: at,
    ends,
    ...(end && isFinal(end) && { outcome: end }),
    next: last + 1,
    ...(isTold && { isTold }),
    ...(converted && { converted }),
  };
}

function isFinal(end: End): end is FinalEnd {
  return end.kind === 'COMPLETED' || end.kind === 'FAILED';
}

/** The epoch that counts; undefined where there is none, nobody can come to it any more, or the document is deleted. */
export function currentEpoch({ epochs, deletedAs }: DocumentState, now: number): Epoch | undefined {
  const newest = epochs.at(-1);
  if (newest === undefined || deletedAs !== undefined) return undefined;
  const lastSign = newest.ends.at(-1)?.at ?? newest.createdAt;
  const isExpired = newest.outcome === undefined && now - Date.parse(lastSign) > EXPIRED_MS;
  return isExpired ? undefined : newest;
}

/** Whether an epoch is of the very document that a task asks for. */
export function isSameDocument({ task: known }: Epoch, task: Source): boolean {
  const fields = ['sourceUri', 'generation', 'method', 'ocr'] as const;
  return fields.every((field) => known[field] === task[field]);
}

/** What there is to do for a task: for an attempt, and for the watchdog. */
export type Step =
  /** Attempt `epoch.next` may be made, by whoever gets its lease. */
  | { readonly kind: 'attempt'; readonly epoch: Epoch }
  /** The task was made by another service: its epoch must be opened first. */
  | { readonly kind: 'open' }
  /** Nothing: there is an outcome, a replay or a deletion has taken its place, or it cannot begin. */
  | { readonly kind: 'none'; readonly status: DocumentStatus | 'DELETED'; readonly error?: DocumentError };

export type DocumentStatus = 'PENDING' | 'PROCESSING' | 'COMPLETED' | 'FAILED';

/** Decides what there is to do for a task. */
export function nextStep({ epochs, deletedAs }: DocumentState, task: DocumentTask): Step {
  if (deletedAs !== undefined) return { kind: 'none', status: 'DELETED' };
  const newest = epochs.at(-1);
  if (newest === undefined)
    return task.epoch === 0 ? { kind: 'open' } : { kind: 'none', status: 'FAILED', error: cannotBegin(task) };
  if (!isSameDocument(newest, task)) return { kind: 'none', status: 'FAILED', error: conflict(task) };
  const status = newest.outcome?.kind ?? 'PENDING';
  if (newest.task.epoch === task.epoch)
    return newest.outcome ? { kind: 'none', status } : { kind: 'attempt', epoch: newest };
  if (newest.task.epoch > task.epoch) return { kind: 'none', status };
  if (newest.task.epoch === task.epoch - 1 && status === 'FAILED') return { kind: 'open' };
  return { kind: 'none', status, error: cannotBegin(task) };
}

function conflict({ documentId, sourceUri }: DocumentTask): DocumentError {
  return {
    reason: 'conflict',
    message: `The id ${documentId} belongs to another document than ${sourceUri}. Enqueue it under another id.`,
  };
}

function cannotBegin({ documentId, epoch }: DocumentTask): DocumentError {
  return {
    reason: 'conflict',
    message: `Epoch ${epoch} of document ${documentId} cannot begin, as epoch ${epoch - 1} has not FAILED. Replay a FAILED document.`,
  };
}
