import { UnconvertibleDocumentError } from '../documents/conversion/converter.ts';
import { UnextractableDocumentError } from '../documents/extraction/extractor.ts';
import { ObjectTooLargeError } from '../google/object-store.ts';
import { DeadlineExceededError } from '../time/deadline.ts';
import type { DocumentError } from './document-record.ts';
import { DrainingError } from './drain.ts';
import { LeaseLostError } from './lease.ts';
import { ImpossibleTaskError } from './task-source.ts';

/** What becomes of a document whose attempt failed. */
export interface Verdict {
  readonly httpStatus: 200 | 409 | 500 | 503;
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

/** Of a message, in UTF-16 code units: others put words into it, and the record with it is written again and again. */
const LONGEST_MESSAGE = 2000;

/** A failure as the record keeps it. */
export function describeFailure(error: unknown): DocumentError {
  const message = (error instanceof Error ? error.message : String(error)).slice(0, LONGEST_MESSAGE);
  if (hasReason(error)) return { reason: error.reason, message };
  if (error instanceof ObjectTooLargeError) return { reason: 'too-large', message };
  if (error instanceof DeadlineExceededError) return { reason: 'timeout', message };
  if (error instanceof DrainingError) return { reason: 'interrupted', message };
  return { reason: 'error', message };
}

/** Whether every further attempt would fail in the same way. */
function isPermanent(error: unknown): boolean {
  return hasReason(error) || error instanceof ObjectTooLargeError;
}

/** Failures that are the document's own, and say why by a word. */
function hasReason(
  error: unknown,
): error is UnconvertibleDocumentError | UnextractableDocumentError | ImpossibleTaskError {
  return [UnconvertibleDocumentError, UnextractableDocumentError, ImpossibleTaskError].some(
    (type) => error instanceof type,
  );
}
