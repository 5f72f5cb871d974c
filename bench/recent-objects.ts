import {
  type ListedObject,
  type ObjectInfo,
  type ObjectMetadata,
  type ObjectStore,
  PreconditionFailedError,
  type StoredObject,
  type WriteOptions,
} from '../google/object-store.ts';

/** As it was written: what is never read need not become bytes. */
interface WrittenObject {
  readonly body: string | Uint8Array;
  readonly contentType: string;
  readonly metadata: ObjectMetadata;
  readonly generation: string;
}

export interface RecentObjectsOptions {
  /** Folders that are kept, 1 or more. */
  readonly capacity: number;
  /** Where there is a document under every name, always of generation 1; all else is in one other bucket. */
  readonly sourceBucket: string;
  /** What is listed under a prefix before all that was written: what somebody else has stored there. */
  readonly storedBefore: (prefix: string) => readonly ListedObject[];
}

/**
 * Cloud Storage as a measurement needs it: in memory, with generations and their preconditions. It forgets all but the folders
 * that were written to last, as what is stored elsewhere must not count as the handler's memory.
 */
export class RecentObjects implements ObjectStore {
  readonly #options: RecentObjectsOptions;
  /** The objects of each folder by their names. The first folder is the next to forget. */
  readonly #folders = new Map<string, Map<string, WrittenObject>>();
  readonly #source: WrittenObject = { body: 'Hello', contentType: 'text/plain', metadata: {}, generation: '1' };
  #generation = 1;

  constructor(options: RecentObjectsOptions) {
    this.#options = options;
  }

  async stat(bucket: string, name: string): Promise<ObjectInfo | undefined> {
    const found = this.#find(bucket, name);
    return found && { ...found, size: found.body.length };
  }

  async read(bucket: string, name: string): Promise<StoredObject | undefined> {
    const found = this.#find(bucket, name);
    if (found === undefined) return undefined;
    const bytes = Buffer.from(found.body as string);
    return { bytes, size: bytes.length, contentType: found.contentType, generation: found.generation };
  }

  async write(bucket: string, name: string, body: string | Uint8Array, options: WriteOptions): Promise<string> {
    const { contentType, ifGenerationMatch, metadata = {} } = options;
    const current = this.#find(bucket, name)?.generation ?? '0';
    if (ifGenerationMatch !== undefined && ifGenerationMatch !== current) {
      throw new PreconditionFailedError(bucket, name);
    }
    const generation = String(++this.#generation);
    this.#folder(folderOfName(name)).set(name, { body, contentType, metadata, generation });
    return generation;
  }

  async remove(_bucket: string, name: string): Promise<void> {
    this.#folders.get(folderOfName(name))?.delete(name);
  }

  /** @param prefix a folder, with its slash */
  async *list(_bucket: string, prefix: string): AsyncGenerator<ListedObject> {
    yield* this.#options.storedBefore(prefix);
    const objects = [...(this.#folders.get(prefix) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [name, { generation, metadata }] of objects) yield { name, generation, metadata, createdAt: 0 };
  }

  #find(bucket: string, name: string): WrittenObject | undefined {
    if (bucket === this.#options.sourceBucket) return this.#source;
    return this.#folders.get(folderOfName(name))?.get(name);
  }

  #folder(folder: string): Map<string, WrittenObject> {
    const known = this.#folders.get(folder);
    if (known !== undefined) return known;
    if (this.#folders.size === this.#options.capacity)
      this.#folders.delete(this.#folders.keys().next().value as string);
    const objects = new Map<string, WrittenObject>();
    this.#folders.set(folder, objects);
    return objects;
  }
}

function folderOfName(name: string): string {
  return name.slice(0, name.lastIndexOf('/') + 1);
}
