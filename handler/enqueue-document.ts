import * as z from 'zod';
import { type ObjectStore, PreconditionFailedError } from '../google/object-store.ts';
import type { Clock } from '../time/clock.ts';
import type { CloudTasksClient } from './cloud-tasks-client.ts';
import { type DocumentRecord, isSameDocument, pendingRecord } from './document-record.ts';
import {
  type DocumentTask,
  documentIdFor,
  documentIdSchema,
  filenameSchema,
  generationSchema,
  methodSchema,
  ocrSchema,
  parseSourceUri,
  sourceUriSchema,
} from './document-task.ts';
import type { RecordStore, StoredRecord } from './record-store.ts';

/** Body of `POST /documents`: only the source is needed. */
export const enqueueRequestSchema = z.object({
  sourceUri: sourceUriSchema,
  /** @default the newest generation */
  generation: generationSchema.optional(),
  /** @default a hash of source, generation and options: the same document again is the same id */
  documentId: documentIdSchema.optional(),
  /** @default the last part of the source's name */
  filename: filenameSchema.optional(),
  method: methodSchema.default('auto'),
  ocr: ocrSchema.default('auto'),
});

export type EnqueueRequest = z.output<typeof enqueueRequestSchema>;

/** A document that cannot be accepted, and the HTTP status that says so. */
export class RefusedDocumentError extends Error {
  readonly httpStatus: 403 | 409 | 422;

  constructor(httpStatus: 403 | 409 | 422, message: string) {
    super(message);
    this.name = 'RefusedDocumentError';
    this.httpStatus = httpStatus;
  }
}

export interface EnqueueDependencies {
  readonly store: ObjectStore;
  readonly records: RecordStore;
  readonly tasks: CloudTasksClient;
  readonly clock: Clock;
  readonly documentsBucket: string;
  /** Ends the call, which can be repeated. @default nothing does */
  readonly signal?: AbortSignal;
}

/**
 * Accepts a document: first its record, then its tasks, so that a document that was accepted always has somebody to bring it to
 * an outcome. Safe to repeat at any point of failure: the record and the tasks are named after the document.
 *
 * @returns the document's record; PENDING when it is new or still waits
 * @throws RefusedDocumentError when it cannot be accepted
 * @throws MissingSettingsError before anything is written
 */
export async function enqueueDocument(
  request: EnqueueRequest,
  dependencies: EnqueueDependencies,
): Promise<DocumentRecord> {
  dependencies.tasks.requireSettings();
  const task = await taskFor(request, dependencies);
  const record = await findOrCreateRecord(task, dependencies);
  // A document that is being processed may still lack the task that looks after it, if an earlier call was cut off.
  if (record.status === 'PENDING' || record.status === 'PROCESSING') {
    await dependencies.tasks.createDocumentProcessingTask({ ...task, epoch: record.epoch });
  }
  return record;
}

async function taskFor(
  { sourceUri, generation, documentId, filename, method, ocr }: EnqueueRequest,
  { store, documentsBucket, signal }: EnqueueDependencies,
): Promise<DocumentTask> {
  const { bucket, object } = parseSourceUri(sourceUri) ?? { bucket: '', object: '' };
  if (bucket !== documentsBucket) {
    throw new RefusedDocumentError(403, `Documents are read from gs://${documentsBucket} only; received ${sourceUri}.`);
  }
  const source = await store.stat(bucket, object, { ...(generation && { generation }), ...(signal && { signal }) });
  if (source === undefined) {
    const which = generation === undefined ? sourceUri : `${sourceUri}#${generation}`;
    throw new RefusedDocumentError(422, `${which} does not exist. Upload the document first.`);
  }
  const reference = { sourceUri, generation: source.generation, method, ocr };
  return {
    ...reference,
    documentId: documentId ?? documentIdFor(reference),
    filename: filename ?? (object.split('/').at(-1) || object).slice(0, 255),
    epoch: 0,
  };
}

async function findOrCreateRecord(
  task: DocumentTask,
  { records, clock, signal }: EnqueueDependencies,
): Promise<DocumentRecord> {
  let stored: StoredRecord | undefined;
  try {
    // As if it were new, which most are: a look at first would be one call more for each of them.
    stored = await records.swap(undefined, pendingRecord(task, clock.now()), signal);
  } catch (error) {
    if (!(error instanceof PreconditionFailedError)) throw error;
    // It was enqueued before, or is by another caller at this moment.
    stored = await records.read(task.documentId, signal);
  }
  if (stored === undefined) throw new Error(`The record of document ${task.documentId} vanished while it was created.`);
  if (!isSameDocument(stored.record, task)) {
    const { sourceUri, generation } = stored.record;
    throw new RefusedDocumentError(
      409,
      `The id ${task.documentId} belongs to ${sourceUri}#${generation} with other options. Choose another id, or leave it out.`,
    );
  }
  return stored.record;
}
