import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from '../local/make-folder.ts';
import { UsageError } from './command-line.ts';

/** A folder for results, held by one process at a time. */
export class ResultsFolder implements Disposable {
  readonly #folder: string;
  readonly #lockFile: string;
  readonly #names = new Set<string>();

  private constructor(folder: string) {
    this.#folder = folder;
    this.#lockFile = path.join(folder, '.lock');
  }

  /**
   * Makes the folder where it does not exist and takes it.
   *
   * @param folder relative to the current folder
   * @throws UsageError when it cannot be written, or another process that lives has it
   */
  static take(folder: string): ResultsFolder {
    if (folder === '') throw new UsageError('--results needs the name of a folder; received an empty one.');
    const results = new ResultsFolder(folder);
    try {
      makeFolder(folder);
      if (!statSync(folder).isDirectory()) {
        throw new UsageError(`${folder} is not a folder: choose another with --results DIR.`);
      }
      results.#lock();
      return results;
    } catch (error) {
      if (error instanceof UsageError) throw error;
      const { code, message } = error as NodeJS.ErrnoException;
      throw new UsageError(
        `Cannot write to ${folder} (${code ?? message}): allow it, or choose another with --results DIR.`,
      );
    }
  }

  #lock(): void {
    try {
      writeFileSync(this.#lockFile, String(process.pid), { flag: 'wx' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const holder = Number(readFileSync(this.#lockFile, 'utf8'));
      if (isAlive(holder)) {
        throw new UsageError(
          `Another run (process ${holder}) is writing to ${this.#folder}: wait for it, choose another with --results DIR, or delete ${this.#lockFile} if nothing runs.`,
        );
      }
      // Its holder died without a chance to remove it.
      rmSync(this.#lockFile);
      this.#lock();
    }
  }

  /** Writes a file, whole or not at all. @returns its path */
  async write(name: string, body: Uint8Array): Promise<string> {
    const file = path.join(this.#folder, name);
    const part = `${file}.part`;
    try {
      await writeFile(part, body);
      await rename(part, file);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
    return file;
  }

  /** Removes what an earlier run left under a name: a document that fails now must not look as if it had a result. */
  async remove(name: string): Promise<void> {
    await rm(path.join(this.#folder, name), { force: true });
  }

  /** A name that no other document of this run has: a second `a.pdf` is `a.pdf-2`. */
  uniqueName(filename: string): string {
    let name = filename;
    for (let count = 2; this.#names.has(name); count++) name = `${filename}-${count}`;
    this.#names.add(name);
    return name;
  }

  [Symbol.dispose](): void {
    rmSync(this.#lockFile, { force: true });
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
