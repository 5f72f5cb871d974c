/**
 * The deadline chain: the only place where time is decided.
 *
 *     conversion + extraction < budget < request timeout <= dispatch deadline
 *
 * Everything derives from one number, the dispatch deadline, so that the stack (Cloud Run's timeout), the client (each task's
 * deadline), the handler (its budget and lease) and the converters (their own limits) cannot disagree.
 *
 * - request timeout over dispatch deadline: Cloud Tasks retries while the first attempt still runs;
 * - budget over request timeout: Cloud Run answers 504, throttles the CPU, and the attempt crawls on beside its retry;
 * - conversion and extraction over budget: no time is left to store the result and to answer;
 * - docling's own limit over the conversion's: docling-serve knows no cancel, and would work on beside the retry.
 */
export interface Deadlines {
  /** Seconds Cloud Tasks waits for an answer: `dispatchDeadline` of each task. 15 to 1,800. */
  readonly dispatchDeadlineSeconds: number;
  /** Seconds Cloud Run gives a request, the container's start included: `timeout` of the service. */
  readonly requestTimeoutSeconds: number;
  /** Seconds an attempt may work before it gives up by itself, as an AbortSignal through every call. */
  readonly budgetSeconds: number;
  /** Seconds a conversion may take, so that the rest of the budget can extract from it and store what was made. */
  readonly conversionSeconds: number;
  /** Seconds docling-serve gives a document itself (`document_timeout`). It looks at its clock between pages only, so it is well inside. */
  readonly doclingSeconds: number;
  /** Seconds an extraction may take; 0 when there is none, and the conversion then has them. */
  readonly extractionSeconds: number;
  /** Seconds a document stays locked after its holder's last sign of life. Short, so that a crash does not use up the retries. */
  readonly leaseSeconds: number;
  /** Seconds between two renewals of the lease: a third of it, so that two renewals may fail. */
  readonly leaseRenewalSeconds: number;
}

/**
 * Seconds between two looks at a document that has no outcome yet: longer than a living one can be silent, which is at most
 * one attempt that died at once, the queue's longest backoff, and a minute for the queue itself.
 *
 * @param maxBackoffSeconds the queue's `maxBackoff`. @default 300
 */
export function checkIntervalSeconds(deadlines: Deadlines, maxBackoffSeconds = DEFAULT_MAX_BACKOFF_SECONDS): number {
  return deadlines.dispatchDeadlineSeconds + maxBackoffSeconds + 60;
}

/** Cloud Tasks' range for an HTTP target's `dispatchDeadline`, in seconds (reference: `Task.dispatch_deadline`). */
export const DISPATCH_DEADLINE_RANGE = { min: 15, max: 1800 } as const;

/** The stack's default for a queue's `maxBackoff`. */
export const DEFAULT_MAX_BACKOFF_SECONDS = 300;

/** Cloud Tasks' own default, and ours: ten minutes. */
export const DEFAULT_DISPATCH_DEADLINE_SECONDS = 600;

/**
 * Derives the whole chain from the dispatch deadline.
 *
 * @param dispatchDeadlineSeconds whole seconds, 15 to 1,800. @default 600
 * @param options.extraction whether fields are extracted after the conversion, which then has a fifth of the time for
 *   both. @default false
 * @throws RangeError when the number is not one that Cloud Tasks accepts
 */
export function deadlinesFor(
  dispatchDeadlineSeconds: number = DEFAULT_DISPATCH_DEADLINE_SECONDS,
  { extraction = false }: { readonly extraction?: boolean } = {},
): Deadlines {
  const { min, max } = DISPATCH_DEADLINE_RANGE;
  const d = dispatchDeadlineSeconds;
  if (!Number.isInteger(d) || d < min || d > max) {
    throw new RangeError(
      `The dispatch deadline must be a whole number of seconds from ${min} to ${max}; received ${d}.`,
    );
  }
  // At 600 s: 5 s for the answer to travel, 60 s of reserve for the container's start and the answer, 10 s to store a result.
  const requestTimeoutSeconds = d - Math.max(1, Math.floor(d / 120));
  const budgetSeconds = d - Math.max(2, Math.ceil(d / 10));
  const workSeconds = budgetSeconds - Math.max(1, Math.floor(d / 60));
  const extractionSeconds = extraction ? Math.floor(workSeconds / 5) : 0;
  const conversionSeconds = workSeconds - extractionSeconds;
  const leaseSeconds = Math.min(45, Math.max(6, Math.floor(d / 4)));
  return {
    dispatchDeadlineSeconds: d,
    requestTimeoutSeconds,
    budgetSeconds,
    conversionSeconds,
    doclingSeconds: Math.floor(conversionSeconds * 0.75),
    extractionSeconds,
    leaseSeconds,
    leaseRenewalSeconds: leaseSeconds / 3,
  };
}

/**
 * Says what is wrong with a chain, one sentence a broken rule; an empty list when it holds.
 *
 * Chains from {@link deadlinesFor} always hold; this is for those that somebody wrote by hand.
 */
export function deadlineProblems(chain: Deadlines): string[] {
  const { dispatchDeadlineSeconds: d, requestTimeoutSeconds: r, budgetSeconds: b } = chain;
  const { conversionSeconds: c, doclingSeconds, extractionSeconds: e } = chain;
  const { min, max } = DISPATCH_DEADLINE_RANGE;
  const rules: [holds: boolean, problem: string][] = [
    [d >= min && d <= max, `The dispatch deadline must be from ${min} s to ${max} s; received ${d} s.`],
    [r <= d, `Cloud Run's request timeout must be at most the dispatch deadline of ${d} s; received ${r} s.`],
    [b < r, `The handler's budget must be below Cloud Run's request timeout of ${r} s; received ${b} s.`],
    [
      c > 0 && e >= 0 && c + e < b,
      `Conversion (above 0 s) and extraction must together stay below the budget of ${b} s; received ${c} s and ${e} s.`,
    ],
    [
      doclingSeconds > 0 && doclingSeconds < c,
      `Docling's limit must be above 0 s and below the conversion's of ${c} s; received ${doclingSeconds} s.`,
    ],
    [
      chain.leaseRenewalSeconds > 0 && chain.leaseRenewalSeconds <= chain.leaseSeconds / 2,
      `The lease of ${chain.leaseSeconds} s must be renewed at least twice in its life; received a renewal every ${chain.leaseRenewalSeconds} s.`,
    ],
  ];
  return rules.filter(([holds]) => !holds).map(([, problem]) => problem);
}
