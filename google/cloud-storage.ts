import type { IncomingMessage } from 'node:http';
import { type Clock, sleep } from '../time/clock.ts';
import { abortable } from '../time/deadline.ts';
import { AS_STORED, decompressed, download } from './download.ts';
import { call, type HttpCall, type Origin, originOf } from './http-call.ts';
import {
  FalseEncodingError,
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
import { readUpTo } from './read-up-to.ts';
import { limitSilence, type SilenceLimit } from './silence-limit.ts';

/**
 * Tries of a call in all, and how long one may be without a byte in either direction: a large object on a slow line may take as
 * long as its caller's signal allows. Beyond them the attempt fails and Cloud Tasks retries it.
 */
const TRIES = 4;
const SILENCE_SECONDS = 30;
const FIRST_DELAY_MS = 200;

/** Of an answer that is no object: a page of a thousand names, each as long as may be, has a third of it. */
const MAX_ANSWER_BYTES = 16 * 2 ** 20;

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
 * Calls are retried on 408, 429, 5xx, lost connections and damaged downloads. A conditional write that is retried may find its
 * own first try: it then fails with PreconditionFailedError, and the caller must look whether what is there is what it wrote.
 */
export class CloudStorage implements ObjectStore, ObjectListing {
  readonly #options: CloudStorageOptions;
  readonly #origin: Origin;

  /** @throws TypeError when `baseUrl` is no URL of an HTTP server */
  constructor(options: CloudStorageOptions) {
    this.#options = options;
    this.#origin = originOf(new URL(options.baseUrl || 'https://storage.googleapis.com'));
  }

  async stat(bucket: string, name: string, options: ReadOptions = {}): Promise<ObjectInfo | undefined> {
    const { status, body } = await this.#call(objectPath(bucket, name, options), {}, options.signal);
    if (status === 404) return undefined;
    const { generation, size, contentType } = JSON.parse(body) as Record<string, string>;
    return { generation: String(generation), size: Number(size), ...(contentType && { contentType }) };
  }

  async read(bucket: string, name: string, options: ReadOptions = {}): Promise<StoredObject | undefined> {
    const { signal, maxBytes = Number.POSITIVE_INFINITY } = options;
    const path = objectPath(bucket, name, { ...options, alt: 'media' });
    return this.#retrying(signal, async (limit) => {
      const answer = await this.#send(path, { headers: AS_STORED }, limit);
      if (answer.statusCode !== 200) {
        const { status } = await smallAnswer(answer, limit);
        if (status === 404) return undefined;
        throw new StorageError(status, `Cloud Storage answered a download with ${status}.`);
      }
      const bytes = await download(answer, { bucket, name, maxBytes, onChunk: limit.heard });
      const contentType = answer.headers['content-type'];
      const generation = String(answer.headers['x-goog-generation'] ?? '');
      return { generation, size: bytes.length, bytes, ...(contentType && { contentType }) };
    });
  }

  async write(bucket: string, name: string, body: string | Uint8Array, options: WriteOptions): Promise<string> {
    const query = new URLSearchParams({ uploadType: 'media', name });
    if (options.ifGenerationMatch !== undefined) query.set('ifGenerationMatch', options.ifGenerationMatch);
    const answer = await this.#call(
      `/upload/storage/v1/b/${encodeURIComponent(bucket)}/o?${query}`,
      { method: 'POST', headers: { 'Content-Type': options.contentType }, body },
      options.signal,
    );
    if (answer.status === 412) throw new PreconditionFailedError(bucket, name);
    if (answer.status === 404) throw noBucket(bucket);
    return String((JSON.parse(answer.body) as { generation: unknown }).generation);
  }

  async *list(bucket: string, prefix: string, options: ListOptions = {}): AsyncGenerator<string> {
    const query = new URLSearchParams({ prefix, fields: 'items(name),nextPageToken' });
    for (;;) {
      const page = await this.#call(`/storage/v1/b/${encodeURIComponent(bucket)}/o?${query}`, {}, options.signal);
      if (page.status === 404) throw noBucket(bucket);
      const { items = [], nextPageToken } = JSON.parse(page.body) as ListingPage;
      for (const { name } of items) yield name;
      if (nextPageToken === undefined) return;
      query.set('pageToken', nextPageToken);
    }
  }

  /** A call whose answer is small: retried until there is one that a further try would not change. */
  #call(path: string, request: Partial<HttpCall>, signal: AbortSignal | undefined): Promise<SmallAnswer> {
    return this.#retrying(signal, async (limit) => smallAnswer(await this.#send(path, request, limit), limit));
  }

  async #send(path: string, request: Partial<HttpCall>, { signal, heard }: SilenceLimit): Promise<IncomingMessage> {
    const token = await abortable(this.#options.accessToken(), signal);
    const headers = { ...request.headers, Authorization: `Bearer ${token}` };
    const answer = await call(this.#origin, path, { ...request, headers, signal, onSent: heard });
    heard();
    return answer;
  }

  async #retrying<T>(signal: AbortSignal | undefined, attempt: (limit: SilenceLimit) => Promise<T>): Promise<T> {
    const { clock, random } = this.#options;
    for (let tries = 1; ; tries++) {
      signal?.throwIfAborted();
      using limit = limitSilence(clock, SILENCE_SECONDS, signal);
      try {
        return await attempt(limit);
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof ObjectTooLargeError || error instanceof FalseEncodingError) throw error;
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

/** An answer that fits into memory whatever it says. */
interface SmallAnswer {
  readonly status: number;
  readonly body: string;
}

/** @throws StorageError when it is neither success nor one of the two refusals that mean something to a caller */
async function smallAnswer(answer: IncomingMessage, { heard }: SilenceLimit): Promise<SmallAnswer> {
  const status = answer.statusCode as number;
  const tooLarge = () =>
    new StorageError(0, `Cloud Storage answered ${status} with more than ${MAX_ANSWER_BYTES} bytes.`);
  const sent = await readUpTo(answer, MAX_ANSWER_BYTES, tooLarge, heard);
  const bytes = await decompressed(sent, answer.headers['content-encoding'], MAX_ANSWER_BYTES, tooLarge);
  const body = bytes.toString();
  if ((status >= 200 && status < 300) || status === 404 || status === 412) return { status, body };
  let message = body.slice(0, 200);
  try {
    message = (JSON.parse(body) as { error: { message: string } }).error.message;
  } catch {
    // Not every refusal is JSON: a proxy's is not.
  }
  throw new StorageError(status, `Cloud Storage answered ${status}: ${message}`);
}

function noBucket(bucket: string): StorageError {
  return new StorageError(404, `The bucket ${bucket} does not exist.`);
}

function isTransient(status: number): boolean {
  return status === 0 || status === 408 || status === 429 || status >= 500;
}

function objectPath(bucket: string, name: string, parameters: { generation?: string; alt?: string }): string {
  const query = new URLSearchParams();
  if (parameters.generation !== undefined) query.set('generation', parameters.generation);
  if (parameters.alt !== undefined) query.set('alt', parameters.alt);
  return `/storage/v1/b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(name)}?${query}`;
}
