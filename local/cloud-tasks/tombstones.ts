/** How long the name of an ended task cannot be used again: an hour (v2 proto: `CreateTaskRequest.task`; v2beta3: `Queue.tombstone_ttl`). */
export const TASK_TOMBSTONE_MS = 3_600_000;

/** The names of tasks that ended lately, which cannot be used again. Pure: the time is given, in milliseconds. */
export class Tombstones {
  readonly #lifeMs: number;
  /** When each task ended, oldest first. */
  readonly #endedAt: Map<string, number>;

  /** @param entries names with the time they ended, oldest first. @default none */
  constructor(lifeMs: number, entries: Iterable<readonly [name: string, endedAt: number]> = []) {
    this.#lifeMs = lifeMs;
    this.#endedAt = new Map(entries);
  }

  add(name: string, now: number): void {
    // A name that ended before takes its new place in the order of ending.
    this.#endedAt.delete(name);
    this.#endedAt.set(name, now);
  }

  has(name: string, now: number): boolean {
    const endedAt = this.#endedAt.get(name);
    return endedAt !== undefined && endedAt + this.#lifeMs > now;
  }

  /** Forgets those that have lived their time. */
  forget(now: number): void {
    for (const [name, endedAt] of this.#endedAt) {
      if (endedAt + this.#lifeMs > now) break;
      this.#endedAt.delete(name);
    }
  }

  entries(): Iterable<readonly [name: string, endedAt: number]> {
    return this.#endedAt;
  }
}
