import { UnconvertibleDocumentError } from '../documents/conversion/converter.ts';
import { UnextractableDocumentError } from '../documents/extraction/extractor.ts';
import { ObjectTooLargeError } from '../google/object-store.ts';
import { ImpossibleTaskError } from '../state/document-task.ts';
import { type DocumentError, fittingError } from '../state/state-objects.ts';
import { DeadlineExceededError } from '../time/deadline.ts';
import { DrainingError } from './drain.ts';
import { LeaseLostError } from './lease.ts';

/** What becomes of a document whose attempt failed. */
export interface Verdict {
  /** 200 ends the task, 409 and 500 have it retried, 503 slows the queue down as well. */
  readonly httpStatus: 200 | 409 | 500 | 503;
  /** The end that the attempt gives itself; none where somebody else has ended it. */
  readonly end?: 'FAILED' | 'GIVEN-BACK';
}

/**
 * The table of outcomes, for failures. Where no end could be stored, it is as if it were not the last attempt: nobody else would
 * know of it.
 *
 * @param isLast whether Cloud Tasks would delete the task after this attempt, silently
 */
export function verdictOn(error: unknown, isLast: boolean): Verdict {
  if (error instanceof LeaseLostError) return { httpStatus: 409 };
  if (isLast || isPermanent(error)) return { httpStatus: 200, end: 'FAILED' };
  if (error instanceof DrainingError) return { httpStatus: 503, end: 'GIVEN-BACK' };
  return { httpStatus: 500, end: 'GIVEN-BACK' };
}

/** Of a message, in UTF-16 code units: others put words into it. */
const LONGEST_MESSAGE = 2000;

/** A failure as the document's state keeps it. */
export function describeFailure(error: unknown): DocumentError {
  const message = (error instanceof Error ? error.message : String(error)).slice(0, LONGEST_MESSAGE);
  return fittingError({ reason: reasonOf(error), message });
}

function reasonOf(error: unknown): string {
  if (hasReason(error)) return error.reason;
  if (error instanceof ObjectTooLargeError) return 'too-large';
  if (error instanceof DeadlineExceededError) return 'timeout';
  return error instanceof DrainingError ? 'interrupted' : 'error';
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
