import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable, type Transform } from 'node:stream';
import { finished } from 'node:stream/promises';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { crc32c } from './crc32c.ts';
import { bytesOf } from './http-call.ts';
import { FalseEncodingError, ObjectTooLargeError, StorageError } from './object-store.ts';

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
 * The content of an object out of the answer to a download: checked against the CRC32C that comes with it, and decompressed where
 * it is stored compressed. Not against the MD5: objects that were composed of others have none, and it takes longer.
 *
 * @throws ObjectTooLargeError as soon as there are more than `maxBytes`
 * @throws StorageError with status 0 when what came is not what is stored
 * @throws FalseEncodingError when what is stored is not compressed as its `Content-Encoding` says
 */
export async function download(answer: IncomingMessage, options: DownloadOptions): Promise<Buffer> {
  const { bucket, name, maxBytes, onChunk } = options;
  const { headers } = answer;
  const encoding = headers['content-encoding'] ?? 'identity';
  const decoder = DECODERS.get(encoding)?.();
  let checksum = 0;
  let received = 0;
  let isRead = false;
  answer.on('data', (chunk: Buffer) => {
    onChunk();
    checksum = crc32c(chunk, checksum);
    received += chunk.length;
    if (isRead && received > maxBytes) answer.destroy(new ObjectTooLargeError(bucket, name, received, maxBytes));
  });
  const whole = finished(answer);
  whole.catch((error) => decoder?.destroy(error));
  let content: Buffer | undefined;
  let reason = '';
  try {
    content = await limitedBytesOf(
      decoder ? answer.pipe(decoder) : answer,
      options,
      Number(headers['content-length']) || 0,
    );
  } catch (error) {
    if (decoder === undefined || answer.errored || error instanceof ObjectTooLargeError) {
      answer.destroy();
      throw error;
    }
    reason = (error as Error).message;
  }
  // The checksum is of all that is stored, also of what follows the place where decompression has ended or failed.
  isRead = true;
  answer.resume();
  await whole;

  const expected = /(?:^|[ ,])crc32c=([^ ,]+)/.exec(String(headers['x-goog-hash'] ?? ''))?.[1];
  const isAsStored = encoding === (headers['x-goog-stored-content-encoding'] ?? encoding);
  const isChecked = isAsStored && expected !== undefined;
  const actual = base64Of(checksum);
  if (isChecked && expected !== actual) {
    throw damaged(options, `its CRC32C is ${expected}, that of what came is ${actual}`);
  }
  if (content !== undefined) return content;
  throw isChecked ? new FalseEncodingError(bucket, name, encoding, reason) : damaged(options, reason);
}

function damaged({ bucket, name }: DownloadOptions, how: string): StorageError {
  return new StorageError(0, `gs://${bucket}/${name} came damaged: ${how}.`);
}

/** @param declared bytes that there will be, where that is known before they come */
function limitedBytesOf(
  stream: Readable,
  { bucket, name, maxBytes }: DownloadOptions,
  declared: number,
): Promise<Buffer> {
  let size = 0;
  return bytesOf(stream, (chunk) => {
    size += chunk.length;
    if (size > maxBytes) throw new ObjectTooLargeError(bucket, name, Math.max(declared, size), maxBytes);
  });
}

/** As Cloud Storage writes it: the four bytes, the most significant one first (reference: `x-goog-hash`). */
function base64Of(checksum: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(checksum);
  return bytes.toString('base64');
}

/** What an answer says, without the compression it came in. */
export function decoded(answer: IncomingMessage): Readable {
  const decoder = DECODERS.get(answer.headers['content-encoding'] ?? '');
  // The error of one is the error of both: whoever reads hears of it.
  return decoder === undefined ? answer : pipeline(answer, decoder(), () => {});
}
