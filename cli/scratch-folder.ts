import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface ScratchFolder extends AsyncDisposable {
  readonly path: string;
}

/**
 * A new empty folder, which goes with all that is in it on disposal. What a killed process leaves stays, unlike that of
 * `local/temporary-folder.ts`.
 *
 * @param prefix of its name: `scan-`
 */
export async function scratchFolder(prefix: string): Promise<ScratchFolder> {
  const folder = await mkdtemp(path.join(tmpdir(), prefix));
  return { path: folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}
