import { renameSync, rmSync } from 'node:fs';
import { LineWriter, type Write } from './files.ts';

/** Characters that are written at a time. */
const CHUNK = 1024 * 1024;

/**
 * Writes a state to a file between other work, a piece in each turn, and gives it its name when it is whole.
 *
 * The state may change meanwhile: each of its parts is written as it is at some moment, and what happens to it after the beginning is
 * among the changes that are applied to the snapshot.
 */
export class Snapshot {
  readonly #path: string;
  readonly #changes: Iterator<unknown>;
  readonly #writer: LineWriter;
  readonly #onEnd: (bytes: number | undefined) => void;
  #turn: NodeJS.Immediate | undefined;

  /** @param onEnd is told the bytes once the file has its name, or undefined where it could not be written */
  constructor(path: string, changes: Iterable<unknown>, write: Write, onEnd: (bytes: number | undefined) => void) {
    this.#path = path;
    this.#changes = changes[Symbol.iterator]();
    this.#writer = new LineWriter(`${path}.next`, write);
    this.#onEnd = onEnd;
    this.#turn = setImmediate(() => this.#step());
  }

  /** Leaves it unfinished. */
  abandon(): void {
    clearImmediate(this.#turn);
    this.#writer.close();
    rmSync(`${this.#path}.next`);
  }

  #step(): void {
    try {
      if (this.#writePiece()) {
        this.#turn = setImmediate(() => this.#step());
        return;
      }
      renameSync(`${this.#path}.next`, this.#path);
    } catch {
      // A disk without room for a snapshot may have some for a line: nothing is lost.
      this.abandon();
      this.#onEnd(undefined);
      return;
    }
    this.#writer.close();
    this.#onEnd(this.#writer.bytes);
  }

  /** @returns whether there is more */
  #writePiece(): boolean {
    let lines = '';
    while (lines.length < CHUNK) {
      const { value, done } = this.#changes.next();
      if (done) {
        this.#writer.append(lines);
        return false;
      }
      lines += `${JSON.stringify(value)}\n`;
    }
    this.#writer.append(lines);
    return true;
  }
}
