import { createHash } from 'node:crypto';
import { access, constants, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { type ObjectStore, PreconditionFailedError } from '../google/object-store.ts';
import { UsageError } from './command-line.ts';
import type { ConversionOptions } from './conversion-options.ts';
import { printable } from './terminal-text.ts';

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

/**
 * Looks at all that was named, before anything begins.
 *
 * @param whyNot why one can never be processed, in a line; undefined when it can
 * @throws UsageError with a line for each that cannot
 */
export async function requireUsable(
  documents: readonly string[],
  whyNot: (document: string) => Promise<string | undefined>,
): Promise<void> {
  if (documents.includes('')) throw new UsageError('A file needs a name; received an empty one.');
  const reasons = await Promise.all(documents.map(whyNot));
  const problems = reasons.flatMap((reason, at) =>
    reason === undefined ? [] : [`${printable(documents[at] as string)}: ${reason}.`],
  );
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
}

/** A file that cannot be uploaded, and why. */
export class UnusableFileError extends Error {
  override readonly name = 'UnusableFileError';
}

interface UploadOptions {
  readonly store: Pick<ObjectStore, 'write'>;
  readonly bucket: string;
  /** How its name begins. @default '' */
  readonly prefix?: string | undefined;
  /** How it is to be converted, if not as the handler sees fit. @default as it sees fit */
  readonly how?: ConversionOptions;
  /** What a document may have. @default no limit: the service will refuse it */
  readonly maxBytes?: number;
  readonly signal: AbortSignal;
}

interface UploadedFile {
  /** `gs://` URI of the object. */
  readonly sourceUri: string;
  /** Whether it was not there before. */
  readonly isNew: boolean;
}

/**
 * Uploads a file under a hash of its content and its own name: the same file again is the same object, with the same generation,
 * and so the same document; another file of the same name overwrites nothing that still waits. How it is to be converted the object says
 * itself, so that an upload that hands itself in is the same document, too; to be converted in another way it is another object.
 *
 * @throws UnusableFileError when there is no such file, it cannot be read, or it is too large
 */
export async function uploadFile(
  file: string,
  { store, bucket, prefix = '', how: { method, ocr } = {}, maxBytes, signal }: UploadOptions,
): Promise<UploadedFile> {
  const bytes = await bytesOf(file, maxBytes);
  const metadata = { ...(method && { method }), ...(ocr && { ocr }) };
  const isAsked = Object.keys(metadata).length > 0;
  const hashed = createHash('sha256').update(bytes);
  if (isAsked) hashed.update(JSON.stringify(metadata));
  const hash = hashed.digest('hex').slice(0, 32);
  const name = `${prefix}${hash}/${path.basename(file)}`;
  const sourceUri = `gs://${bucket}/${name}`;
  try {
    const options = {
      contentType: 'application/octet-stream',
      ifGenerationMatch: '0',
      signal,
      ...(isAsked && { metadata }),
    };
    await store.write(bucket, name, bytes, options);
    return { sourceUri, isNew: true };
  } catch (error) {
    // It is there already, and its name says that it is the same.
    if (!(error instanceof PreconditionFailedError)) throw error;
    return { sourceUri, isNew: false };
  }
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
