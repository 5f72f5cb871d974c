import { createHash } from 'node:crypto';
import { base64Crc32c, crc32c } from '../../google/crc32c.ts';
import type { Clock } from '../../time/clock.ts';
import { type ListQuery, listPage } from './listing.ts';
import { MutationLimit } from './mutation-limit.ts';
import { checkRead, checkWrite, type Preconditions } from './preconditions.ts';
import { bucketNotFound, invalidParameter, objectNotFound } from './storage-error.ts';

/** One version of an object. */
export interface ObjectVersion {
  readonly bucket: string;
  readonly name: string;
  /** Above every generation that the store gave before. */
  readonly generation: number;
  /** Metadata cannot be changed apart from the content here: always 1. */
  readonly metageneration: 1;
  readonly content: Buffer;
  readonly contentType: string;
  /** Custom metadata. */
  readonly metadata: Readonly<Record<string, string>>;
  /** CRC-32C of the content: base64 of its four big-endian bytes. */
  readonly crc32c: string;
  /** MD5 of the content, in base64. */
  readonly md5Hash: string;
  /** Milliseconds since the epoch. */
  readonly created: number;
}

export interface InsertOptions extends Preconditions {
  /** @default application/octet-stream */
  readonly contentType?: string | undefined;
  /** @default none */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

export interface ObjectReadOptions extends Preconditions {
  /** Only this version of the object. @default the live one */
  readonly generation?: number;
}

export interface BucketsOptions {
  /** Whether a second change of one name within a second is refused. @default true */
  readonly mutationLimit?: boolean | undefined;
  /** Called with each object that is finished, and the generation that it replaced. @default nothing */
  readonly onFinalized?: ((object: ObjectVersion, overwrote: number | undefined) => void) | undefined;
  /** Keeps the objects across restarts. @default nobody: they are in memory */
  readonly keeper?: ObjectKeeper | undefined;
}

/** Hears of an object that there is now; of undefined where there is none any more. It must be quick. */
export type ObjectWatcher = (bucket: string, name: string, object: ObjectVersion | undefined) => void;

/** What keeps objects across restarts. Where it throws, the change fails. */
export interface ObjectKeeper {
  /** What an earlier run left. */
  objects(): Iterable<ObjectVersion>;
  /** Keeps a new object, in place of one of the same name. */
  store(object: ObjectVersion): void;
  remove(object: ObjectVersion): void;
}

/**
 * Buckets and objects with Cloud Storage's generations, preconditions and limit of changes, in memory and without versioning: what
 * is replaced or deleted is gone.
 *
 * Of a change that comes too soon and would fail anyway, the limit is told: that a creation that comes second may be answered with
 * 429 in place of 412 is known (delta-rs #2451), the order in general is our choice.
 */
export class Buckets {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #buckets = new Map<string, Map<string, ObjectVersion>>();
  readonly #limit: MutationLimit;
  readonly #keeper: ObjectKeeper | undefined;
  readonly #onFinalized: NonNullable<BucketsOptions['onFinalized']>;
  readonly #watchers = new Set<ObjectWatcher>();
  #lastGeneration = 0;

  constructor(
    clock: Pick<Clock, 'now'>,
    { mutationLimit = true, keeper, onFinalized = () => {} }: BucketsOptions = {},
  ) {
    this.#clock = clock;
    this.#limit = new MutationLimit(mutationLimit);
    this.#keeper = keeper;
    this.#onFinalized = onFinalized;
    for (const object of keeper?.objects() ?? []) {
      this.createBucket(object.bucket);
      this.#objectsOf(object.bucket).set(object.name, object);
      this.#lastGeneration = Math.max(this.#lastGeneration, object.generation);
    }
  }

  createBucket(bucket: string): void {
    if (!this.#buckets.has(bucket)) this.#buckets.set(bucket, new Map());
  }

  hasBucket(bucket: string): boolean {
    return this.#buckets.has(bucket);
  }

  hasObject(bucket: string, name: string): boolean {
    return this.#buckets.get(bucket)?.has(name) ?? false;
  }

  /**
   * Creates the object or replaces it as a whole.
   *
   * @throws StorageApiError 400 for a name that is not allowed, 404 without the bucket, 429 for a second change within a second, 412 when
   *   a precondition does not hold
   */
  insert(bucket: string, name: string, content: Uint8Array | string, options: InsertOptions = {}): ObjectVersion {
    const objects = this.#objectsOf(bucket);
    checkName(name);
    const now = this.#clock.now();
    this.#limit.check(bucket, name, now);
    const before = objects.get(name);
    checkWrite(before, options);
    const bytes = Buffer.from(content);
    // Google's generations are microseconds too.
    this.#lastGeneration = Math.max(this.#lastGeneration + 1, Math.floor(now * 1000));
    const object: ObjectVersion = {
      bucket,
      name,
      generation: this.#lastGeneration,
      metageneration: 1,
      content: bytes,
      contentType: options.contentType ?? 'application/octet-stream',
      metadata: { ...options.metadata },
      crc32c: base64Crc32c(crc32c(bytes)),
      md5Hash: createHash('md5').update(bytes).digest('base64'),
      created: now,
    };
    this.#keeper?.store(object);
    objects.set(name, object);
    this.#limit.changed(bucket, name, now);
    this.#onFinalized(object, before?.generation);
    for (const watch of this.#watchers) watch(bucket, name, object);
    return object;
  }

  /** @throws StorageApiError 404 without the object or the generation asked for, 412 or 304 when a precondition says so */
  get(bucket: string, name: string, options: ObjectReadOptions = {}): ObjectVersion {
    const object = this.#live(bucket, name, options.generation);
    checkRead(object, options);
    return object;
  }

  /**
   * @throws StorageApiError 404 without the object or the generation asked for, 429 for a second change within a second, 412 when a
   *   precondition does not hold
   */
  delete(bucket: string, name: string, options: ObjectReadOptions = {}): void {
    const objects = this.#objectsOf(bucket);
    const now = this.#clock.now();
    this.#limit.check(bucket, name, now);
    const object = this.#live(bucket, name, options.generation);
    checkWrite(object, options);
    this.#keeper?.remove(object);
    objects.delete(name);
    this.#limit.changed(bucket, name, now);
    for (const watch of this.#watchers) watch(bucket, name, undefined);
  }

  /** Shows every object of a bucket, in no order, and from then on every change, to whoever only looks. */
  watch(bucket: string, watcher: ObjectWatcher): void {
    for (const object of this.#objectsOf(bucket).values()) watcher(bucket, object.name, object);
    this.#watchers.add(watcher);
  }

  /** A fault on demand that lasts: every change of the name is refused with 429 for so many milliseconds from now on. */
  refuseChanges(bucket: string, name: string, forMs: number): void {
    this.#limit.refuse(bucket, name, forMs, this.#clock.now());
  }

  /** @throws StorageApiError 404 without the bucket, 400 when the page token is not one */
  list(
    bucket: string,
    query: ListQuery = {},
  ): { items: ObjectVersion[]; prefixes: string[]; nextPageToken: string | undefined } {
    const objects = this.#objectsOf(bucket);
    const { names, prefixes, nextPageToken } = listPage(objects.keys(), query);
    return { items: names.map((name) => objects.get(name) as ObjectVersion), prefixes, nextPageToken };
  }

  #live(bucket: string, name: string, generation: number | undefined): ObjectVersion {
    const object = this.#objectsOf(bucket).get(name);
    if (object === undefined || (generation !== undefined && generation !== object.generation)) {
      throw objectNotFound(bucket, name);
    }
    return object;
  }

  #objectsOf(bucket: string): Map<string, ObjectVersion> {
    const objects = this.#buckets.get(bucket);
    if (objects === undefined) throw bucketNotFound();
    return objects;
  }
}

/** Google's rules for object names (reference: "Object naming"). */
function checkName(name: string): void {
  const bytes = Buffer.byteLength(name);
  const allowed =
    bytes >= 1 && bytes <= 1024 && !/[\r\n]/.test(name) && name !== '.' && name !== '..' && name.isWellFormed();
  if (!allowed) {
    throw invalidParameter('name', name.slice(0, 100), "1 to 1024 bytes of UTF-8, no line break, neither '.' nor '..'");
  }
}
