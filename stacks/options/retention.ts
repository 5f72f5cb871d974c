import { type Check, isWhole } from '../checks.ts';
import type { ExpiryRule } from '../private-bucket.ts';

/** How long what is in the buckets is kept; Cloud Storage deletes within a day or so of it, and keeps what it deleted for a week. */
export interface Retention {
  /**
   * Days that a document is kept, 1 to 36,500, in the bucket that the stack makes. One that is deleted before its turn comes,
   * which can be 31 days later, ends as FAILED. @default none, it is kept until somebody deletes it
   */
  readonly documentsRetentionDays?: number;
  /**
   * Days that the outcome of a document can be asked for, 40 to 36,500, in the bucket that the stack makes; 40 days later nothing
   * is left of it. @default none, it is kept until somebody deletes it
   */
  readonly resultsRetentionDays?: number;
}

/** A task lives for 31 days, and rules are followed some days late: what a task could still look for stays for so long. */
const TASK_DAYS = 40;
const MAX_DAYS = 36_500;

/** Of the documents bucket. */
export function documentsExpiry({ documentsRetentionDays: days }: Retention): ExpiryRule[] {
  return days === undefined ? [] : [{ days }];
}

/** Of the results bucket. What came first goes last: an opening outlives the ends of its document, and a result the end that shows it. */
export function resultsExpiry({ resultsRetentionDays: days }: Retention): ExpiryRule[] {
  if (days === undefined) return [];
  return [
    { prefix: 'state/', suffixes: ['.end', '.converted', '.told'], days },
    { prefix: 'state/', suffixes: ['.open'], days: days + TASK_DAYS },
    { prefix: 'results/', days: days + TASK_DAYS },
    // A lease's name that is free again would give the same number twice.
    { prefix: 'leases/', days: TASK_DAYS },
  ];
}

/** The ranges, and that no bucket is meant which somebody else makes. */
export function retentionChecks(
  { documentsRetentionDays, resultsRetentionDays }: Retention,
  existing: { readonly documentsBucket?: string; readonly resultsBucket?: string },
): Check[] {
  return [
    ...retentionOf('documentsRetentionDays', documentsRetentionDays, 1, existing.documentsBucket),
    ...retentionOf('resultsRetentionDays', resultsRetentionDays, TASK_DAYS, existing.resultsBucket),
  ];
}

function retentionOf(what: string, days: number | undefined, min: number, existingBucket: string | undefined): Check[] {
  if (days === undefined) return [];
  const why = min === TASK_DAYS ? ' (a task lives 31 days, and must find the outcome of its document)' : '';
  return [
    {
      values: [days],
      condition: isWhole(days, min, MAX_DAYS),
      message: `${what} is a whole number of days from ${min} to ${MAX_DAYS}${why}; received ${days}: choose one in that range, or none to keep all.`,
    },
    {
      values: [existingBucket],
      condition: existingBucket === undefined,
      message: `${what} is a rule on the bucket that the stack makes; received ${days} for '${existingBucket}', which exists already: leave it out, and set lifecycle rules on that bucket yourself.`,
    },
  ];
}
