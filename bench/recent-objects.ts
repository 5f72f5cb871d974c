import {
  type ObjectInfo,
  type ObjectStore,
  PreconditionFailedError,
  type StoredObject,
  type WriteOptions,
} from '../google/object-store.ts';

/** As it was written: what is never read need not become bytes. */
interface WrittenObject {
  readonly body: string | Uint8Array;
  readonly contentType: string;
  readonly generation: string;
}

/**
 * Cloud Storage as a measurement needs it: in memory, with generations and their preconditions. It forgets all but the objects
 * that were written last, as what is stored elsewhere must not count as the handler's memory.
 */
export class RecentObjects implements ObjectStore {
  readonly #written = new Map<string, WrittenObject>();
  readonly #capacity: number;
  /** Names in the order they were first written, the next to forget at `#oldest`. */
  readonly #names: string[] = [];
  #oldest = 0;
  readonly #source: WrittenObject = { body: 'Hello', contentType: 'text/plain', generation: '1' };
  readonly #sourceBucket: string;
  #generation = 1;

  /**
   * @param capacity written objects that are kept at least, 1 or more; at most twice as many are
   * @param sourceBucket where there is a document under every name, always of generation 1; all else is in one other bucket
   */
  constructor(capacity: number, sourceBucket: string) {
    this.#capacity = capacity;
    this.#sourceBucket = sourceBucket;
  }

  async stat(bucket: string, name: string): Promise<ObjectInfo | undefined> {
    return this.read(bucket, name);
  }

  async read(bucket: string, name: string): Promise<StoredObject | undefined> {
    const found = this.#find(bucket, name);
    if (found === undefined) return undefined;
    const bytes = Buffer.from(found.body as string);
    return { bytes, size: bytes.length, contentType: found.contentType, generation: found.generation };
  }

  async write(bucket: string, name: string, body: string | Uint8Array, options: WriteOptions): Promise<string> {
    const { contentType, ifGenerationMatch } = options;
    const current = this.#find(bucket, name)?.generation ?? '0';
    if (ifGenerationMatch !== undefined && ifGenerationMatch !== current) {
      throw new PreconditionFailedError(bucket, name);
    }
    const generation = String(++this.#generation);
    const object = { body, contentType, generation };
    if (current === '0') this.#add(name, object);
    else this.#written.set(name, object);
    return generation;
  }

  #find(bucket: string, name: string): WrittenObject | undefined {
    if (bucket === this.#sourceBucket) return this.#source;
    return this.#written.get(name);
  }

  #add(name: string, object: WrittenObject): void {
    const oldest = this.#names[this.#oldest];
    if (oldest !== undefined) this.#written.delete(oldest);
    this.#names[this.#oldest] = name;
    this.#oldest = (this.#oldest + 1) % this.#capacity;
    this.#written.set(name, object);
  }
}
