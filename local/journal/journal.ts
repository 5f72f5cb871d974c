import { join } from 'node:path';
import { FolderLock } from '../folder-lock.ts';
import { makeFolder } from '../make-folder.ts';
import {
  fileOf,
  filesThatCount,
  type JournalFile,
  journalLines,
  LineWriter,
  sizeOf,
  type Write,
  writeToFile,
} from './files.ts';
import { Snapshot } from './snapshot.ts';

/** What was kept cannot be used, or nothing more can be kept. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
}

/** Changes below this size, in bytes, are not worth a snapshot. */
const SMALLEST_TO_COMPACT = 16 * 1024 * 1024;
const SEGMENT_BYTES = 64 * 1024 * 1024;

/** What a journal keeps: a state, and the steps in its life. Both are plain JSON. */
export interface Kept<Change, State> {
  empty(): State;
  /** Applied a second time, to a state that has it already, a change and those after it lead to the same. */
  apply(state: State, change: Change): void;
  /** The fewest changes that make a state from nothing. */
  changesOf(state: State): Iterable<Change>;
}

export interface JournalOptions {
  /** Bytes from which on a file is not written to any more. @default 64 MiB */
  readonly segmentBytes?: number;
  /** Bytes of changes from which on a snapshot may take their place. @default 16 MiB */
  readonly smallestToCompact?: number;
  /** @default to the file */
  readonly write?: Write;
}

/**
 * A folder that keeps a state: files of changes, a line of JSON each. When they have outgrown the last snapshot, a new one takes their
 * place, written while the changes go on.
 *
 * A change is with the operating system before its caller hears of it, so that a process that is killed loses nothing that was
 * acknowledged. It is not forced to the disk: a machine that loses power may lose the last seconds.
 */
export class Journal<Change, State> {
  readonly #folder: string;
  readonly #keeps: Kept<Change, State>;
  readonly #options: Required<JournalOptions>;
  readonly #lock: FolderLock;
  /** Of the changes that are written now. */
  #number = 1;
  /** Undefined once it is closed. */
  #writer: LineWriter | undefined;
  /** Bytes of the last snapshot, and of the changes since then that are in other files than the current one. */
  #snapshotBytes = 0;
  #earlierBytes = 0;
  #compactAt = 0;
  #snapshot: Snapshot | undefined;

  private constructor(folder: string, keeps: Kept<Change, State>, options: JournalOptions) {
    this.#folder = folder;
    this.#keeps = keeps;
    const defaults = { segmentBytes: SEGMENT_BYTES, smallestToCompact: SMALLEST_TO_COMPACT, write: writeToFile };
    this.#options = { ...defaults, ...options };
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
    return naming(folder, () => {
      makeFolder(folder);
      const journal = new Journal(folder, keeps, options);
      try {
        return { journal, state: journal.#read() };
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
    const writer = this.#writer;
    if (writer === undefined) throw new JournalError('The emulator was closed: it keeps nothing any more.');
    naming(this.#folder, () => {
      if (!this.#snapshot && this.#earlierBytes + writer.bytes >= this.#compactAt) this.#compact(stateBefore());
      else if (writer.bytes >= this.#options.segmentBytes) this.#nextFile();
      this.#writer?.append(`${JSON.stringify(change)}\n`);
    });
  }

  /** Ends the writing, and lets others have the folder. */
  close(): void {
    if (this.#writer === undefined) return;
    this.#snapshot?.abandon();
    this.#writer.close();
    this.#writer = undefined;
    this.#lock.release();
  }

  #read(): State {
    const state = this.#keeps.empty();
    const files = filesThatCount(this.#folder);
    const last = files.at(-1);
    for (const file of files) {
      const cutOff = this.#readFile(file, state);
      const bytes = sizeOf(file) - cutOff;
      // What follows the last newline of all was being written when the process ended: nobody was told that it is kept.
      if (cutOff > 0 && (file !== last || file.kind === 'snapshot'))
        throw damaged(file, 'its end', 'it has no newline');
      if (file.kind === 'snapshot') this.#snapshotBytes = bytes;
      else if (file !== last) this.#earlierBytes += bytes;
      else this.#writer = new LineWriter(file.path, this.#options.write, bytes);
    }
    this.#number = last?.number ?? 1;
    this.#writer ??= this.#newFile();
    this.#compactAt = this.#nextCompaction();
    return state;
  }

  /** @returns the bytes after its last newline */
  #readFile(file: JournalFile, state: State): number {
    const lines = journalLines(file.path);
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

  #newFile(): LineWriter {
    return new LineWriter(fileOf(this.#folder, 'changes', this.#number).path, this.#options.write);
  }

  #nextFile(): void {
    const full = this.#writer as LineWriter;
    this.#number += 1;
    this.#writer = this.#newFile();
    this.#earlierBytes += full.bytes;
    full.close();
  }

  #nextCompaction(): number {
    return Math.max(this.#options.smallestToCompact, this.#snapshotBytes);
  }

  /** Begins a snapshot of what is before the next file of changes. */
  #compact(state: State): void {
    this.#nextFile();
    const before = this.#earlierBytes;
    const { path } = fileOf(this.#folder, 'snapshot', this.#number);
    this.#snapshot = new Snapshot(path, this.#keeps.changesOf(state), this.#options.write, (bytes) => {
      this.#snapshot = undefined;
      if (bytes === undefined) {
        this.#compactAt = before + this.#nextCompaction();
        return;
      }
      this.#snapshotBytes = bytes;
      this.#earlierBytes -= before;
      this.#compactAt = this.#nextCompaction();
      filesThatCount(this.#folder);
    });
  }
}

function damaged({ path }: JournalFile, where: string, why: string): JournalError {
  return new JournalError(
    `${path} is damaged (${where}: ${why}). Restore the file, or empty its folder to start with nothing.`,
  );
}

/** What the system says of a full disk names no folder, or a file in it. */
function naming<T>(folder: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ENOSPC' && code !== 'EDQUOT') throw error;
    throw new JournalError(`Nothing can be kept in ${folder} (${message}): make room there, or choose another folder.`);
  }
}
