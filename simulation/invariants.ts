import { currentEpoch, type DocumentState, type Epoch, isLive } from '../state/document-state.ts';
import type { ConvertedDocument, Emptied, End, Lease, Opening, StateName, Tombstone } from '../state/state-objects.ts';

/** A promise of the handler was broken. */
export class BrokenPromise extends Error {
  override readonly name = 'BrokenPromise';
}

export function require(holds: boolean, promise: string): asserts holds {
  if (!holds) throw new BrokenPromise(promise);
}

/** What was there when an object of a document's state was written. */
interface BeforeCreation {
  readonly state: DocumentState;
  /** The lease of the attempt that the object is about. */
  readonly lease: Lease | undefined;
  /** `gs://` URIs of all Markdown that attempts of the epoch have noted, also one that has stalled and came late. */
  readonly converted: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Whether the processes' clocks differ by less than leases allow for: only then is it promised that no live one is taken over. */
  readonly clocksAgree: boolean;
}

/**
 * Checks the creation of an object of a state: the promises that hold at every step.
 *
 * @throws BrokenPromise naming the one that does not
 */
export function checkCreation(name: StateName, content: unknown, before: BeforeCreation): void {
  const { state, now } = before;
  const id = name.documentId;
  const epoch = state.epochs.find(({ task }) => task.epoch === name.epoch);
  if (name.what === 'open') {
    checkOpening(name, content as Opening | Tombstone, state, now);
    return;
  }
  // An attempt that has not noticed yet may still take a lease and note a conversion, which the sweep finds; it ends nothing.
  if (state.deletedAs !== undefined) {
    require(name.what !== 'end', `nothing of ${id} is brought back after it was deleted`);
    return;
  }
  require(epoch !== undefined, `an epoch of ${id} is opened before anything happens in it`);
  if (name.what === undefined) {
    require(name.number <= epoch.next, `${id} counts each attempt once: the one before has ended`);
  } else if (name.what === 'told') {
    require(epoch.outcome !== undefined && name.number === epoch.next - 1, `only an outcome of ${id} is noted as told`);
  } else if (name.what === 'converted') {
    const { markdownUri } = content as ConvertedDocument;
    require(isBy(before.lease?.owner, markdownUri), `${id} has been converted by its holder`);
  } else {
    checkEnd(name, content as End, epoch, before);
  }
}

function checkOpening(
  { documentId: id, epoch }: StateName,
  { kind }: Opening | Tombstone,
  { epochs, deletedAs }: DocumentState,
  now: number,
): void {
  require(deletedAs === undefined, `nothing of ${id} begins after it was deleted`);
  const before = epochs.at(-1);
  require(epoch === (before?.task.epoch ?? -1) + 1, `${id} is opened one epoch at a time`);
  if (before === undefined) {
    require(kind !== 'deleted', `${id} is deleted only when there is something`);
    return;
  }
  const isExpired = currentEpoch({ documentId: id, epochs }, now) === undefined;
  const isFitting = kind === 'deleted' ? before.outcome !== undefined : before.outcome?.kind === 'FAILED' || isExpired;
  require(isFitting, `${id} is replayed only when it has FAILED; it was ${before.outcome?.kind ?? 'open'}`);
}

function checkEnd(
  { documentId: id, number }: StateName,
  end: End,
  epoch: Epoch,
  { state, lease, converted, clocksAgree }: BeforeCreation,
): void {
  require(epoch === state.epochs.at(-1), `an attempt of an earlier epoch changes nothing of ${id}`);
  require(epoch.outcome === undefined, `${id} keeps its outcome ${epoch.outcome?.kind}`);
  require(number === epoch.next, `the ends of ${id} are written in their order`);
  if (end.kind === 'TAKEN-OVER' || end.error?.reason === 'abandoned') {
    // By the clock of whoever takes over.
    const isOver =
      lease !== undefined && (!clocksAgree || lease.owner === end.by || !isLive(lease, Date.parse(end.at)));
    require(isOver, `the live lease of ${id} is not taken over, and none that is not there`);
  } else if (end.error?.reason !== 'cancelled' && end.error?.reason !== 'deleted') {
    require(lease !== undefined, `${id} is ended by an attempt that holds it`);
    require(lease.owner === end.by, `${id} is committed, given back or FAILED by the attempt that holds it`);
    require(end.attempts === number, `${id} counts each attempt once`);
  }
  if (end.kind !== 'COMPLETED') return;
  const { markdownUri = '' } = end.result ?? {};
  require(isBy(end.by, markdownUri) ||
    converted.includes(markdownUri), `${id} is committed with its holder's result, or with what was converted before`);
}

/** Checks that an object is written again: only a lease is, and what a deletion empties. */
export function checkReplacement(
  { documentId: id, what }: StateName,
  before: unknown,
  after: unknown,
  { deletedAs }: DocumentState,
): void {
  if (what !== undefined) {
    require((after as Emptied).kind === 'emptied' && deletedAs !== undefined, `what is said of ${id} is said once`);
    return;
  }
  const [old, renewed] = [before as Lease, after as Lease];
  require(old.owner === renewed.owner, `two attempts at ${id} never have one number`);
  require(Date.parse(renewed.at) < old.expiresAt, `a lease of ${id} that has run out is not renewed`);
}

function isBy(owner: string | undefined, uri: string | undefined): boolean {
  return uri?.includes(`/${owner}/`) === true;
}
