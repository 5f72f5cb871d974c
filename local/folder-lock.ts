import { readFileSync, rmSync, writeFileSync } from 'node:fs';

/** Another process that runs has the folder. */
export class FolderInUseError extends Error {
  override readonly name = 'FolderInUseError';
  /** Its process id. */
  readonly holder: number;

  constructor(folder: string, holder: number, lockFile: string) {
    super(
      `Process ${holder} uses ${folder} already: end it, or choose another folder. If it is another program, delete ${lockFile}.`,
    );
    this.holder = holder;
  }
}

/** Keeps a folder to one process. */
export class FolderLock {
  readonly #file: string;

  /**
   * @param folder exists
   * @param file what holds the lock
   * @throws FolderInUseError when a process that runs has the folder
   */
  constructor(folder: string, file: string) {
    this.#file = file;
    if (this.#take()) return;
    const holder = Number(readFileSync(file, 'utf8'));
    if (isRunning(holder)) throw new FolderInUseError(folder, holder, file);
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
