import { rateLimitExceeded } from './storage-error.ts';

/** Milliseconds within which one name takes one change (quotas: "Maximum rate of writes to the same object name"). */
const ONE_CHANGE_MS = 1000;

/**
 * Keeps every name to one change a second, whether it creates, replaces or deletes the object.
 *
 * Pure: the time is given, in milliseconds. Names that were changed longer ago are forgotten.
 */
export class MutationLimit {
  readonly #spacingMs: number;
  /** When names were changed, oldest first. */
  readonly #changedAt = new Map<string, number>();
  /** Until when names are refused on demand. */
  readonly #refusedUntil = new Map<string, number>();

  /** @param enforced without it, only what is asked for by `refuse` is refused */
  constructor(enforced: boolean) {
    this.#spacingMs = enforced ? ONE_CHANGE_MS : 0;
  }

  /** @throws StorageApiError 429 when the name was changed within the last second, or is refused on demand */
  check(bucket: string, name: string, nowMs: number): void {
    const key = keyOf(bucket, name);
    const changedAt = this.#changedAt.get(key);
    const tooSoon = changedAt !== undefined && this.#isRecent(changedAt, nowMs);
    if (tooSoon || nowMs < (this.#refusedUntil.get(key) ?? 0)) throw rateLimitExceeded(bucket, name);
  }

  /** Takes note of a change that was made: one that is refused, for whatever reason, does not count. */
  changed(bucket: string, name: string, nowMs: number): void {
    const key = keyOf(bucket, name);
    this.#changedAt.delete(key);
    this.#changedAt.set(key, nowMs);
    for (const [oldest, at] of this.#changedAt) {
      if (this.#isRecent(at, nowMs)) break;
      this.#changedAt.delete(oldest);
    }
  }

  /** Refuses every change of a name for so many milliseconds from now on. */
  refuse(bucket: string, name: string, forMs: number, nowMs: number): void {
    for (const [key, until] of this.#refusedUntil) if (until <= nowMs) this.#refusedUntil.delete(key);
    this.#refusedUntil.set(keyOf(bucket, name), nowMs + forMs);
  }

  /** How many names it remembers as changed. */
  get size(): number {
    return this.#changedAt.size;
  }

  /** What seems to be in the future was before the clock was set back. */
  #isRecent(at: number, nowMs: number): boolean {
    return at <= nowMs && nowMs < at + this.#spacingMs;
  }
}

/** No bucket has a slash in its name. */
function keyOf(bucket: string, name: string): string {
  return `${bucket}/${name}`;
}
