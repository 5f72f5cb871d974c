import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { CloudStorage } from '../handler/cloud-storage.ts';
import { type DocumentTask, parseSourceUri } from '../handler/document-task.ts';
import type { Document, DocumentService } from './document-service.ts';
import type { DocumentOutcome } from './outcome.ts';
import type { ResultsFolder } from './results-folder.ts';

export interface ProcessingTools {
  /** How the file is to be converted. @default as the handler sees fit */
  readonly how?: Pick<DocumentTask, 'method' | 'ocr'>;
  readonly storage: CloudStorage;
  readonly documentsBucket: string;
  readonly service: DocumentService;
  readonly results: ResultsFolder;
  readonly signal: AbortSignal;
  /** Whether Cloud Tasks has a document's task no more, after which no attempt follows. */
  readonly isTaskGone: (document: Document) => boolean;
  readonly onChange: (status: string, detail: string) => void;
}

/** File systems take 255 bytes, results add `.fields.json.part`, and a table wants to be read. */
const MAX_NAME_LENGTH = 200;

/** The whole way of one file: uploaded, enqueued, followed, its results written. A file that cannot be read is FAILED. */
export async function processFile(file: string, name: string, tools: ProcessingTools): Promise<DocumentOutcome> {
  const started = performance.now();
  const document = path.basename(file);
  const outcome = (status: DocumentOutcome['status'], facts: Partial<DocumentOutcome>): DocumentOutcome => {
    const seconds = Math.round(performance.now() - started) / 1000;
    return { document, status, attempts: 0, seconds, markdown: null, reason: null, ...facts };
  };

  const unreadable =
    name.length > MAX_NAME_LENGTH ? `name too long: at most ${MAX_NAME_LENGTH} characters` : await whyUnreadable(file);
  if (unreadable !== undefined) return outcome('FAILED', { reason: unreadable });
  let attempts = 0;
  const onSeen = (seen: Document) => {
    attempts = seen.attempts;
  };
  try {
    for (const extension of ['.md', '.json', '.fields.json']) await tools.results.remove(name + extension);
    const { error, result } = await uploadAndFollow(file, name, onSeen, tools);
    if (result === undefined) {
      return outcome('FAILED', { attempts, reason: error ? `${error.reason}: ${error.message}` : 'no result' });
    }
    const markdown = await download(result.markdownUri, `${name}.md`, tools);
    await download(result.metadataUri, `${name}.json`, tools);
    const { pages, characters, partial, fieldsUri } = result;
    const fields = fieldsUri === undefined ? undefined : await download(fieldsUri, `${name}.fields.json`, tools);
    return outcome('COMPLETED', { attempts, markdown, fields, pages, characters, partial });
  } catch (error) {
    if (tools.signal.aborted) throw error;
    return outcome('FAILED', { attempts, reason: `error: ${(error as Error).message}` });
  }
}

/** Why a path leads to no file, in a line; undefined when it leads to one. */
export async function whyUnreadable(file: string): Promise<string | undefined> {
  try {
    return (await stat(file)).isFile() ? undefined : `not a file: ${file}`;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? `missing: there is no file ${file}` : `unreadable: ${message}`;
  }
}

async function uploadAndFollow(
  file: string,
  name: string,
  onSeen: (document: Document) => void,
  tools: ProcessingTools,
): Promise<Document> {
  const { how, storage, documentsBucket, service, signal, onChange, isTaskGone } = tools;
  const bytes = await readFile(file);
  // The name is the document's own, so that two files of one name do not overwrite each other.
  await storage.write(documentsBucket, name, bytes, { contentType: 'application/octet-stream', signal });
  const filename = path.basename(file);
  const { documentId } = await service.enqueue(
    { sourceUri: `gs://${documentsBucket}/${name}`, filename, ...how },
    signal,
  );
  const show = (document: Document) => {
    onSeen(document);
    const { status, attempts, error } = document;
    if (status === 'PENDING') onChange(status, error ? `attempt ${attempts} failed: ${error.message}` : '');
    if (status === 'PROCESSING') onChange(status, `attempt ${attempts}`);
  };
  let wasGone = false;
  return service.follow(
    documentId,
    (document) => {
      // Looked at twice: the outcome is stored before the task ends, but may have been read before that.
      if (wasGone) throw new Error('Cloud Tasks gave up on it: no attempt came to an end.');
      wasGone = isTaskGone(document);
    },
    show,
    signal,
  );
}

async function download(uri: string, name: string, { storage, results, signal }: ProcessingTools): Promise<string> {
  const { bucket, object } = parseSourceUri(uri) ?? { bucket: '', object: '' };
  const stored = await storage.read(bucket, object, { signal });
  if (stored === undefined) throw new Error(`The result ${uri} is not there.`);
  return results.write(name, stored.bytes);
}
