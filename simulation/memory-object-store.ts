import {
  type ListedObject,
  type ListOptions,
  type ObjectInfo,
  type ObjectStore,
  ObjectTooLargeError,
  PreconditionFailedError,
  type ReadOptions,
  type RemoveOptions,
  StorageError,
  type StoredObject,
  type WriteOptions,
} from '../google/object-store.ts';
import { Buckets } from '../local/cloud-storage/buckets.ts';
import { MutationLimit } from '../local/cloud-storage/mutation-limit.ts';
import { StorageApiError } from '../local/cloud-storage/storage-error.ts';
import type { Clock } from '../time/clock.ts';

/** The handler's view of the local Google's objects, without HTTP in between. Its own limit of changes leaves `objects` free for tests. */
export class MemoryObjectStore implements ObjectStore {
  readonly objects: Buckets;
  /** How many changes were refused with 429. */
  refusals = 0;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #limit: MutationLimit;

  /** @param options.limitsChanges refuses a second change of a name within a second, as Cloud Storage does. @default false */
  constructor(clock: Pick<Clock, 'now'>, buckets: readonly string[], { limitsChanges = false } = {}) {
    this.#clock = clock;
    this.#limit = new MutationLimit(limitsChanges);
    this.objects = new Buckets(clock, { mutationLimit: false });
    for (const bucket of buckets) this.objects.createBucket(bucket);
  }

  async stat(bucket: string, name: string, options: ReadOptions = {}): Promise<ObjectInfo | undefined> {
    options.signal?.throwIfAborted();
    const found = this.#find(bucket, name, options.generation);
    if (found === undefined) return undefined;
    const { contentType, metadata, content, generation } = found;
    return { contentType, metadata, size: content.length, generation: String(generation) };
  }

  async read(bucket: string, name: string, options: ReadOptions = {}): Promise<StoredObject | undefined> {
    options.signal?.throwIfAborted();
    const { generation, maxBytes = Number.POSITIVE_INFINITY } = options;
    const found = this.#find(bucket, name, generation);
    if (found === undefined) return undefined;
    const { content: bytes, contentType } = found;
    if (bytes.length > maxBytes) throw new ObjectTooLargeError(bucket, name, bytes.length, maxBytes);
    return { bytes, contentType, size: bytes.length, generation: String(found.generation) };
  }

  async write(bucket: string, name: string, body: string | Uint8Array, options: WriteOptions): Promise<string> {
    options.signal?.throwIfAborted();
    const { contentType, metadata, ifGenerationMatch } = options;
    const condition = ifGenerationMatch === undefined ? {} : { ifGenerationMatch: Number(ifGenerationMatch) };
    return this.#change(bucket, name, () =>
      String(this.objects.insert(bucket, name, body, { contentType, metadata, ...condition }).generation),
    );
  }

  async remove(bucket: string, name: string, { generation, signal }: RemoveOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    if (this.#find(bucket, name, generation) === undefined) return;
    this.#change(bucket, name, () => this.objects.delete(bucket, name));
  }

  async *list(bucket: string, prefix: string, options: ListOptions = {}): AsyncGenerator<ListedObject> {
    let pageToken: string | undefined;
    do {
      options.signal?.throwIfAborted();
      const page = this.#page(bucket, prefix, pageToken);
      for (const { name, generation, created, metadata } of page.items) {
        yield { name, generation: String(generation), createdAt: created, metadata };
      }
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined);
  }

  /** For so long every change of an object is refused. */
  refuseChanges(bucket: string, name: string, milliseconds: number): void {
    this.#limit.refuse(bucket, name, milliseconds, this.#clock.now());
  }

  #change<T>(bucket: string, name: string, change: () => T): T {
    const now = this.#clock.now();
    try {
      this.#limit.check(bucket, name, now);
      const done = change();
      this.#limit.changed(bucket, name, now);
      return done;
    } catch (error) {
      if (!(error instanceof StorageApiError)) throw error;
      if (error.code === 412) throw new PreconditionFailedError(bucket, name);
      if (error.code === 429) this.refusals++;
      throw new StorageError(error.code, `Cloud Storage answered ${error.code}: ${error.message}`);
    }
  }

  #find(bucket: string, name: string, generation: string | undefined) {
    // Asked for often, and an error for each would be a good part of a simulation.
    if (!this.objects.hasObject(bucket, name)) return undefined;
    try {
      return this.objects.get(bucket, name, generation === undefined ? {} : { generation: Number(generation) });
    } catch (error) {
      if (error instanceof StorageApiError && error.code === 404) return undefined;
      throw error;
    }
  }

  #page(bucket: string, prefix: string, pageToken: string | undefined) {
    try {
      return this.objects.list(bucket, { prefix, pageToken });
    } catch (error) {
      throw error instanceof StorageApiError ? new StorageError(error.code, error.message) : error;
    }
  }

  /** What is stored as text; undefined when there is nothing. For assertions. */
  text(bucket: string, name: string): string | undefined {
    return this.objects.hasObject(bucket, name) ? this.objects.get(bucket, name).content.toString() : undefined;
  }

  /** The names in a bucket, sorted. For assertions. */
  names(bucket: string): string[] {
    return this.objects.list(bucket).items.map(({ name }) => name);
  }
}
