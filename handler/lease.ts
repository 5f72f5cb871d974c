import type { Deadlines } from '../deadlines.ts';
import type {
  AttemptNumber,
  ConvertedDocument,
  DocumentError,
  DocumentResult,
  End,
  Lease,
} from '../state/state-objects.ts';
import type { StateStore, StoredLease } from '../state/state-store.ts';
import type { Clock, TimerHandle } from '../time/clock.ts';
import { Deadline } from '../time/deadline.ts';
import { isoTime } from '../time/iso-time.ts';

/** Somebody else has said what becomes of this attempt: whatever it still does, its result is not used. */
export class LeaseLostError extends Error {
  constructor(documentId: string) {
    super(`Document ${documentId} is not this attempt's any more: it was taken over, given up, cancelled or deleted.`);
    this.name = 'LeaseLostError';
  }
}

interface LeaseOptions {
  readonly states: StateStore;
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  /** Called when the document is not this attempt's any more. */
  readonly onLost: (lost: LeaseLostError) => void;
}

/** What an attempt says of itself. */
type OwnEnd =
  | { readonly kind: 'COMPLETED'; readonly result: DocumentResult }
  | {
      readonly kind: 'FAILED' | 'GIVEN-BACK';
      readonly error: DocumentError;
    };

/** A lease that lasts from now on, for as long as `deadlines.ts` says; `isLive` in `state/document-state.ts` is how others see it. */
export function leaseOf(owner: string, now: number, { leaseSeconds }: Deadlines): Lease {
  return { owner, expiresAt: now + leaseSeconds * 1000, at: isoTime(now) };
}

/**
 * The lease of an attempt, which renews itself until the attempt has ended. It keeps others away from a document that is worked
 * on, and no more: what counts is who is the first to write the attempt's end. Each renewal looks for one, so that an attempt
 * whose document was taken over, cancelled or deleted stops.
 */
export class HeldLease {
  readonly attempt: AttemptNumber;
  readonly #options: LeaseOptions;
  /** Ends a renewal that is under way. */
  #renewing: AbortController | undefined;
  #isOver = false;
  #stored: StoredLease;
  #timer: TimerHandle;

  constructor(attempt: AttemptNumber, stored: StoredLease, options: LeaseOptions) {
    this.attempt = attempt;
    this.#stored = stored;
    this.#options = options;
    this.#timer = this.#scheduleRenewal();
  }

  /** Notes what the attempt has converted, so that no attempt after it need do so. */
  async noteConversion(converted: ConvertedDocument, signal: AbortSignal): Promise<void> {
    await this.#options.states.converted(this.attempt, converted, signal);
  }

  /**
   * Stops renewing and ends the attempt.
   *
   * @returns the end that counts: an earlier one of this attempt's, where that was written and nobody heard of it
   * @throws LeaseLostError when somebody else has ended it before
   */
  async end(own: OwnEnd, signal: AbortSignal): Promise<End> {
    this.#stopRenewing();
    const { clock, states } = this.#options;
    const by = this.#stored.owner;
    const at = isoTime(clock.now());
    const end = await states.end(this.attempt, { ...own, by, at, attempts: this.attempt.number }, signal);
    if (end.by !== by) throw this.#lost();
    return end;
  }

  #stopRenewing(): void {
    this.#options.clock.clearTimeout(this.#timer);
    this.#isOver = true;
    this.#renewing?.abort();
  }

  #scheduleRenewal(): TimerHandle {
    const { clock, deadlines } = this.#options;
    return clock.setTimeout(() => void this.#renew(), deadlines.leaseRenewalSeconds * 1000);
  }

  async #renew(): Promise<void> {
    const { clock, deadlines, states } = this.#options;
    this.#renewing = new AbortController();
    // A renewal that hangs must not hold up the next one.
    using limit = new Deadline(clock, 'Renewing the lease', deadlines.leaseRenewalSeconds, this.#renewing.signal);
    try {
      const isHeld = !(await states.endOf(this.attempt, limit.signal)) && (await this.#prolong(limit.signal));
      if (!isHeld && !this.#isOver) this.#lost();
    } catch {
      // Out of reach: the lease outlives two such failures, and the attempt's end counts if it does not and nobody was faster.
    }
    if (!this.#isOver) this.#timer = this.#scheduleRenewal();
  }

  /** @returns whether the lease is still this attempt's, or nobody has taken it yet */
  async #prolong(signal: AbortSignal): Promise<boolean> {
    const { clock, deadlines, states } = this.#options;
    // One that has run out is not renewed any more: somebody may be giving the attempt up, who has seen that.
    const now = clock.now();
    if (now >= this.#stored.expiresAt) return true;
    const { owner, generation } = this.#stored;
    const renewed = await states.renew(this.attempt, leaseOf(owner, now, deadlines), generation, signal);
    // A renewal that was given up may have been written all the same.
    const stored = renewed ?? (await states.lease(this.attempt, signal));
    if (stored?.owner !== owner) return false;
    this.#stored = stored;
    return true;
  }

  #lost(): LeaseLostError {
    this.#stopRenewing();
    const lost = new LeaseLostError(this.attempt.documentId);
    this.#options.onLost(lost);
    return lost;
  }
}
