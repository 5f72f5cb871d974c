import { type Clock, sleep } from '../clock.ts';
import { startDeadline } from './deadline.ts';
import {
  type ListOptions,
  type ObjectInfo,
  type ObjectListing,
  type ObjectStore,
  ObjectTooLargeError,
  PreconditionFailedError,
  type ReadOptions,
  StorageError,
  type StoredObject,
  type WriteOptions,
} from './object-store.ts';

/** Tries of a call in all, and how long one may take. Beyond them the attempt fails and Cloud Tasks retries it. */
const TRIES = 4;
const TRY_TIMEOUT_SECONDS = 30;
const FIRST_DELAY_MS = 200;

export interface CloudStorageOptions {
  readonly clock: Clock;
  /** From 0 up to 1, for the jitter of the retries. */
  readonly random: () => number;
  /** Access token of the runtime service account. */
  readonly accessToken: () => Promise<string>;
  /** @default https://storage.googleapis.com */
  readonly baseUrl?: string | undefined;
}

/**
 * Cloud Storage over its JSON API. Not `@google-cloud/storage`: that takes no AbortSignal, so that the budget could not end it.
 *
 * Calls are retried on 408, 429, 5xx and lost connections. A conditional write that is retried may find its own first try: it
 * then fails with PreconditionFailedError, and the caller must look whether what is there is what it wrote.
 */
export class CloudStorage implements ObjectStore, ObjectListing {
  readonly #options: CloudStorageOptions;
  readonly #baseUrl: string;

  constructor(options: CloudStorageOptions) {
    this.#options = options;
    this.#baseUrl = options.baseUrl?.replace(/\/$/, '') || 'https://storage.googleapis.com';
  }

  async stat(bucket: string, name: string, options: ReadOptions = {}): Promise<ObjectInfo | undefined> {
    const response = await this.#call(objectPath(bucket, name, options), {}, options.signal);
    if (response.status === 404) return undefined;
    const { generation, size, contentType } = (await json(response)) as Record<string, string>;
    return { generation: String(generation), size: Number(size), ...(contentType && { contentType }) };
  }

  async read(bucket: string, name: string, options: ReadOptions = {}): Promise<StoredObject | undefined> {
    const { signal, maxBytes = Number.POSITIVE_INFINITY } = options;
    return this.#retrying(signal, async (attemptSignal) => {
      const response = await this.#fetch(objectPath(bucket, name, { ...options, alt: 'media' }), {}, attemptSignal);
      if (response.status === 404) return undefined;
      await requireOk(response);
      const generation = response.headers.get('x-goog-generation') ?? '';
      const contentType = response.headers.get('content-type');
      const chunks: Uint8Array[] = [];
      let size = 0;
      for await (const chunk of response.body ?? []) {
        size += chunk.length;
        if (size > maxBytes) {
          // What is declared may be less: a compressed object is inflated on its way.
          const declared = Number(response.headers.get('content-length')) || 0;
          throw new ObjectTooLargeError(bucket, name, Math.max(declared, size), maxBytes);
        }
        chunks.push(chunk);
      }
      return { generation, size, bytes: Buffer.concat(chunks, size), ...(contentType && { contentType }) };
    });
  }

  async write(bucket: string, name: string, body: string | Uint8Array, options: WriteOptions): Promise<string> {
    const query = new URLSearchParams({ uploadType: 'media', name });
    if (options.ifGenerationMatch !== undefined) query.set('ifGenerationMatch', options.ifGenerationMatch);
    const response = await this.#call(
      `/upload/storage/v1/b/${encodeURIComponent(bucket)}/o?${query}`,
      {
        method: 'POST',
        headers: { 'Content-Type': options.contentType },
        body: body as NonNullable<RequestInit['body']>,
      },
      options.signal,
    );
    if (response.status === 412) throw new PreconditionFailedError(bucket, name);
    if (response.status === 404) throw noBucket(bucket);
    return String(((await json(response)) as { generation: unknown }).generation);
  }

  async *list(bucket: string, prefix: string, options: ListOptions = {}): AsyncGenerator<string> {
    const query = new URLSearchParams({ prefix, fields: 'items(name),nextPageToken' });
    for (;;) {
      const response = await this.#call(`/storage/v1/b/${encodeURIComponent(bucket)}/o?${query}`, {}, options.signal);
      if (response.status === 404) throw noBucket(bucket);
      const { items = [], nextPageToken } = (await json(response)) as ListingPage;
      for (const { name } of items) yield name;
      if (nextPageToken === undefined) return;
      query.set('pageToken', nextPageToken);
    }
  }

  /** A call whose answer is small: retried until there is one that a further try would not change. */
  #call(path: string, init: RequestInit, signal: AbortSignal | undefined): Promise<Response> {
    return this.#retrying(signal, async (attemptSignal) => {
      const response = await this.#fetch(path, init, attemptSignal);
      if (response.status !== 404 && response.status !== 412) await requireOk(response);
      // Read here, so that a connection lost in the middle of the body is retried as well.
      return new Response(await response.arrayBuffer(), { status: response.status, headers: response.headers });
    });
  }

  async #fetch(path: string, init: RequestInit, signal: AbortSignal): Promise<Response> {
    const token = await this.#options.accessToken();
    return fetch(this.#baseUrl + path, {
      ...init,
      headers: { ...init.headers, Authorization: `Bearer ${token}` },
      signal,
    });
  }

  async #retrying<T>(signal: AbortSignal | undefined, attempt: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { clock, random } = this.#options;
    for (let tries = 1; ; tries++) {
      signal?.throwIfAborted();
      using limit = startDeadline(clock, 'A call to Cloud Storage', TRY_TIMEOUT_SECONDS);
      try {
        return await attempt(signal ? AbortSignal.any([signal, limit.signal]) : limit.signal);
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof ObjectTooLargeError) throw error;
        if (error instanceof StorageError && !isTransient(error.status)) throw error;
        if (tries === TRIES) {
          if (error instanceof StorageError) throw error;
          throw new StorageError(0, `Cloud Storage could not be reached: ${(error as Error).message}`, {
            cause: error,
          });
        }
      }
      await sleep(clock, FIRST_DELAY_MS * 2 ** (tries - 1) * (0.5 + random()), signal);
    }
  }
}

/** What is asked of a page (reference: `Objects: list`); the last one has no token. */
interface ListingPage {
  readonly items?: readonly { readonly name: string }[];
  readonly nextPageToken?: string;
}

function noBucket(bucket: string): StorageError {
  return new StorageError(404, `The bucket ${bucket} does not exist.`);
}

function isTransient(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

function objectPath(bucket: string, name: string, parameters: { generation?: string; alt?: string }): string {
  const query = new URLSearchParams();
  if (parameters.generation !== undefined) query.set('generation', parameters.generation);
  if (parameters.alt !== undefined) query.set('alt', parameters.alt);
  return `/storage/v1/b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(name)}?${query}`;
}

async function json(response: Response): Promise<unknown> {
  return response.json();
}

async function requireOk(response: Response): Promise<void> {
  if (response.ok) return;
  const body = await response.text();
  let message = body.slice(0, 200);
  try {
    message = (JSON.parse(body) as { error: { message: string } }).error.message;
  } catch {
    // Not every refusal is JSON: a proxy's is not.
  }
  throw new StorageError(response.status, `Cloud Storage answered ${response.status}: ${message}`);
}
