import type { Deadlines } from '../deadlines.ts';
import { PreconditionFailedError } from '../google/object-store.ts';
import type { Clock, TimerHandle } from '../time/clock.ts';
import { Deadline } from '../time/deadline.ts';
import { type DocumentRecord, renewed } from './document-record.ts';
import type { RecordStore, StoredRecord } from './record-store.ts';

/** Another attempt took the document over: whatever this one still does, its result is not used. */
export class LeaseLostError extends Error {
  constructor(documentId: string) {
    super(`The lease of document ${documentId} was taken over by another attempt.`);
    this.name = 'LeaseLostError';
  }
}

export interface LeaseOptions {
  readonly records: RecordStore;
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  /** Called when another attempt has taken over. */
  readonly onLost: (lost: LeaseLostError) => void;
}

/**
 * A held lease: renews itself until it is settled. The record's generation is the fence: once another attempt has written,
 * neither a renewal nor the final write of this one can succeed.
 */
export class HeldLease {
  readonly #options: LeaseOptions;
  readonly #owner: string;
  #renewing: AbortController | undefined;
  /** Whether the next renewal is not to be scheduled: another write is under way, or was the last one. */
  #isPaused = false;
  #isLost = false;
  #stored: StoredRecord;
  #timer: TimerHandle;
  /** Renewals and other writes go one after the other, as each needs the generation of the one before. */
  #renewal: Promise<void> | undefined;

  constructor(owner: string, stored: StoredRecord, options: LeaseOptions) {
    this.#owner = owner;
    this.#stored = stored;
    this.#options = options;
    this.#timer = this.#scheduleRenewal();
  }

  /** The record as this attempt has read or written it last. */
  get record(): DocumentRecord {
    return this.#stored.record;
  }

  /**
   * Writes what the attempt has got done so far, and with it renews the lease, if the document is still this attempt's.
   *
   * @throws LeaseLostError when it is not
   */
  async update(change: (record: DocumentRecord) => DocumentRecord, signal: AbortSignal): Promise<void> {
    const { clock, deadlines } = this.#options;
    this.#pauseRenewing();
    await this.#renewal;
    try {
      await this.#write((record) => renewed(change(record), clock.now(), deadlines.leaseSeconds), signal);
    } finally {
      this.#isPaused = false;
      if (!this.#isLost) this.#timer = this.#scheduleRenewal();
    }
  }

  /**
   * Stops renewing and writes the outcome, if the document is still this attempt's.
   *
   * @throws LeaseLostError when it is not
   */
  async settle(change: (record: DocumentRecord) => DocumentRecord, signal: AbortSignal): Promise<DocumentRecord> {
    this.#pauseRenewing();
    await this.#renewal;
    return this.#write(change, signal);
  }

  #pauseRenewing(): void {
    this.#options.clock.clearTimeout(this.#timer);
    this.#isPaused = true;
    this.#renewing?.abort();
  }

  #scheduleRenewal(): TimerHandle {
    const { clock, deadlines } = this.#options;
    return clock.setTimeout(() => {
      this.#renewal = this.#renew();
    }, deadlines.leaseRenewalSeconds * 1000);
  }

  async #renew(): Promise<void> {
    const { clock, deadlines } = this.#options;
    this.#renewing = new AbortController();
    // A renewal that hangs must hold up neither the next one nor the outcome.
    using limit = new Deadline(clock, 'Renewing the lease', deadlines.leaseRenewalSeconds, this.#renewing.signal);
    try {
      await this.#write((record) => renewed(record, clock.now(), deadlines.leaseSeconds), limit.signal);
    } catch {
      // Lost: `onLost` was told. Out of reach: the lease outlives two such failures, and the fence holds if it does not.
    }
    if (!this.#isPaused && !this.#isLost) this.#timer = this.#scheduleRenewal();
  }

  async #write(change: (record: DocumentRecord) => DocumentRecord, signal: AbortSignal): Promise<DocumentRecord> {
    const { records, onLost } = this.#options;
    for (;;) {
      try {
        this.#stored = await records.swap(this.#stored, change(this.#stored.record), signal);
        return this.#stored.record;
      } catch (error) {
        if (!(error instanceof PreconditionFailedError)) throw error;
        const current = await records.read(this.#stored.record.documentId, signal);
        // A renewal of this attempt that was given up may have been written all the same; then the document is still its own.
        if (current?.record.lease?.owner !== this.#owner) break;
        this.#stored = current;
      }
    }
    const lost = new LeaseLostError(this.#stored.record.documentId);
    this.#isLost = true;
    onLost(lost);
    throw lost;
  }
}
