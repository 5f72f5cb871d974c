import {
  StorageError as HandlerStorageError,
  type ListOptions,
  type ObjectInfo,
  type ObjectListing,
  type ObjectStore,
  ObjectTooLargeError,
  PreconditionFailedError,
  type ReadOptions,
  type StoredObject,
  type WriteOptions,
} from '../google/object-store.ts';
import { Buckets } from '../local/cloud-storage/buckets.ts';
import { StorageApiError } from '../local/cloud-storage/storage-error.ts';
import type { Clock } from '../time/clock.ts';

/** The handler's view of the local Google's objects, without HTTP in between. */
export class MemoryObjectStore implements ObjectStore, ObjectListing {
  readonly objects: Buckets;

  constructor(clock: Pick<Clock, 'now'>, buckets: readonly string[]) {
    this.objects = new Buckets(clock);
    for (const bucket of buckets) this.objects.createBucket(bucket);
  }

  async stat(bucket: string, name: string, options: ReadOptions = {}): Promise<ObjectInfo | undefined> {
    const { maxBytes: _maxBytes, ...rest } = options;
    return this.read(bucket, name, rest);
  }

  async read(bucket: string, name: string, options: ReadOptions = {}): Promise<StoredObject | undefined> {
    options.signal?.throwIfAborted();
    const { generation, maxBytes = Number.POSITIVE_INFINITY } = options;
    try {
      const found = this.objects.get(bucket, name, generation === undefined ? {} : { generation: Number(generation) });
      const { content: bytes, contentType } = found;
      if (bytes.length > maxBytes) throw new ObjectTooLargeError(bucket, name, bytes.length, maxBytes);
      return { bytes, contentType, size: bytes.length, generation: String(found.generation) };
    } catch (error) {
      if (error instanceof StorageApiError && error.code === 404) return undefined;
      throw error;
    }
  }

  async write(bucket: string, name: string, body: string | Uint8Array, options: WriteOptions): Promise<string> {
    options.signal?.throwIfAborted();
    const { contentType, ifGenerationMatch } = options;
    const condition = ifGenerationMatch === undefined ? {} : { ifGenerationMatch: Number(ifGenerationMatch) };
    try {
      return String(this.objects.insert(bucket, name, body, { contentType, ...condition }).generation);
    } catch (error) {
      if (!(error instanceof StorageApiError)) throw error;
      if (error.code === 412) throw new PreconditionFailedError(bucket, name);
      throw new HandlerStorageError(error.code, error.message);
    }
  }

  async *list(bucket: string, prefix: string, options: ListOptions = {}): AsyncGenerator<string> {
    let pageToken: string | undefined;
    do {
      options.signal?.throwIfAborted();
      const page = this.#page(bucket, prefix, pageToken);
      for (const { name } of page.items) yield name;
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined);
  }

  #page(bucket: string, prefix: string, pageToken: string | undefined) {
    try {
      return this.objects.list(bucket, { prefix, pageToken });
    } catch (error) {
      throw error instanceof StorageApiError ? new HandlerStorageError(error.code, error.message) : error;
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
