import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FolderInUseError, FolderLock } from './folder-lock.ts';

/** What says whose folder it is. Beside what is in there: a dot keeps it out of the way. */
const LOCK = '.lock';

export interface TemporaryFolder {
  readonly path: string;
  remove(): void;
}

/**
 * Makes a folder of this process under the system's temporary one, and removes those of its kind that a killed process left behind.
 *
 * @param prefix of its name: `local-google-`
 * @param parent @default the system's temporary folder
 */
export function makeTemporaryFolder(prefix: string, parent: string = tmpdir()): TemporaryFolder {
  for (const name of readdirSync(parent)) if (name.startsWith(prefix)) removeIfLeft(join(parent, name));
  const path = mkdtempSync(join(parent, prefix));
  const lock = new FolderLock(path, join(path, LOCK));
  return {
    path,
    remove() {
      lock.release();
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** A folder without a lock may be one that is being made: it stays. */
function removeIfLeft(path: string): void {
  if (!existsSync(join(path, LOCK))) return;
  try {
    const lock = new FolderLock(path, join(path, LOCK));
    // First: once it is gone, a new folder may be the same to the file system, and its maker would find it taken.
    lock.release();
    rmSync(path, { recursive: true, force: true });
  } catch (error) {
    // In use, or another user's, or gone meanwhile.
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!(error instanceof FolderInUseError) && !['EACCES', 'EPERM', 'ENOENT'].includes(code)) throw error;
  }
}
