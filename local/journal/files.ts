import { closeSync, ftruncateSync, openSync, readdirSync, readSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const NEWLINE = 10;
/** Bytes that a file is read in at a time. */
const PIECE = 1024 * 1024;

/** Writes bytes to a file at a place, as `fs.writeSync` does. */
export type Write = (descriptor: number, bytes: Uint8Array, offset: number, length: number, position: number) => number;

export const writeToFile: Write = writeSync;

/** `changes-N.jsonl`, or `snapshot-N.jsonl`: all that was before those changes. */
export interface JournalFile {
  readonly path: string;
  readonly kind: 'changes' | 'snapshot';
  readonly number: number;
}

export function fileOf(folder: string, kind: JournalFile['kind'], number: number): JournalFile {
  return { path: join(folder, `${kind}-${number}.jsonl`), kind, number };
}

/** Removes what a newer snapshot stands for, and snapshots that were not finished. @returns what counts, in the order to read it in */
export function filesThatCount(folder: string): JournalFile[] {
  const files = readdirSync(folder).flatMap((name): JournalFile[] => {
    const path = join(folder, name);
    if (/^snapshot-\d+\.jsonl\.next$/.test(name)) rmSync(path);
    // All that earlier versions wrote.
    if (name === 'journal.jsonl') return [{ path, kind: 'changes', number: 0 }];
    const [, kind, number] = /^(changes|snapshot)-(\d+)\.jsonl$/.exec(name) ?? [];
    return kind === undefined ? [] : [{ path, kind: kind as JournalFile['kind'], number: Number(number) }];
  });
  const newest = Math.max(0, ...files.filter(({ kind }) => kind === 'snapshot').map(({ number }) => number));
  for (const { path, number } of files) if (number < newest) rmSync(path);
  return files
    .filter(({ number }) => number >= newest)
    .sort((a, b) => (a.kind === b.kind ? a.number - b.number : a.kind === 'snapshot' ? -1 : 1));
}

/**
 * The lines of a file, which may be larger than memory.
 *
 * @returns how many bytes follow the last newline
 */
export function* journalLines(path: string): Generator<string, number> {
  const descriptor = openSync(path, 'r');
  try {
    const piece = Buffer.allocUnsafe(PIECE);
    let begun: Buffer[] = [];
    for (let size = readSync(descriptor, piece); size > 0; size = readSync(descriptor, piece)) {
      const bytes = piece.subarray(0, size);
      let start = 0;
      for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
        yield Buffer.concat([...begun, bytes.subarray(start, end)]).toString();
        begun = [];
        start = end + 1;
      }
      if (start < size) begun.push(Buffer.from(bytes.subarray(start)));
    }
    return begun.reduce((sum, { length }) => sum + length, 0);
  } finally {
    closeSync(descriptor);
  }
}

/** Appends whole lines to a file. */
export class LineWriter {
  readonly #descriptor: number;
  readonly #write: Write;
  #size: number;

  /** @param bytes of the file that stay; what is behind them was cut off. @default 0 */
  constructor(path: string, write: Write, bytes = 0) {
    this.#descriptor = openSync(path, bytes > 0 ? 'r+' : 'w');
    this.#write = write;
    this.#size = bytes;
  }

  get bytes(): number {
    return this.#size;
  }

  /** Where it throws, nothing of the lines is kept: the next ones are written over what a failed write left behind. */
  append(lines: string): void {
    const bytes = Buffer.from(lines);
    for (let written = 0; written < bytes.length; ) {
      written += this.#write(this.#descriptor, bytes, written, bytes.length - written, this.#size + written);
    }
    this.#size += bytes.length;
  }

  close(): void {
    // Of what a failed write left behind.
    ftruncateSync(this.#descriptor, this.#size);
    closeSync(this.#descriptor);
  }
}

export function sizeOf({ path }: JournalFile): number {
  return statSync(path).size;
}
