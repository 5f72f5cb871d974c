import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { crc32c } from '../crc32c.ts';
import { UnconvertibleDocumentError } from './conversion/converter.ts';
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
  /** Of the object, with its compression and without. */
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
 * @throws UnconvertibleDocumentError `corrupt` when what is stored is not compressed as its `Content-Encoding` says
 */
export async function download(answer: IncomingMessage, options: DownloadOptions): Promise<Buffer> {
  const { bucket, name, onChunk } = options;
  const { headers } = answer;
  let checksum = 0;
  answer.on('data', (chunk: Buffer) => {
    onChunk();
    checksum = crc32c(chunk, checksum);
  });
  const stored = await limitedBytesOf(answer, options, Number(headers['content-length']) || 0);
  const expected = /(?:^|[ ,])crc32c=([^ ,]+)/.exec(String(headers['x-goog-hash'] ?? ''))?.[1];
  const encoding = headers['content-encoding'] ?? 'identity';
  const isAsStored = encoding === (headers['x-goog-stored-content-encoding'] ?? encoding);
  const received = base64Of(checksum);
  if (isAsStored && expected !== undefined && expected !== received) {
    throw new StorageError(
      0,
      `gs://${bucket}/${name} came damaged: its CRC32C is ${expected}, that of what came is ${received}.`,
    );
  }
  const decoder = DECODERS.get(encoding)?.();
  if (decoder === undefined) return stored;
  decoder.end(stored);
  try {
    return await limitedBytesOf(decoder, options);
  } catch (error) {
    if (error instanceof ObjectTooLargeError) throw error;
    // Whoever uploads says how it is encoded, and Cloud Storage does not look. To correct it does not change the generation.
    const message =
      `An object with Content-Encoding: ${encoding} must be compressed so; gs://${bucket}/${name} cannot be decompressed ` +
      `(${(error as Error).message}). Correct its Content-Encoding and replay the document, or upload it again.`;
    throw new UnconvertibleDocumentError('corrupt', message, { cause: error });
  }
}

/** @param declared bytes that there will be, where that is known before they come */
function limitedBytesOf(stream: Readable, { bucket, name, maxBytes }: DownloadOptions, declared = 0): Promise<Buffer> {
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
