import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { bytesOf } from './http-call.ts';
import { ObjectTooLargeError, StorageError } from './object-store.ts';

/** How an object can be encoded that its uploader has compressed. */
const DECODERS = new Map<string, () => Transform>([
  ['gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);

/** Asked of a download: otherwise Cloud Storage decompresses on the way, and nothing could be checked ("Transcoding"). */
export const AS_STORED = { 'Accept-Encoding': 'gzip' };

export interface DownloadOptions {
  /** Which object it is, for the errors. */
  readonly bucket: string;
  readonly name: string;
  /** Of the object without its compression. */
  readonly maxBytes: number;
  /** Called with each piece that comes. */
  readonly onChunk: () => void;
}

/**
 * The content of an object out of the answer to a download: decompressed where it is stored compressed, and checked against the
 * MD5 that comes with it. Objects that were composed of others have none (only a CRC32C, which Node cannot compute quickly):
 * for them, as for all, the connection's own checks hold.
 *
 * @throws ObjectTooLargeError as soon as there are more than `maxBytes`
 * @throws StorageError with status 0 when what came is not what is stored
 */
export async function download(answer: IncomingMessage, options: DownloadOptions): Promise<Buffer> {
  const { bucket, name, maxBytes, onChunk } = options;
  const { headers } = answer;
  const hash = createHash('md5');
  answer.on('data', (chunk: Buffer) => {
    onChunk();
    hash.update(chunk);
  });
  let size = 0;
  const bytes = await bytesOf(decoded(answer), (chunk) => {
    size += chunk.length;
    // What is declared may be less: a compressed object grows on its way.
    const declared = Number(headers['content-length']) || 0;
    if (size > maxBytes) throw new ObjectTooLargeError(bucket, name, Math.max(declared, size), maxBytes);
  });
  const expected = /(?:^|[ ,])md5=([^ ,]+)/.exec(String(headers['x-goog-hash'] ?? ''))?.[1];
  const encoding = headers['content-encoding'] ?? 'identity';
  const isAsStored = encoding === (headers['x-goog-stored-content-encoding'] ?? encoding);
  const received = hash.digest('base64');
  if (isAsStored && expected !== undefined && expected !== received) {
    throw new StorageError(
      0,
      `gs://${bucket}/${name} came damaged: its MD5 is ${expected}, that of what came is ${received}.`,
    );
  }
  return bytes;
}

/** What an answer says, without the compression it came in. */
export function decoded(answer: IncomingMessage): Readable {
  const decoder = DECODERS.get(answer.headers['content-encoding'] ?? '');
  // The error of one is the error of both: whoever reads hears of it.
  return decoder === undefined ? answer : pipeline(answer, decoder(), () => {});
}
