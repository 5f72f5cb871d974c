import type { DocumentRecord } from '../handler/document-record.ts';

/** A promise of the handler was broken. */
export class BrokenPromise extends Error {
  override readonly name = 'BrokenPromise';
}

/**
 * Checks one change of a record against the state machine: the promises that hold at every step.
 *
 * @throws BrokenPromise naming the one that does not
 */
export function checkChange(before: DocumentRecord | undefined, after: DocumentRecord): void {
  const id = after.documentId;
  if (before === undefined) {
    // Without a record: by a caller, by the attempt of a task that another service made, or by the watchdog of one.
    const isGivenUp = after.status === 'FAILED' && after.error?.reason === 'abandoned';
    const begins = after.status === 'PENDING' || after.attempts === 1 || isGivenUp;
    require(begins, `${id} begins as PENDING, with its first attempt, or given up`);
    return;
  }
  if (after.epoch !== before.epoch) {
    require(after.epoch === before.epoch + 1, `${id} is replayed one epoch at a time`);
    require(before.status === 'FAILED', `${id} is replayed only when it has FAILED; it was ${before.status}`);
    const isFresh = after.attempts === 0 && after.converted === undefined;
    require(after.status === 'PENDING' && isFresh, `a replay of ${id} starts afresh`);
    return;
  }
  require(before.status !== 'COMPLETED' && before.status !== 'FAILED', `${id} keeps its outcome ${before.status}`);
  const isClaim = after.status === 'PROCESSING' && after.lease?.owner !== before.lease?.owner;
  require(after.attempts === before.attempts + (isClaim ? 1 : 0), `${id} counts each attempt once`);
  if (isClaim && before.lease !== undefined) {
    // By the clock of whoever takes over.
    const takenAt = Date.parse(after.updatedAt);
    require(takenAt >= before.lease.expiresAt, `the live lease of ${id} is not taken over`);
  }
  const isBy = (owner: string | undefined, uri: string | undefined) => uri?.includes(`/${owner}/`) === true;
  if (after.status === 'COMPLETED') {
    const { converted, lease } = before;
    require(before.status === 'PROCESSING', `${id} is committed by an attempt that holds it`);
    const uri = after.result?.markdownUri;
    const isOwn = converted === undefined ? isBy(lease?.owner, uri) : uri === converted.markdownUri;
    require(isOwn, `${id} is committed with its holder's result, or with what was converted before`);
  } else if (before.converted !== undefined) {
    const isKept = after.converted?.markdownUri === before.converted.markdownUri;
    require(isKept, `what is converted of ${id} stays until it is committed`);
  } else if (after.converted !== undefined) {
    require(isBy(after.lease?.owner, after.converted.markdownUri), `${id} has been converted by its holder`);
  }
}

export function require(holds: boolean, promise: string): asserts holds {
  if (!holds) throw new BrokenPromise(promise);
}
