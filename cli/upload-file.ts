import { createHash } from 'node:crypto';
import { access, constants, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { type ObjectMetadata, type ObjectStore, PreconditionFailedError } from '../google/object-store.ts';

/** Why a path leads to no file that can be uploaded, in a line; undefined when it leads to one. */
export async function whyUnreadable(file: string): Promise<string | undefined> {
  try {
    if (!(await stat(file)).isFile()) return 'is no file';
    await access(file, constants.R_OK);
    // Of the rules for the names of objects (https://cloud.google.com/storage/docs/objects#naming) a file can break only this one.
    return /[\r\n]/.test(path.basename(file))
      ? 'its name has a line break, which Cloud Storage does not take: rename it'
      : undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code ?? message})`;
  }
}

/** A file that cannot be uploaded, and why. */
export class UnusableFileError extends Error {
  override readonly name = 'UnusableFileError';
}

export interface UploadOptions {
  readonly store: Pick<ObjectStore, 'write'>;
  readonly bucket: string;
  /** Custom metadata, by which an object says how it is to be converted. @default none */
  readonly metadata?: ObjectMetadata;
  /** What a document may have. @default no limit: the service will refuse it */
  readonly maxBytes?: number;
  readonly signal: AbortSignal;
}

/**
 * Uploads a file under a hash of its content and its own name: the same file again is the same object, with the same generation,
 * and so the same document; another file of the same name overwrites nothing that still waits.
 *
 * @returns `gs://` URI of the object
 * @throws UnusableFileError when there is no such file, it cannot be read, or it is too large
 */
export async function uploadFile(
  file: string,
  { store, bucket, metadata, maxBytes, signal }: UploadOptions,
): Promise<string> {
  const bytes = await bytesOf(file, maxBytes);
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 32);
  const name = `${hash}/${path.basename(file)}`;
  try {
    const options = {
      contentType: 'application/octet-stream',
      ifGenerationMatch: '0',
      signal,
      ...(metadata && { metadata }),
    };
    await store.write(bucket, name, bytes, options);
  } catch (error) {
    // It is there already, and its name says that it is the same.
    if (!(error instanceof PreconditionFailedError)) throw error;
  }
  return `gs://${bucket}/${name}`;
}

async function bytesOf(file: string, maxBytes = Number.POSITIVE_INFINITY): Promise<Uint8Array> {
  const unreadable = await whyUnreadable(file);
  if (unreadable !== undefined) throw new UnusableFileError(unreadable);
  const { size } = await stat(file);
  if (size > maxBytes) throw new UnusableFileError(`too large: it has ${size} bytes; at most ${maxBytes} are taken`);
  try {
    return await readFile(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UnusableFileError(`cannot be read (${code ?? message})`);
  }
}
