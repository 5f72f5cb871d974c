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
  /** Documents whose objects are kept at least, 1 or more; at most twice as many are. */
  readonly capacity: number;
  /** Where there is a document under every name, always of generation 1; all else is in one other bucket. */
  readonly sourceBucket: string;
  /** What is listed under a prefix before all that was written: what somebody else has stored there. */
  readonly storedBefore: (prefix: string) => readonly ListedObject[];
}

/**
 * Cloud Storage as a measurement needs it: in memory, with generations and their preconditions. It forgets all but the documents
 * that were written last, as what is stored elsewhere must not count as the handler's memory.
 */
export class RecentObjects implements ObjectStore {
  readonly #options: RecentObjectsOptions;
  /** The few objects of each document. */
  #documents = new Map<string, WrittenObject[]>();
  /** Those that are forgotten when there are as many new ones: taking them out one by one costs more than all else here. */
  #olderDocuments = new Map<string, WrittenObject[]>();
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
    const objects = this.#objectsBeside(name) ?? this.#addDocument(name);
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
    const objects = this.#objectsBeside(name) ?? [];
    const index = objects.findIndex((object) => object.name === name);
    if (index >= 0) objects.splice(index, 1);
  }

  /** @param prefix a folder of a document, with its slash */
  async *list(_bucket: string, prefix: string): AsyncGenerator<ListedObject> {
    for (const object of this.#options.storedBefore(prefix)) yield object;
    const objects = this.#objectsBeside(prefix)?.filter(({ name }) => name.startsWith(prefix)) ?? [];
    for (const { name, generation, metadata } of objects.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      yield { name, generation, metadata, createdAt: 0 };
    }
  }

  #find(bucket: string, name: string): WrittenObject | undefined {
    if (bucket === this.#options.sourceBucket) return this.#source;
    return this.#objectsBeside(name)?.find((object) => object.name === name);
  }

  #objectsBeside(name: string): WrittenObject[] | undefined {
    const document = documentOf(name);
    return this.#documents.get(document) ?? this.#olderDocuments.get(document);
  }

  #addDocument(name: string): WrittenObject[] {
    if (this.#documents.size === this.#options.capacity) {
      this.#olderDocuments = this.#documents;
      this.#documents = new Map();
    }
    const objects: WrittenObject[] = [];
    this.#documents.set(documentOf(name), objects);
    return objects;
  }
}

/** The second part of a name: every folder of a document has it. */
function documentOf(name: string): string {
  const start = name.indexOf('/') + 1;
  return name.slice(start, name.indexOf('/', start));
}
