import { printable } from './printable.ts';

/** Says what happens, a line for each event; in a terminal, also how far it is, in a line that is overwritten. */
export class Progress {
  readonly #output: NodeJS.WriteStream;
  readonly #total: number;
  readonly #width: number;
  #done = 0;

  /** @param names the documents, all of them: they decide the columns */
  constructor(output: NodeJS.WriteStream, names: readonly string[]) {
    this.#output = output;
    this.#total = names.length;
    this.#width = Math.max(0, ...names.map((name) => name.length));
  }

  /** Something happened to a document. */
  say(name: string, status: string, detail = ''): void {
    this.#clear();
    const line = [name.padEnd(this.#width), status.padEnd(10), detail].join('  ');
    this.#output.write(`${printable(line).trimEnd()}\n`);
    this.#show();
  }

  /** A document has its outcome. */
  finish(name: string, status: string, detail: string): void {
    this.#done++;
    this.say(name, status, detail);
    if (this.#done === this.#total) this.#clear();
  }

  #show(): void {
    if (this.#output.isTTY && this.#done < this.#total)
      this.#output.write(`${this.#done} of ${this.#total} documents done`);
  }

  #clear(): void {
    if (this.#output.isTTY) this.#output.write('\r\u001b[K');
  }
}
