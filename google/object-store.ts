/** What the handler needs of Cloud Storage. Implemented by `cloud-storage.ts`; every implementation passes the same contract tests. */
export interface ObjectStore {
  /** Generation and size of an object; undefined when there is none (or not that generation of it). */
  stat(bucket: string, name: string, options?: ReadOptions): Promise<ObjectInfo | undefined>;
  /** An object with its bytes; undefined when there is none. @throws ObjectTooLargeError above `maxBytes`, FalseEncodingError */
  read(bucket: string, name: string, options?: ReadOptions): Promise<StoredObject | undefined>;
  /**
   * Writes an object, whole or not at all.
   *
   * @returns the generation it got
   * @throws PreconditionFailedError when the object's generation is not `ifGenerationMatch`
   */
  write(bucket: string, name: string, body: string | Uint8Array, options: WriteOptions): Promise<string>;
}

/** What listing needs of Cloud Storage; the handler itself never lists. */
export interface ObjectListing {
  /**
   * The names in a bucket that begin with `prefix`, in the order of their UTF-8 bytes. Reads a page when the one before is used
   * up, so that a bucket of millions needs no more memory than one of a thousand.
   */
  list(bucket: string, prefix: string, options?: ListOptions): AsyncIterable<string>;
}

export interface ObjectInfo {
  /** Changes with every write, and only grows: a string of digits. */
  readonly generation: string;
  readonly size: number;
  readonly contentType?: string;
}

export interface StoredObject extends ObjectInfo {
  readonly bytes: Uint8Array;
}

export interface ReadOptions {
  /** Only this generation. @default the newest */
  readonly generation?: string;
  /** Bytes to read at most. @default no limit */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

export interface WriteOptions {
  readonly contentType: string;
  /** Write only over this generation; `'0'` means only where there is no object. @default whatever is there */
  readonly ifGenerationMatch?: string;
  readonly signal?: AbortSignal;
}

export interface ListOptions {
  readonly signal?: AbortSignal;
}

/** A conditional write lost: the object is no longer, or already, there. */
export class PreconditionFailedError extends Error {
  constructor(bucket: string, name: string) {
    super(`gs://${bucket}/${name} has another generation than the one expected.`);
    this.name = 'PreconditionFailedError';
  }
}

/** An object has more bytes than its reader takes. */
export class ObjectTooLargeError extends Error {
  constructor(bucket: string, name: string, size: number, maxBytes: number) {
    super(`gs://${bucket}/${name} has ${size} bytes; at most ${maxBytes} are taken.`);
    this.name = 'ObjectTooLargeError';
  }
}

/** An object is not compressed as it says. Whoever uploads it says so, and Cloud Storage does not look. */
export class FalseEncodingError extends Error {
  constructor(bucket: string, name: string, encoding: string, reason: string) {
    super(
      `An object with Content-Encoding: ${encoding} must be compressed so; gs://${bucket}/${name} cannot be ` +
        `decompressed (${reason}).`,
    );
    this.name = 'FalseEncodingError';
  }
}

/** Cloud Storage refused, could not be reached, or sent something else than it stores. */
export class StorageError extends Error {
  /** HTTP status; 0 when there was no answer that could be used. */
  readonly status: number;

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StorageError';
    this.status = status;
  }
}
