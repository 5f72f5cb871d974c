import { closeSync, ftruncateSync, openSync, readdirSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const NEWLINE = 10;
/** Bytes that a file is read in at a time. */
const PIECE = 1024 * 1024;

/** Writes bytes to a file at a place, as `fs.writeSync` does. */
export type Write = (descriptor: number, bytes: Uint8Array, offset: number, length: number, position: number) => number;

/** One file of a journal. */
export interface Segment {
  readonly file: string;
  /** A journal is written anew now and then: each time is a generation. */
  readonly generation: number;
  readonly number: number;
}

/** The segments of the newest generation that is whole, in order; a generation is, once its first segment has its name. */
export function wholeSegments(folder: string): Segment[] {
  const segments = segmentsIn(folder);
  const newest = Math.max(...segments.filter(({ number }) => number === 0).map(({ generation }) => generation));
  return segments.filter(({ generation }) => generation === newest).sort((a, b) => a.number - b.number);
}

/** Removes what earlier generations left, and those that never became whole. */
export function removeOtherGenerations(folder: string, generation: number): void {
  for (const segment of segmentsIn(folder)) if (segment.generation !== generation) rmSync(segment.file);
}

function segmentsIn(folder: string): Segment[] {
  return readdirSync(folder).flatMap((name) => {
    // The one file of earlier versions has no numbers.
    const [match, generation = 0, number = 0] = /^journal(?:-(\d+)-(\d+))?\.jsonl(?:\.next)?$/.exec(name) ?? [];
    if (match === undefined) return [];
    // What has not got its name yet is no first segment.
    const rank = name.endsWith('.next') ? -1 : Number(number);
    return [{ file: join(folder, name), generation: Number(generation), number: rank }];
  });
}

/**
 * The lines of a file, which may be larger than memory.
 *
 * @returns how many bytes follow the last newline
 */
export function* linesOf(file: string): Generator<string, number> {
  const descriptor = openSync(file, 'r');
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

/** Where a {@link SegmentWriter} writes. */
export interface SegmentPlace {
  readonly folder: string;
  readonly generation: number;
  /** Bytes from which on a segment is not written to any more. */
  readonly segmentBytes: number;
  readonly write: Write;
}

/** Writes a generation, segment after segment. */
export class SegmentWriter {
  readonly #place: SegmentPlace;
  #number = 0;
  #descriptor: number;
  #size = 0;
  #sizeBefore = 0;

  constructor(place: SegmentPlace) {
    this.#place = place;
    this.#descriptor = openSync(`${this.#file(0)}.next`, 'w');
  }

  /** Bytes in all segments. */
  get bytes(): number {
    return this.#sizeBefore + this.#size;
  }

  /** Appends whole lines. Where it throws, nothing of them is kept: the next ones are written over what a failed write left behind. */
  append(lines: string): void {
    if (this.#size >= this.#place.segmentBytes) this.#next();
    const bytes = Buffer.from(lines);
    for (let written = 0; written < bytes.length; ) {
      const position = this.#size + written;
      written += this.#place.write(this.#descriptor, bytes, written, bytes.length - written, position);
    }
    this.#size += bytes.length;
  }

  /** Makes the generation the one that counts, in one step. */
  publish(): void {
    const first = this.#file(0);
    renameSync(`${first}.next`, first);
  }

  close(): void {
    // Of what a failed write left behind.
    ftruncateSync(this.#descriptor, this.#size);
    closeSync(this.#descriptor);
  }

  #next(): void {
    const next = openSync(this.#file(this.#number + 1), 'w');
    this.close();
    this.#descriptor = next;
    this.#number += 1;
    this.#sizeBefore += this.#size;
    this.#size = 0;
  }

  #file(number: number): string {
    return join(this.#place.folder, `journal-${this.#place.generation}-${number}.jsonl`);
  }
}

/** @default of {@link SegmentPlace.write} */
export const writeToFile: Write = writeSync;
