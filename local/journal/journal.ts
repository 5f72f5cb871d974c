import { join } from 'node:path';
import { FolderLock } from '../folder-lock.ts';
import { makeFolder } from '../make-folder.ts';
import { linesOf, removeOtherGenerations, SegmentWriter, type Write, wholeSegments, writeToFile } from './segments.ts';

/** What was kept cannot be used, or nothing more can be kept. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
}

/** A journal below this size, in bytes, is not worth writing anew. */
const SMALLEST_TO_COMPACT = 16 * 1024 * 1024;
/** Characters that a snapshot is written in at a time. */
const CHUNK = 1024 * 1024;
const SEGMENT_BYTES = 64 * 1024 * 1024;

/** What a journal keeps: a state, and the steps in its life. Both are plain JSON. */
export interface Kept<Change, State> {
  empty(): State;
  apply(state: State, change: Change): void;
  /** The fewest changes that make a state from nothing. */
  changesOf(state: State): Iterable<Change>;
}

export interface JournalOptions {
  /** Bytes from which on a file is not written to any more. @default 64 MiB */
  readonly segmentBytes?: number;
  /** @default to the file */
  readonly write?: Write;
}

/**
 * A folder that keeps a state: files of changes, a line of JSON each, that start with a snapshot and are written anew when they have
 * doubled.
 *
 * A change is with the operating system before its caller hears of it, so that a process that is killed loses nothing that was
 * acknowledged. It is not forced to the disk: a machine that loses power may lose the last seconds.
 */
export class Journal<Change, State> {
  readonly #folder: string;
  readonly #keeps: Kept<Change, State>;
  readonly #options: Required<JournalOptions>;
  readonly #lock: FolderLock;
  #generation: number;
  /** Undefined once it is closed. */
  #writer: SegmentWriter | undefined;
  #compactAt = 0;

  private constructor(folder: string, keeps: Kept<Change, State>, options: JournalOptions, generation: number) {
    this.#folder = folder;
    this.#keeps = keeps;
    this.#options = { segmentBytes: SEGMENT_BYTES, write: writeToFile, ...options };
    this.#generation = generation;
    this.#lock = new FolderLock(folder, join(folder, 'lock'));
  }

  /**
   * Opens a folder, and makes it where it is missing.
   *
   * @returns the journal, and what the folder held
   * @throws FolderInUseError when another process has the folder
   * @throws JournalError when its journal is damaged, or cannot be written
   */
  static open<Change, State>(folder: string, keeps: Kept<Change, State>, options: JournalOptions = {}) {
    makeFolder(folder);
    return naming(folder, () => {
      const journal = new Journal(folder, keeps, options, 0);
      try {
        const state = journal.#read();
        journal.#writeAnew(state);
        return { journal, state };
      } catch (error) {
        journal.#lock.release();
        throw error;
      }
    });
  }

  /**
   * Keeps a change.
   *
   * @param stateBefore gives everything as it is without the change, for a new snapshot
   * @throws JournalError when it cannot; then nothing of the change is kept
   */
  append(change: Change, stateBefore: () => State): void {
    if (this.#writer === undefined) throw new JournalError('The emulator was closed: it keeps nothing any more.');
    if (this.#writer.bytes >= this.#compactAt) this.#compact(stateBefore());
    naming(this.#folder, () => this.#writer?.append(`${JSON.stringify(change)}\n`));
  }

  /** Ends the writing, and lets others have the folder. */
  close(): void {
    this.#writer?.close();
    this.#writer = undefined;
    this.#lock.release();
  }

  /** A disk without room for a snapshot may have some for a line. */
  #compact(state: State): void {
    const replaced = this.#writer as SegmentWriter;
    try {
      this.#writeAnew(state);
      replaced.close();
    } catch {
      this.#compactAt = replaced.bytes + SMALLEST_TO_COMPACT;
    }
  }

  #read(): State {
    const state = this.#keeps.empty();
    const segments = wholeSegments(this.#folder);
    for (const { file, generation, number } of segments) {
      this.#generation = generation;
      // What follows the last newline of all was being written when the process ended: nobody was told that it is kept.
      const cutOff = this.#readSegment(file, state);
      if (cutOff > 0 && number !== segments.at(-1)?.number) throw damaged(file, 'its end', 'it has no newline');
    }
    return state;
  }

  #readSegment(file: string, state: State): number {
    const lines = linesOf(file);
    for (let line = 1; ; line++) {
      const { value, done } = lines.next();
      if (done) return value;
      try {
        this.#keeps.apply(state, JSON.parse(value) as Change);
      } catch (error) {
        throw damaged(file, `line ${line}`, (error as Error).message);
      }
    }
  }

  /** Replaces all files by a snapshot, in one step. Where it throws, those that were there still count. */
  #writeAnew(state: State): void {
    removeOtherGenerations(this.#folder, this.#generation);
    const generation = this.#generation + 1;
    const writer = new SegmentWriter({ folder: this.#folder, generation, ...this.#options });
    try {
      let lines = '';
      for (const change of this.#keeps.changesOf(state)) {
        lines += `${JSON.stringify(change)}\n`;
        if (lines.length < CHUNK) continue;
        writer.append(lines);
        lines = '';
      }
      writer.append(lines);
      writer.publish();
    } catch (error) {
      writer.close();
      removeOtherGenerations(this.#folder, this.#generation);
      throw error;
    }
    this.#generation = generation;
    this.#writer = writer;
    this.#compactAt = Math.max(SMALLEST_TO_COMPACT, 2 * writer.bytes);
    removeOtherGenerations(this.#folder, generation);
  }
}

function damaged(file: string, where: string, why: string): JournalError {
  return new JournalError(
    `${file} is damaged (${where}: ${why}). Restore the file, or empty its folder to start with nothing.`,
  );
}

/** What the system says of a full disk names no file. */
function naming<T>(folder: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    const { code, message, path } = error as NodeJS.ErrnoException;
    if (code === undefined || path !== undefined) throw error;
    throw new JournalError(`Nothing can be kept in ${folder} (${message}): make room there, or choose another folder.`);
  }
}
