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
  readonly name: string;
  readonly body: string | Uint8Array;
  readonly contentType: string;
  readonly metadata: ObjectMetadata;
  readonly generation: string;
}

interface RecentObjectsOptions {
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
  /** The few objects of each folder. The first folder is the next to forget. */
  readonly #folders = new Map<string, WrittenObject[]>();
  readonly #source: WrittenObject = {
    name: '',
    body: 'Hello',
    contentType: 'text/plain',
    metadata: {},
    generation: '1',
  };
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
    const folder = folderName(name);
    const objects = this.#folders.get(folder) ?? this.#addFolder(folder);
    const index = objects.findIndex((object) => object.name === name);
    if (ifGenerationMatch !== undefined && ifGenerationMatch !== (objects[index]?.generation ?? '0')) {
      throw new PreconditionFailedError(bucket, name);
    }
    const generation = String(++this.#generation);
    const written = { name, body, contentType, metadata, generation };
    if (index < 0) objects.push(written);
    else objects[index] = written;
    return generation;
  }

  async remove(_bucket: string, name: string): Promise<void> {
    const folder = folderName(name);
    const rest = this.#folders.get(folder)?.filter((object) => object.name !== name);
    if (rest !== undefined) this.#folders.set(folder, rest);
  }

  /** @param prefix a folder, with its slash */
  async *list(_bucket: string, prefix: string): AsyncGenerator<ListedObject> {
    for (const object of this.#options.storedBefore(prefix)) yield object;
    const objects = this.#folders.get(prefix);
    if (objects === undefined) return;
    for (const { name, generation, metadata } of objects.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      yield { name, generation, metadata, createdAt: 0 };
    }
  }

  #find(bucket: string, name: string): WrittenObject | undefined {
    if (bucket === this.#options.sourceBucket) return this.#source;
    return this.#folders.get(folderName(name))?.find((object) => object.name === name);
  }

  #addFolder(folder: string): WrittenObject[] {
    if (this.#folders.size === this.#options.capacity) {
      this.#folders.delete(this.#folders.keys().next().value as string);
    }
    const objects: WrittenObject[] = [];
    this.#folders.set(folder, objects);
    return objects;
  }
}

function folderName(name: string): string {
  return name.slice(0, name.lastIndexOf('/') + 1);
}
