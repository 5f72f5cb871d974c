/** Lines that a test can wait for. */
export class Lines {
  readonly all: string[] = [];
  readonly #waiting: { text: string; resolve: () => void }[] = [];

  readonly add = (line: string): void => {
    this.all.push(line);
    for (const { text, resolve } of this.#waiting) if (line.includes(text)) resolve();
  };

  /** Resolves once a line has the text. */
  async until(text: string): Promise<void> {
    if (this.all.some((line) => line.includes(text))) return;
    await new Promise<void>((resolve) => this.#waiting.push({ text, resolve }));
  }
}
