import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { abortable } from '../time/deadline.ts';
import { AS_STORED, decompressed, download } from './download.ts';
import { call, type HttpCall, type Origin, originOf } from './http-call.ts';
import {
  type ListedObject,
  type ListOptions,
  type ObjectInfo,
  type ObjectStore,
  PreconditionFailedError,
  type ReadOptions,
  type RemoveOptions,
  StorageError,
  type StoredObject,
  type WriteOptions,
} from './object-store.ts';
import { readUpTo } from './read-up-to.ts';
import type { SilenceLimit } from './silence-limit.ts';
import { type RetryOptions, retrying } from './storage-retries.ts';

/** Of an answer that is no object: a page of a thousand names, each as long as may be, has a third of it. */
const MAX_ANSWER_BYTES = 16 * 2 ** 20;

export interface CloudStorageOptions extends RetryOptions {
  /** Access token of the runtime service account. */
  readonly accessToken: () => Promise<string>;
  /** @default https://storage.googleapis.com */
  readonly baseUrl?: string | undefined;
}

/**
 * Cloud Storage over its JSON API. Not `@google-cloud/storage`: that takes no AbortSignal, so that the budget could not end it.
 *
 * Calls are retried as {@link retrying} says. A conditional write that is retried may find its own first try: it then fails with
 * PreconditionFailedError, and the caller must look whether what is there is what it wrote.
 */
export class CloudStorage implements ObjectStore {
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
    const { generation, size, contentType, metadata = {} } = JSON.parse(body) as ObjectResource;
    return { generation, size: Number(size), metadata, ...(contentType && { contentType }) };
  }

  async read(bucket: string, name: string, options: ReadOptions = {}): Promise<StoredObject | undefined> {
    const { signal, maxBytes = Number.POSITIVE_INFINITY } = options;
    const path = objectPath(bucket, name, { ...options, alt: 'media' });
    return retrying(this.#options, signal, async (limit) => {
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
    const { contentType, metadata, ifGenerationMatch, signal } = options;
    const query = new URLSearchParams({ uploadType: metadata ? 'multipart' : 'media', name });
    if (ifGenerationMatch !== undefined) query.set('ifGenerationMatch', ifGenerationMatch);
    const upload = metadata ? multipart({ contentType, metadata }, body) : { contentType, body };
    const answer = await this.#call(
      `/upload/storage/v1/b/${encodeURIComponent(bucket)}/o?${query}`,
      { method: 'POST', headers: { 'Content-Type': upload.contentType }, body: upload.body },
      signal,
    );
    if (answer.status === 412) throw new PreconditionFailedError(bucket, name);
    if (answer.status === 404) throw noBucket(bucket);
    return (JSON.parse(answer.body) as ObjectResource).generation;
  }

  async remove(bucket: string, name: string, options: RemoveOptions = {}): Promise<void> {
    await this.#call(objectPath(bucket, name, options), { method: 'DELETE' }, options.signal);
  }

  async *list(bucket: string, prefix: string, options: ListOptions = {}): AsyncGenerator<ListedObject> {
    const query = new URLSearchParams({ prefix, fields: 'items(name,generation,timeCreated,metadata),nextPageToken' });
    for (;;) {
      const page = await this.#call(`/storage/v1/b/${encodeURIComponent(bucket)}/o?${query}`, {}, options.signal);
      if (page.status === 404) throw noBucket(bucket);
      const { items = [], nextPageToken } = JSON.parse(page.body) as ListingPage;
      for (const { name, generation, timeCreated, metadata = {} } of items) {
        yield { name, generation, metadata, createdAt: Date.parse(timeCreated) };
      }
      if (nextPageToken === undefined) return;
      query.set('pageToken', nextPageToken);
    }
  }

  /** A call whose answer is small: retried until there is one that a further try would not change. */
  #call(path: string, request: Partial<HttpCall>, signal: AbortSignal | undefined): Promise<SmallAnswer> {
    return retrying(this.#options, signal, async (limit) => smallAnswer(await this.#send(path, request, limit), limit));
  }

  async #send(path: string, request: Partial<HttpCall>, { signal, heard }: SilenceLimit): Promise<IncomingMessage> {
    const token = await abortable(this.#options.accessToken(), signal);
    const headers = { ...request.headers, Authorization: `Bearer ${token}` };
    const answer = await call(this.#origin, path, { ...request, headers, signal, onSent: heard });
    heard();
    return answer;
  }
}

/** An object as the API describes it, as far as it is asked for (reference: `Objects`). 64-bit numbers are strings. */
interface ObjectResource {
  readonly name: string;
  readonly generation: string;
  readonly size: string;
  readonly timeCreated: string;
  readonly contentType?: string;
  readonly metadata?: ObjectInfo['metadata'];
}

/** A page of a list (reference: `Objects: list`); the last one has no token. */
interface ListingPage {
  readonly items?: readonly ObjectResource[];
  readonly nextPageToken?: string;
}

/** An upload of an object's metadata with its content (reference: "Perform a multipart upload using the JSON API"). */
function multipart(
  resource: Pick<ObjectResource, 'contentType' | 'metadata'>,
  body: string | Uint8Array,
): { contentType: string; body: Buffer } {
  const boundary = randomUUID();
  const head = [
    `--${boundary}`,
    'Content-Type: application/json; charset=UTF-8',
    '',
    JSON.stringify(resource),
    `--${boundary}`,
    `Content-Type: ${resource.contentType}`,
    '',
    '',
  ].join('\r\n');
  const parts = [Buffer.from(head), Buffer.from(body), Buffer.from(`\r\n--${boundary}--`)];
  return { contentType: `multipart/related; boundary=${boundary}`, body: Buffer.concat(parts) };
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

function objectPath(bucket: string, name: string, parameters: { generation?: string; alt?: string }): string {
  const query = new URLSearchParams();
  if (parameters.generation !== undefined) query.set('generation', parameters.generation);
  if (parameters.alt !== undefined) query.set('alt', parameters.alt);
  return `/storage/v1/b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(name)}?${query}`;
}
