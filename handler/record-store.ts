import { isDeepStrictEqual } from 'node:util';
import { type ObjectListing, type ObjectStore, PreconditionFailedError } from '../google/object-store.ts';
import type { DocumentRecord } from './document-record.ts';

/** A record as it was read or written, with the generation that the next write has to match. */
export interface StoredRecord {
  readonly record: DocumentRecord;
  readonly generation: string;
}

/** The records in the results bucket, changed by compare-and-swap only: that is all the locking there is. */
export class RecordStore {
  readonly #store: ObjectStore;
  readonly #bucket: string;

  constructor(store: ObjectStore, bucket: string) {
    this.#store = store;
    this.#bucket = bucket;
  }

  async read(documentId: string, signal?: AbortSignal): Promise<StoredRecord | undefined> {
    const stored = await this.#store.read(this.#bucket, objectName(documentId), { ...(signal && { signal }) });
    if (stored === undefined) return undefined;
    return { record: JSON.parse(Buffer.from(stored.bytes).toString()), generation: stored.generation };
  }

  /**
   * Writes `record` if what is stored still is `previous` (undefined: if nothing is stored yet).
   *
   * @throws PreconditionFailedError when somebody else was faster
   */
  async swap(previous: StoredRecord | undefined, record: DocumentRecord, signal?: AbortSignal): Promise<StoredRecord> {
    try {
      const generation = await this.#store.write(this.#bucket, objectName(record.documentId), JSON.stringify(record), {
        contentType: 'application/json',
        ifGenerationMatch: previous?.generation ?? '0',
        ...(signal && { signal }),
      });
      return { record, generation };
    } catch (error) {
      if (!(error instanceof PreconditionFailedError)) throw error;
      // A write whose answer was lost finds itself when it is tried again.
      const stored = await this.read(record.documentId, signal);
      if (stored !== undefined && isDeepStrictEqual(stored.record, JSON.parse(JSON.stringify(record)))) return stored;
      throw error;
    }
  }
}

/** Ids of all documents that have a record, in their order, read page by page. */
export async function* documentIds(store: ObjectListing, bucket: string, signal?: AbortSignal): AsyncGenerator<string> {
  for await (const name of store.list(bucket, PREFIX, { ...(signal && { signal }) })) {
    if (name.endsWith(SUFFIX)) yield name.slice(PREFIX.length, -SUFFIX.length);
  }
}

const PREFIX = 'records/';
const SUFFIX = '.json';

function objectName(documentId: string): string {
  return PREFIX + documentId + SUFFIX;
}
