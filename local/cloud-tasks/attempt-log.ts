import type { Attempt } from './attempt.ts';

/** The newest attempts by task, also of tasks that have ended; the oldest are forgotten first. */
export class AttemptLog {
  readonly #byTask = new Map<string, Attempt[]>();
  readonly #limit: number;
  #size = 0;

  /** @param limit attempts kept. @default 10000 */
  constructor(limit = 10_000) {
    this.#limit = limit;
  }

  add(attempt: Attempt): void {
    const attempts = this.#byTask.get(attempt.taskName);
    if (attempts) {
      attempts.push(attempt);
      // The task that was tried last is forgotten last.
      this.#byTask.delete(attempt.taskName);
    }
    this.#byTask.set(attempt.taskName, attempts ?? [attempt]);
    this.#size += 1;
    if (this.#size > this.#limit) this.#forgetOldest();
  }

  of(taskName: string): readonly Attempt[] {
    return this.#byTask.get(taskName) ?? [];
  }

  #forgetOldest(): void {
    for (const [taskName, attempts] of this.#byTask) {
      attempts.shift();
      this.#size -= 1;
      if (attempts.length === 0) this.#byTask.delete(taskName);
      return;
    }
  }
}
