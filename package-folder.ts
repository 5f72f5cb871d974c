import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of this package: of its source, or above what was built of it. The bundle lies in it, and its package.json. */
export const PACKAGE_FOLDER = folderWithManifest(import.meta.dirname);

function folderWithManifest(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : folderWithManifest(dirname(folder));
}
