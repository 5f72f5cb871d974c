import path from 'node:path';
import { parseSourceUri } from '../state/document-task.ts';
import { folderOf, RESULTS_PREFIX } from '../state/state-objects.ts';
import type { Clock } from '../time/clock.ts';
import type { ConversionOptions } from './conversion-options.ts';
import type { ShownDocument } from './document-service.ts';
import type { LocalDeployment } from './local-deployment.ts';
import type { DocumentOutcome } from './outcome.ts';
import type { ResultsFolder } from './results-folder.ts';
import { uploadFile } from './upload-file.ts';

interface ProcessingOptions {
  readonly deployment: LocalDeployment;
  /** How the file is to be converted. @default as the handler sees fit */
  readonly how?: ConversionOptions;
  /** Whether the upload alone hands it in, and says how it is to be converted. @default false */
  readonly isUploadOnly?: boolean;
  readonly results: ResultsFolder;
  readonly clock: Pick<Clock, 'now'>;
  /** Takes each step on the way to the outcome. */
  readonly onChange: (status: string, detail: string) => void;
  readonly signal: AbortSignal;
}

/** What a document's results are called: its name, and one of these. */
const RESULTS = { markdown: '.md', metadata: '.json', fields: '.fields.json', rejected: '.rejected-answer.json' };

/**
 * The whole way of one file: uploaded, enqueued, followed, its results written. A file that cannot be read is FAILED.
 *
 * @param name of its results, without their endings
 * @throws the signal's reason; whatever else goes wrong is the reason why this document is FAILED
 */
export async function processFile(file: string, name: string, options: ProcessingOptions): Promise<DocumentOutcome> {
  const { deployment, how, results, clock, signal } = options;
  const { storage, documentsBucket, uploadsPrefix, service } = deployment;
  const started = clock.now();
  let seen: ShownDocument | undefined;
  const outcome = (status: DocumentOutcome['status'], facts: Partial<DocumentOutcome>): DocumentOutcome => {
    const seconds = (clock.now() - started) / 1000;
    const attempts = seen?.attempts ?? 0;
    const documentId = seen?.documentId;
    return {
      document: path.basename(file),
      documentId,
      status,
      attempts,
      seconds,
      markdown: null,
      reason: null,
      ...facts,
    };
  };
  try {
    for (const ending of Object.values(RESULTS)) await results.remove(name + ending);
    const { sourceUri } = await uploadFile(file, {
      store: storage,
      bucket: documentsBucket,
      prefix: uploadsPrefix,
      ...(how && { how }),
      signal,
    });
    const { documentId } = await service.enqueue({ sourceUri, ...how }, signal);
    for await (seen of stepsOf(documentId, options));
    return seen?.result === undefined
      ? outcome('FAILED', await reasonOf(documentId, seen?.error, name, options))
      : outcome('COMPLETED', await saved(seen.result, name, options));
  } catch (error) {
    if (signal.aborted) throw error;
    return outcome('FAILED', { reason: `error: ${(error as Error).message}` });
  }
}

/** What becomes of a document until it has its outcome, which comes last; says each change on the way. */
async function* stepsOf(
  documentId: string,
  { deployment, isUploadOnly = false, clock, onChange, signal }: ProcessingOptions,
): AsyncGenerator<ShownDocument> {
  let last = '';
  let wasGone = false;
  // Whoever hands a document in is answered when its task is made; an upload's can be seen before.
  let hadTask = !isUploadOnly;
  /** The failed attempt after which the next one was announced. */
  let announced = 0;
  for await (const document of deployment.service.looksAt(documentId, signal)) {
    yield document;
    const { status, attempts, error } = document;
    const hasFailed = status === 'PENDING' && error !== undefined;
    if (last !== `${status} ${attempts}`) {
      if (hasFailed) onChange(status, `attempt ${attempts} failed: ${error.message}`);
      else if (status === 'PENDING') onChange(status, '');
      else if (status === 'PROCESSING') onChange(status, `attempt ${attempts}`);
    }
    last = `${status} ${attempts}`;
    if (status === 'COMPLETED' || status === 'FAILED') return;

    // Looked at twice: the outcome is stored before the task ends, but may have been read before that.
    if (wasGone) throw new Error('Cloud Tasks gave up on it: no attempt came to an end.');
    const next = deployment.nextAttemptAt(document);
    hadTask ||= next !== undefined;
    wasGone = hadTask && next === undefined;
    // Cloud Tasks knows the time only when it has the answer of the attempt that failed.
    const seconds = Math.ceil(((next ?? 0) - clock.now()) / 1000);
    if (!hasFailed || attempts === announced || seconds <= 0) continue;
    announced = attempts;
    onChange(status, `attempt ${attempts + 1} in ${seconds} s`);
  }
}

/** Writes what a COMPLETED document became. */
async function saved(
  { markdownUri, metadataUri, fieldsUri, pages, characters, partial }: NonNullable<ShownDocument['result']>,
  name: string,
  options: ProcessingOptions,
): Promise<Partial<DocumentOutcome>> {
  const markdown = await download(markdownUri, name + RESULTS.markdown, options);
  await download(metadataUri, name + RESULTS.metadata, options);
  const fields = fieldsUri === undefined ? undefined : await download(fieldsUri, name + RESULTS.fields, options);
  return { markdown, fields, pages, characters, partial };
}

/** Why a document is FAILED. Writes what a model answered and was not accepted: the bucket is gone when the command ends. */
async function reasonOf(
  documentId: string,
  error: ShownDocument['error'],
  name: string,
  options: ProcessingOptions,
): Promise<Partial<DocumentOutcome>> {
  const reason = error ? `${error.reason}: ${error.message}` : 'no result';
  const rejected = await rejectedAnswerOf(documentId, options);
  if (rejected === undefined) return { reason };
  const rejectedAnswer = await download(rejected, name + RESULTS.rejected, options);
  return { rejectedAnswer, reason: reason.replace(rejected, () => rejectedAnswer) };
}

/** `gs://` URI of the answer that was not accepted, in whichever attempt; undefined when there is none. */
async function rejectedAnswerOf(
  documentId: string,
  { deployment: { storage, resultsBucket }, signal }: ProcessingOptions,
): Promise<string | undefined> {
  for await (const { name } of storage.list(resultsBucket, folderOf(RESULTS_PREFIX, documentId), { signal })) {
    if (name.endsWith('/rejected-answer.json')) return `gs://${resultsBucket}/${name}`;
  }
  return undefined;
}

/** @returns the path of the file that the object became */
async function download(
  uri: string,
  name: string,
  { deployment, results, signal }: ProcessingOptions,
): Promise<string> {
  const { bucket, object } = parseSourceUri(uri) ?? { bucket: '', object: '' };
  const stored = await deployment.storage.read(bucket, object, { signal });
  if (stored === undefined) throw new Error(`The result ${uri} is not there.`);
  return results.write(name, stored.bytes);
}
