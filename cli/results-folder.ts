import { statSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { FolderInUseError, FolderLock } from '../local/folder-lock.ts';
import { makeFolder } from '../local/make-folder.ts';
import { UsageError } from './command-line.ts';

/**
 * Bytes that a document's name may have, in UTF-8. File systems take 255: this leaves 26 for the longest that is put behind it,
 * `.rejected-answer.json.part`, and 9 for the number of a document whose name is not the first of its kind.
 */
export const MAX_NAME_BYTES = 220;

/** A folder for results, held by one process at a time. */
export class ResultsFolder implements Disposable {
  readonly #folder: string;
  #lock: FolderLock | undefined;
  readonly #names = new Set<string>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Makes the folder where it does not exist and takes it.
   *
   * @param folder relative to the current folder
   * @param option that it was given with
   * @throws UsageError when it cannot be written, or another process that lives has it
   */
  static take(folder: string, option = '--results'): ResultsFolder {
    if (folder === '') throw new UsageError(`${option} needs the name of a folder; received an empty one.`);
    const results = new ResultsFolder(folder);
    try {
      makeFolder(folder);
      if (!statSync(folder).isDirectory()) {
        throw new UsageError(`${folder} is not a folder: choose another with ${option} DIR.`);
      }
      results.#lock = new FolderLock(folder, path.join(folder, '.lock'));
      return results;
    } catch (error) {
      if (error instanceof UsageError) throw error;
      if (error instanceof FolderInUseError) {
        throw new UsageError(`${error.message} (The folder is chosen with ${option} DIR.)`);
      }
      const { code, message } = error as NodeJS.ErrnoException;
      throw new UsageError(
        `Cannot write to ${folder} (${code ?? message}): allow it, or choose another with ${option} DIR.`,
      );
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
    this.#lock?.release();
  }
}
