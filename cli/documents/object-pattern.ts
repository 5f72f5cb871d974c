import type { ListedObject, ObjectStore } from '../../google/object-store.ts';
import type { Settings } from '../../handler/settings.ts';
import { parseSourceUri } from '../../state/document-task.ts';
import { isOwnName } from '../../state/state-objects.ts';

/** Names of objects by a pattern: `*` is anything within a folder, `**` anything at all. */
export interface ObjectPattern {
  /** As it was given. */
  readonly uri: string;
  readonly bucket: string;
  /** How every name begins that fits: what is listed. */
  readonly prefix: string;
  readonly fits: (name: string) => boolean;
}

/** Reads `gs://BUCKET/a/*.pdf` or `gs://BUCKET/a/**`; undefined when it is no pattern, but one object. */
export function objectPatternOf(uri: string): ObjectPattern | undefined {
  const { bucket, object } = parseSourceUri(uri) ?? {};
  if (bucket === undefined || object === undefined || !object.includes('*')) return undefined;
  // A folder may also be none: a/**/b.pdf is a/b.pdf as well.
  const parts = object.split(/(\*\*\/|\*+)/).map((part) => {
    if (part === '**/') return '(?:.*/)?';
    if (part === '*') return '[^/]*';
    return /^\*+$/.test(part) ? '.*' : part.replaceAll(/[\\^$.+?()[\]{}|]/g, '\\$&');
  });
  const expression = new RegExp(`^${parts.join('')}$`, 's');
  return { uri, bucket, prefix: object.slice(0, object.indexOf('*')), fits: (name) => expression.test(name) };
}

interface ListingDependencies {
  readonly store: ObjectStore;
  readonly settings: Pick<Settings, 'resultsBucket'>;
  readonly signal: AbortSignal;
}

/**
 * The objects that fit and may be documents, as they are listed: a page at a time is in memory.
 *
 * @param limit how many at most
 */
export async function* fittingObjects(
  { bucket, prefix, fits }: ObjectPattern,
  limit: number,
  { store, settings, signal }: ListingDependencies,
): AsyncGenerator<ListedObject> {
  let found = 0;
  for await (const object of store.list(bucket, prefix, { signal })) {
    // A folder made in the console is an object without content whose name ends in a slash.
    if (object.name.endsWith('/') || !fits(object.name)) continue;
    // What is written of documents is none, where both buckets are one.
    if (bucket === settings.resultsBucket && isOwnName(object.name)) continue;
    yield object;
    if (++found === limit) return;
  }
}
