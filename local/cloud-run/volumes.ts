import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { Buckets } from '../cloud-storage/buckets.ts';

/** A path in the container, and the folder on this machine that stands for it. */
export interface Mount {
  readonly path: string;
  readonly folder: string;
}

/**
 * Copies all objects of a bucket into a folder, as a mounted volume shows them.
 *
 * @throws Error when an object's name would lead out of the folder
 */
export async function copyBucket(store: Buckets, bucket: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  let pageToken: string | undefined;
  do {
    const page = store.list(bucket, { pageToken });
    for (const { name, content } of page.items) {
      // A name that ends in a slash is an empty folder's.
      if (name.endsWith('/')) continue;
      const file = join(folder, name);
      if (!file.startsWith(folder + sep)) {
        throw new Error(
          `A mounted object must stay below its volume; received the name '${name}' in ${bucket}: rename it.`,
        );
      }
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content, { mode: 0o444 });
    }
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
}

/** Replaces the mount paths in an argument or a variable by the folders that stand for them. */
export function localPaths(text: string, mounts: readonly Mount[]): string {
  // Longest first, so that /code/lib is not taken for /code.
  const longestFirst = [...mounts].sort((a, b) => b.path.length - a.path.length);
  return longestFirst.reduce((result, { path, folder }) => {
    const escaped = path.replace(/\/$/, '').replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    // Only a whole path: at the start or after a separator, and up to its end or a slash.
    return result.replace(new RegExp(`(?<=^|[\\s=:,])${escaped}(?=/|$|[\\s:,])`, 'g'), () => folder);
  }, text);
}
