/** The instance is about to end: Cloud Run has sent SIGTERM. */
export class DrainingError extends Error {
  constructor() {
    super('The instance is being shut down.');
    this.name = 'DrainingError';
  }
}

/** Whether the instance still takes work. Begins when Cloud Run sends SIGTERM, 10 s before SIGKILL. */
export class Drain {
  readonly #controller = new AbortController();

  /** Aborted with a {@link DrainingError} when draining begins. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get begun(): boolean {
    return this.#controller.signal.aborted;
  }

  begin(): void {
    if (!this.begun) this.#controller.abort(new DrainingError());
  }
}
