import { closeSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { FolderLock } from '../folder-lock.ts';
import { makeFolder } from '../make-folder.ts';
import { applyChange, type Change, changesOf, emptyState, type KeptState } from './changes.ts';

/** What was kept cannot be used. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
}

const FILE = 'journal.jsonl';
/** A journal below this size, in bytes, is not worth writing anew. */
const SMALLEST_TO_COMPACT = 16 * 1024 * 1024;
const NEWLINE = 10;
/** Bytes that a snapshot is written in at a time. */
const CHUNK = 1024 * 1024;

/**
 * A folder that keeps queues and tasks: one file of changes, a line of JSON each, that starts with a snapshot and is written anew when it has
 * doubled.
 *
 * A change is with the operating system before its caller hears of it, so that a process that is killed loses nothing that was
 * acknowledged. It is not forced to the disk: a machine that loses power may lose the last seconds.
 */
export class Journal {
  /** What the folder held when it was opened. */
  readonly kept: KeptState;
  readonly #file: string;
  readonly #lock: FolderLock;
  /** Undefined once it is closed: the number may be another file's by then. */
  #descriptor: number | undefined;
  #size = 0;
  #compactAt = 0;

  /**
   * Opens a folder, and makes it where it is missing.
   *
   * @throws FolderInUseError when another process has the folder
   * @throws JournalError when its journal is damaged
   */
  constructor(folder: string) {
    makeFolder(folder);
    this.#lock = new FolderLock(folder, join(folder, 'lock'));
    this.#file = join(folder, FILE);
    try {
      this.kept = read(this.#file);
      this.#descriptor = this.#writeAnew(this.kept);
    } catch (error) {
      this.#lock.release();
      throw error;
    }
  }

  /**
   * Keeps a change. Throws what the file system says when it cannot; then nothing of the change is kept.
   *
   * @param stateBefore gives everything as it is without the change, for a new snapshot
   */
  append(change: Change, stateBefore: () => KeptState): void {
    if (this.#descriptor === undefined) throw new JournalError('The emulator was closed: it keeps nothing any more.');
    if (this.#size >= this.#compactAt) {
      const replaced = this.#descriptor;
      this.#descriptor = this.#writeAnew(stateBefore());
      closeSync(replaced);
    }
    this.#size += writeAll(this.#descriptor, `${JSON.stringify(change)}\n`, this.#size);
  }

  /** Ends the writing, and lets others have the folder. */
  close(): void {
    if (this.#descriptor === undefined) return;
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
    this.#lock.release();
  }

  /** Replaces the file by a snapshot, in one step. @returns its descriptor */
  #writeAnew(state: KeptState): number {
    const next = `${this.#file}.next`;
    const descriptor = openSync(next, 'w');
    let size = 0;
    let lines = '';
    for (const change of changesOf(state)) {
      lines += `${JSON.stringify(change)}\n`;
      if (lines.length < CHUNK) continue;
      size += writeAll(descriptor, lines, size);
      lines = '';
    }
    size += writeAll(descriptor, lines, size);
    renameSync(next, this.#file);
    this.#size = size;
    this.#compactAt = Math.max(SMALLEST_TO_COMPACT, 2 * size);
    return descriptor;
  }
}

/** Writes at a place, so that what a failed write left behind is overwritten by the next. @returns bytes */
function writeAll(descriptor: number, text: string, position: number): number {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length; ) {
    written += writeSync(descriptor, bytes, written, bytes.length - written, position + written);
  }
  return bytes.length;
}

function read(file: string): KeptState {
  const state = emptyState();
  const bytes = contentOf(file);
  let line = 1;
  let start = 0;
  // What follows the last newline was being written when the process ended: nobody was told that it is kept.
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
    try {
      applyChange(state, JSON.parse(bytes.toString('utf8', start, end)) as Change);
    } catch (error) {
      throw new JournalError(
        `Line ${line} of ${file} is damaged (${(error as Error).message}). Restore the file, or delete it to start with nothing.`,
      );
    }
    start = end + 1;
    line += 1;
  }
  return state;
}

function contentOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}
