/** Tells whoever listens that something may look different; what, they look for themselves. */
export class Changes {
  readonly #listeners = new Set<() => void>();

  /** @returns what stops it */
  readonly listen = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly notify = (): void => {
    for (const listener of this.#listeners) listener();
  };
}
