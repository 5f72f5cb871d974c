/**
 * The messages of the log lines that the stack's log-based metrics count. A pure contract: `handler/task-routes.ts` writes them,
 * `stacks/monitoring/log-filters.ts` looks for them.
 */

/** An attempt begins; `ageSeconds` says how long ago the document was accepted. */
export const ATTEMPT_STARTED = 'Attempt started';

/** An attempt is over; `status` says what became of the document, `error.reason` why it failed. */
export const ATTEMPT_ENDED = 'Attempt ended';

/** A delivery found nothing to do, or could not begin: another attempt has the document, or its outcome is there. */
export const ATTEMPT_NOT_STARTED: string = 'Attempt not started';
