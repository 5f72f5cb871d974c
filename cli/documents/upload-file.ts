import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { PreconditionFailedError } from '../../google/object-store.ts';
import { whyUnreadable } from '../process-file.ts';
import { DocumentFailure } from './each-document.ts';
import type { Operator } from './operator.ts';

/**
 * Uploads a file to the documents bucket, under a hash of its content and its own name: the same file again is the same object,
 * with the same generation, and so the same document; another file of the same name overwrites nothing that still waits.
 *
 * @returns `gs://` URI of the object
 * @throws DocumentFailure when there is no such file, it cannot be read, or it is larger than a document may be
 */
export async function uploadFile(
  file: string,
  { store, documentsBucket, maxDocumentBytes }: Pick<Operator, 'store' | 'documentsBucket' | 'maxDocumentBytes'>,
): Promise<string> {
  const bytes = await bytesOf(file, maxDocumentBytes);
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 32);
  const name = `${hash}/${path.basename(file)}`;
  try {
    const options = { contentType: 'application/octet-stream', ifGenerationMatch: '0' };
    await store.write(documentsBucket, name, bytes, options);
  } catch (error) {
    // It is there already, and its name says that it is the same.
    if (!(error instanceof PreconditionFailedError)) throw error;
  }
  return `gs://${documentsBucket}/${name}`;
}

async function bytesOf(file: string, maxBytes: number): Promise<Uint8Array> {
  const unreadable = await whyUnreadable(file);
  if (unreadable !== undefined) throw new DocumentFailure(unreadable);
  const { size } = await stat(file);
  if (size > maxBytes) throw new DocumentFailure(`too large: it has ${size} bytes; at most ${maxBytes} are taken`);
  try {
    return await readFile(file);
  } catch (error) {
    throw new DocumentFailure(`cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}
