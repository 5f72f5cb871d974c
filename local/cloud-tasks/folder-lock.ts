import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A folder that queues and tasks are to be kept in cannot be used. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
}

/** Keeps a folder to one process: two that write the same journal would destroy it. */
export class FolderLock {
  readonly #file: string;

  /** @throws JournalError when a process that runs has the folder */
  constructor(folder: string) {
    this.#file = join(folder, 'lock');
    if (this.#take()) return;
    const holder = Number(readFileSync(this.#file, 'utf8'));
    if (isRunning(holder)) {
      throw new JournalError(
        `Process ${holder} uses ${folder} already: end it, or choose another folder. If it is no emulator, delete ${this.#file}.`,
      );
    }
    // Its process was killed.
    this.release();
    this.#take();
  }

  release(): void {
    rmSync(this.#file, { force: true });
  }

  #take(): boolean {
    try {
      writeFileSync(this.#file, String(process.pid), { flag: 'wx' });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    }
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, as somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
