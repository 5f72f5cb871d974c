import { type Context, Hono } from 'hono';
import type { AccessControl } from '../access-control.ts';
import type { Buckets, ObjectVersion } from './buckets.ts';
import { readMultipart } from './multipart.ts';
import type { Preconditions } from './preconditions.ts';
import { bucketNotFound, invalidParameter, StorageApiError } from './storage-error.ts';

/** What goes wrong with a request: it fails before it has an effect, or its effect is there and the answer is lost. */
export type StorageFault = 'unavailable' | 'answer-lost';

/** Any name at all: a dot would stop at a line separator. */
const OBJECT = '/b/:bucket/o/:object{[\\s\\S]+}';

/** What the API works on. */
export interface StorageApiOptions {
  readonly store: Buckets;
  readonly access: Pick<AccessControl, 'check' | 'emailOf'>;
  /** Decides for each request whether it fails with 503, as the real service now and then does. @default none does */
  readonly fault?: (() => StorageFault | undefined) | undefined;
}

/**
 * Cloud Storage's JSON API: upload (media and multipart), metadata, download, list, delete, and a bucket's metadata.
 *
 * @see https://cloud.google.com/storage/docs/json_api/v1
 */
export function storageApi({ store, access, fault: decideFault }: StorageApiOptions): Hono {
  const app = new Hono();

  app.use(async (c, next) => {
    const fault = decideFault?.();
    if (fault !== 'unavailable') await next();
    if (fault !== undefined) c.res = c.json({ error: { code: 503, message: 'Backend Error' } }, 503);
  });

  app.onError((error, c) => {
    // The caller has gone away in the middle of its request: nobody hears an answer.
    if ((error as NodeJS.ErrnoException).code === 'ECONNRESET') return c.body(null, 400);
    if (!(error instanceof StorageApiError)) throw error;
    if (error.code === 304) return c.body(null, 304);
    // Seen on the real service: a download is refused in plain text.
    if (c.req.query('alt') === 'media') return c.text(error.message, error.code as 400);
    return c.json(error.toJSON(), error.code as 400);
  });

  // Where Node's client looks, with STORAGE_EMULATOR_HOST.
  app.all('/b/*', (c) => app.fetch(new Request(c.req.url.replace('/b/', '/storage/v1/b/'), c.req.raw), c.env));

  app.get('/storage/v1/b/:bucket', (c) => {
    const bucket = parameter(c, 'bucket');
    permit(c, 'storage.buckets.get', bucket);
    if (!store.hasBucket(bucket)) throw bucketNotFound();
    return c.json({ kind: 'storage#bucket', id: bucket, name: bucket, storageClass: 'STANDARD' });
  });

  app.post('/upload/storage/v1/b/:bucket/o', async (c) => {
    const bucket = parameter(c, 'bucket');
    // Refused before the body is read.
    permit(c, 'storage.objects.create', bucket);
    const upload = await readUpload(c);
    const name = upload.name ?? c.req.query('name') ?? '';
    if (store.hasObject(bucket, name)) permit(c, 'storage.objects.delete', bucket, name);
    const { content, contentType, metadata } = upload;
    return c.json(resourceOf(store.insert(bucket, name, content, { contentType, metadata, ...preconditions(c) })));
  });

  app.get('/storage/v1/b/:bucket/o', (c) => {
    const bucket = parameter(c, 'bucket');
    permit(c, 'storage.objects.list', bucket);
    const { prefix, delimiter, pageToken } = c.req.query();
    const maxResults = integer(c, 'maxResults', 1);
    const { items, prefixes, nextPageToken } = store.list(bucket, { prefix, delimiter, pageToken, maxResults });
    return c.json({
      kind: 'storage#objects',
      ...(nextPageToken !== undefined && { nextPageToken }),
      ...(prefixes.length > 0 && { prefixes }),
      ...(items.length > 0 && { items: items.map(resourceOf) }),
    });
  });

  for (const root of ['/storage/v1', '/download/storage/v1'] as const) {
    app.get(`${root}${OBJECT}`, (c) => {
      const bucket = parameter(c, 'bucket');
      const name = parameter(c, 'object');
      permit(c, 'storage.objects.get', bucket, name);
      // Only who may list learns that an object does not exist.
      if (!store.hasObject(bucket, name)) permit(c, 'storage.objects.list', bucket, name, 'storage.objects.get');
      const object = store.get(bucket, name, readOptions(c));
      if (c.req.query('alt') !== 'media') return c.json(resourceOf(object));
      return c.body(new Uint8Array(object.content), 200, mediaHeaders(object));
    });
  }

  app.delete(`/storage/v1${OBJECT}`, (c) => {
    const bucket = parameter(c, 'bucket');
    const name = parameter(c, 'object');
    permit(c, 'storage.objects.delete', bucket, name);
    store.delete(bucket, name, readOptions(c));
    return c.body(null, 204);
  });

  /** @throws StorageApiError 401 or 403, in the words of Google's refusal of `named` */
  function permit(c: Context, permission: string, bucket: string, object?: string, named = permission): void {
    const authorization = c.req.header('Authorization');
    const verdict = access.check({ authorization, permission, resource: `buckets/${bucket}` });
    if (verdict === 'allowed') return;
    const email = access.emailOf(authorization);
    if (authorization !== undefined && email === undefined) {
      throw new StorageApiError(401, 'authError', 'Invalid Credentials', 'Authorization');
    }
    const what = object === undefined ? 'bucket' : 'object';
    const message =
      `${email ?? 'Anonymous caller'} does not have ${named} access to the Google Cloud Storage ${what}. ` +
      `Permission '${named}' denied on resource (or it may not exist).`;
    if (email === undefined) throw new StorageApiError(401, 'required', message, 'Authorization');
    throw new StorageApiError(403, 'forbidden', message);
  }

  return app;
}

async function readUpload(c: Context): Promise<{
  content: Buffer;
  name?: string | undefined;
  contentType: string | undefined;
  metadata?: Record<string, string> | undefined;
}> {
  const uploadType = c.req.query('uploadType') ?? '';
  const contentType = c.req.header('Content-Type');
  if (uploadType !== 'media' && uploadType !== 'multipart') {
    throw invalidParameter('uploadType', uploadType, 'the local Google takes media and multipart');
  }
  const body = Buffer.from(await c.req.arrayBuffer());
  return uploadType === 'media' ? { content: body, contentType } : readMultipart(contentType ?? '', body);
}

/** The parameter is in each of the paths it is asked of. */
function parameter(c: Context, name: 'bucket' | 'object'): string {
  return c.req.param(name) as string;
}

/** @throws StorageApiError 400 when the value is not a whole number from `min` */
function integer(c: Context, name: string, min = 0): number | undefined {
  const text = c.req.query(name);
  if (text === undefined) return undefined;
  if (!/^\d{1,19}$/.test(text) || Number(text) < min) throw invalidParameter(name, text, `a whole number from ${min}`);
  return Number(text);
}

function preconditions(c: Context): Preconditions {
  const names = [
    'ifGenerationMatch',
    'ifGenerationNotMatch',
    'ifMetagenerationMatch',
    'ifMetagenerationNotMatch',
  ] as const;
  return Object.fromEntries(names.map((name) => [name, integer(c, name)]).filter(([, value]) => value !== undefined));
}

function readOptions(c: Context): Preconditions & { generation?: number } {
  const generation = integer(c, 'generation');
  return { ...preconditions(c), ...(generation !== undefined && { generation }) };
}

/** An object as the API describes it: 64-bit numbers are strings. */
export function resourceOf(object: ObjectVersion): object {
  const { bucket, name, contentType, metadata, crc32c, md5Hash } = object;
  const time = new Date(object.created).toISOString();
  const generation = String(object.generation);
  return {
    kind: 'storage#object',
    id: `${bucket}/${name}/${generation}`,
    bucket,
    name,
    generation,
    metageneration: String(object.metageneration),
    contentType,
    size: String(object.content.length),
    storageClass: 'STANDARD',
    timeCreated: time,
    updated: time,
    etag: etagOf(object),
    crc32c,
    md5Hash,
    ...(Object.keys(metadata).length > 0 && { metadata }),
  };
}

function mediaHeaders(object: ObjectVersion): Record<string, string> {
  return {
    'Content-Type': object.contentType,
    'Content-Length': String(object.content.length),
    ETag: etagOf(object),
    'X-Goog-Generation': String(object.generation),
    'X-Goog-Metageneration': String(object.metageneration),
    'X-Goog-Hash': `crc32c=${object.crc32c},md5=${object.md5Hash}`,
    // Nobody can upload anything compressed here: `contentEncoding` is not taken.
    'X-Goog-Stored-Content-Encoding': 'identity',
    'X-Goog-Stored-Content-Length': String(object.content.length),
  };
}

function etagOf({ generation, metageneration }: ObjectVersion): string {
  return Buffer.from(`${generation}/${metageneration}`).toString('base64');
}
