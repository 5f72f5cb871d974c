/**
 * What is needed of Cloud Storage. Implemented by `cloud-storage.ts`; every implementation passes the same contract tests.
 *
 * Cloud Storage takes about one change of an object a second, and refuses more. An implementation waits for the object then, for
 * as long as its caller's signal allows.
 */
export interface ObjectStore {
  /** What is known of an object without its bytes; undefined when there is none (or not that generation of it). */
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
  /** Removes an object, or only that generation of it; does nothing when there is none. */
  remove(bucket: string, name: string, options?: RemoveOptions): Promise<void>;
  /**
   * The objects of a bucket whose names begin with `prefix`, in the order of their names' UTF-8 bytes. Reads a page of a thousand
   * when the one before is used up, so that a bucket of millions needs no more memory than one of a thousand.
   */
  list(bucket: string, prefix: string, options?: ListOptions): AsyncIterable<ListedObject>;
}

/** Words that an object carries: at most 8 KiB with their names, and here of ASCII alone, which every way to read them leaves as it is. */
export type ObjectMetadata = Readonly<Record<string, string>>;

export interface ObjectInfo {
  /** Changes with every write, and only grows: a string of digits. */
  readonly generation: string;
  readonly size: number;
  readonly contentType?: string;
  readonly metadata: ObjectMetadata;
}

export interface StoredObject extends Omit<ObjectInfo, 'metadata'> {
  readonly bytes: Uint8Array;
}

export interface ListedObject {
  readonly name: string;
  readonly generation: string;
  /** When it was written, in milliseconds since the epoch. */
  readonly createdAt: number;
  readonly metadata: ObjectMetadata;
}

export interface ReadOptions {
  /** Only this generation. @default the newest */
  readonly generation?: string;
  /** Bytes to read at most. @default no limit */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface WriteOptions {
  readonly contentType: string;
  /** @default none */
  readonly metadata?: ObjectMetadata;
  /** Write only over this generation; `'0'` means only where there is no object. @default whatever is there */
  readonly ifGenerationMatch?: string;
  readonly signal?: AbortSignal | undefined;
}

export type RemoveOptions = Pick<ReadOptions, 'generation' | 'signal'>;

export interface ListOptions {
  readonly signal?: AbortSignal | undefined;
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
