import type { IncomingMessage } from 'node:http';
import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { base64Crc32c, crc32c } from './crc32c.ts';
import { FalseEncodingError, ObjectTooLargeError, StorageError } from './object-store.ts';
import { readUpTo } from './read-up-to.ts';

/** Asked of a download: otherwise Cloud Storage decompresses on the way, and nothing could be checked ("Transcoding"). */
export const AS_STORED = { 'Accept-Encoding': 'gzip' };

/** How an object can be encoded that its uploader has compressed. */
const DECODERS = new Map<string, () => Transform>([
  ['gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);

interface DownloadOptions {
  /** Which object it is, for the errors. */
  readonly bucket: string;
  readonly name: string;
  /** Of the object without its compression. */
  readonly maxBytes: number;
  /** Called with each piece that comes. */
  readonly onChunk: () => void;
}

/**
 * The content of an object out of the answer to a download: read as it is stored, checked against the CRC32C that comes with it,
 * and then decompressed where it is stored compressed.
 *
 * @throws ObjectTooLargeError as soon as there are more than `maxBytes`
 * @throws StorageError with status 0 when what came is not what is stored
 * @throws FalseEncodingError when what is stored is not compressed as its `Content-Encoding` says
 */
export async function download(answer: IncomingMessage, options: DownloadOptions): Promise<Buffer> {
  const { bucket, name, maxBytes } = options;
  const encoding = answer.headers['content-encoding'];
  const { bytes, checksum } = await readStored(answer, options);
  const expected = storedChecksum(answer);
  if (expected !== undefined && expected !== checksum) {
    throw damaged(options, `its CRC32C is ${expected}, that of what came is ${checksum}`);
  }
  try {
    return await decompressed(bytes, encoding, maxBytes, (size) => tooLarge(options, size));
  } catch (error) {
    if (error instanceof ObjectTooLargeError) throw error;
    const { message } = error as Error;
    // What is known to be what is stored was stored so: another download would be the same.
    throw expected === undefined
      ? damaged(options, message)
      : new FalseEncodingError(bucket, name, String(encoding), message);
  }
}

/** The bytes as they are stored, and their CRC32C. */
async function readStored(answer: IncomingMessage, options: DownloadOptions) {
  const { maxBytes, onChunk } = options;
  const declared = Number(answer.headers['content-length']) || 0;
  const isCompressed = DECODERS.has(answer.headers['content-encoding'] ?? '');
  let checksum = 0;
  const bytes = await readUpTo(
    answer,
    isCompressed ? longestCompressed(maxBytes) : maxBytes,
    (size) => tooLarge(options, Math.max(declared, size)),
    (chunk) => {
      onChunk();
      // Piece by piece: that of a large object at once would hold up everything else.
      checksum = crc32c(chunk, checksum);
    },
  );
  return { bytes, checksum: base64Crc32c(checksum) };
}

/** Content that cannot be compressed becomes longer by it: by 0.03 % with zlib (its `compressBound`), and by a header. */
function longestCompressed(bytes: number): number {
  return bytes * 1.001 + 1024;
}

/**
 * The CRC32C that the bytes of an answer must have; undefined where it has none, or they were recoded on their way. Not the MD5:
 * objects that were composed of others have none, and it takes longer.
 */
function storedChecksum({ headers }: IncomingMessage): string | undefined {
  const encoding = headers['content-encoding'] ?? 'identity';
  const isAsStored = encoding === (headers['x-goog-stored-content-encoding'] ?? encoding);
  return isAsStored ? /(?:^|[ ,])crc32c=([^ ,]+)/.exec(String(headers['x-goog-hash'] ?? ''))?.[1] : undefined;
}

/**
 * Bytes without the compression that they have by their `Content-Encoding`; as they are where that is none that is known.
 *
 * @throws what `tooLarge` returns for more than `maxBytes`, or zlib's error
 */
export async function decompressed(
  bytes: Buffer,
  encoding: string | undefined,
  maxBytes: number,
  tooLarge: (bytes: number) => Error,
): Promise<Buffer> {
  const decoder = DECODERS.get(encoding ?? '')?.();
  if (decoder === undefined) return bytes;
  decoder.end(bytes);
  return readUpTo(decoder, maxBytes, tooLarge);
}

function tooLarge({ bucket, name, maxBytes }: DownloadOptions, size: number): ObjectTooLargeError {
  return new ObjectTooLargeError(bucket, name, size, maxBytes);
}

function damaged({ bucket, name }: DownloadOptions, how: string): StorageError {
  return new StorageError(0, `gs://${bucket}/${name} came damaged: ${how}.`);
}
