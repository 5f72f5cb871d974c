import { access, constants, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { CloudStorage } from '../google/cloud-storage.ts';
import { type DocumentTask, parseSourceUri } from '../handler/document-task.ts';
import type { Document, DocumentService } from './document-service.ts';
import type { DocumentOutcome } from './outcome.ts';
import type { ResultsFolder } from './results-folder.ts';

export interface ProcessingTools {
  /** How the file is to be converted. @default as the handler sees fit */
  readonly how?: Pick<DocumentTask, 'method' | 'ocr'>;
  readonly storage: CloudStorage;
  readonly documentsBucket: string;
  readonly resultsBucket: string;
  readonly service: DocumentService;
  readonly results: ResultsFolder;
  readonly signal: AbortSignal;
  /**
   * When Cloud Tasks is to try a document's task next, in milliseconds since the epoch: in the past while an attempt is on its
   * way. Undefined when it has the task no more, after which no attempt follows.
   */
  readonly nextAttemptAt: (document: Document) => number | undefined;
  readonly onChange: (status: string, detail: string) => void;
}

const REJECTED = 'rejected-answer.json';

/** The whole way of one file: uploaded, enqueued, followed, its results written. A file that cannot be read is FAILED. */
export async function processFile(file: string, name: string, tools: ProcessingTools): Promise<DocumentOutcome> {
  const started = performance.now();
  const document = path.basename(file);
  const outcome = (status: DocumentOutcome['status'], facts: Partial<DocumentOutcome>): DocumentOutcome => {
    const seconds = Math.round(performance.now() - started) / 1000;
    return { document, status, attempts: 0, seconds, markdown: null, reason: null, ...facts };
  };

  let attempts = 0;
  const onSeen = (seen: Document) => {
    attempts = seen.attempts;
  };
  try {
    for (const extension of ['.md', '.json', '.fields.json', `.${REJECTED}`])
      await tools.results.remove(name + extension);
    const { documentId, error, result } = await uploadAndFollow(file, name, onSeen, tools);
    if (result === undefined) {
      const reason = error ? `${error.reason}: ${error.message}` : 'no result';
      const rejected = await rejectedAnswerOf(documentId, tools);
      if (rejected === undefined) return outcome('FAILED', { attempts, reason });
      const rejectedAnswer = await download(rejected, `${name}.${REJECTED}`, tools);
      // The bucket is gone when this command ends.
      return outcome('FAILED', { attempts, rejectedAnswer, reason: reason.replace(rejected, () => rejectedAnswer) });
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

async function uploadAndFollow(
  file: string,
  name: string,
  onSeen: (document: Document) => void,
  tools: ProcessingTools,
): Promise<Document> {
  const { how, storage, documentsBucket, service, signal, onChange, nextAttemptAt } = tools;
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
  /** The failed attempt after which the next one was announced. */
  let announced = 0;
  return service.follow(
    documentId,
    (document) => {
      // Looked at twice: the outcome is stored before the task ends, but may have been read before that.
      if (wasGone) throw new Error('Cloud Tasks gave up on it: no attempt came to an end.');
      const next = nextAttemptAt(document);
      wasGone = next === undefined;
      const { status, attempts, error } = document;
      const seconds = Math.ceil(((next ?? 0) - Date.now()) / 1000);
      // Cloud Tasks knows the time only when it has the answer of the attempt that failed.
      if (status !== 'PENDING' || error === undefined || attempts === announced || seconds <= 0) return;
      announced = attempts;
      onChange(status, `attempt ${attempts + 1} in ${seconds} s`);
    },
    show,
    signal,
  );
}

/** `gs://` URI of what a model answered and was not accepted, in whichever attempt; undefined when there is nothing. */
async function rejectedAnswerOf(
  documentId: string,
  { storage, resultsBucket, signal }: ProcessingTools,
): Promise<string | undefined> {
  for await (const object of storage.list(resultsBucket, `results/${documentId}/`, { signal })) {
    if (object.endsWith(`/${REJECTED}`)) return `gs://${resultsBucket}/${object}`;
  }
  return undefined;
}

async function download(uri: string, name: string, { storage, results, signal }: ProcessingTools): Promise<string> {
  const { bucket, object } = parseSourceUri(uri) ?? { bucket: '', object: '' };
  const stored = await storage.read(bucket, object, { signal });
  if (stored === undefined) throw new Error(`The result ${uri} is not there.`);
  return results.write(name, stored.bytes);
}
