import * as z from 'zod';
import { optionsOf } from '../events/upload-event.ts';
import type { ObjectInfo, ObjectStore } from '../google/object-store.ts';
import { isSameDocument } from '../state/document-state.ts';
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
} from '../state/document-task.ts';
import type { DocumentView } from '../state/document-view.ts';
import { openingOf } from '../state/state-objects.ts';
import type { StateStore } from '../state/state-store.ts';
import type { Clock } from '../time/clock.ts';
import type { CloudTasksClient } from './cloud-tasks-client.ts';
import { RefusedRequestError } from './http.ts';
import type { Settings } from './settings.ts';

/** Body of `POST /documents`: only the source is needed. */
export const enqueueRequestSchema = z.object({
  sourceUri: sourceUriSchema,
  /** @default the newest generation */
  generation: generationSchema.optional(),
  /** @default a hash of source, generation and options: the same document again is the same id */
  documentId: documentIdSchema.optional(),
  /** @default the last part of the source's name */
  filename: filenameSchema.optional(),
  /** @default what the object's own metadata say; else auto */
  method: methodSchema.optional(),
  /** @default as above */
  ocr: ocrSchema.optional(),
});

type EnqueueRequest = z.output<typeof enqueueRequestSchema>;

export interface EnqueueDependencies {
  readonly store: ObjectStore;
  readonly states: StateStore;
  readonly tasks: CloudTasksClient;
  readonly clock: Clock;
  readonly settings: Pick<Settings, 'documentsBucket'>;
  /** The trace that the hand-in belongs to, and all that comes of it. @default none */
  readonly traceparent?: string | undefined;
  /** Ends the call, which can be repeated. @default nothing does */
  readonly signal?: AbortSignal;
}

/**
 * Accepts a document: first its opening, then its tasks, so that a document that was accepted always has somebody to bring it to
 * an outcome. Safe to repeat at any point of failure: the opening and the tasks are named after the document and its epoch.
 *
 * @returns the document; PENDING when it is new or still waits
 * @throws RefusedRequestError when it cannot be accepted
 * @throws MissingSettingsError before anything is written
 */
export async function enqueueDocument(
  request: EnqueueRequest,
  dependencies: EnqueueDependencies,
): Promise<DocumentView> {
  dependencies.tasks.requireSettings();
  return acceptDocument(await taskFor(request, dependencies), dependencies);
}

/** Accepts a document whose source is known to be there. */
export async function acceptDocument(
  task: DocumentTask,
  dependencies: Omit<EnqueueDependencies, 'store' | 'settings'>,
): Promise<DocumentView> {
  const document = await openDocument(task, dependencies);
  // A document that is being processed may still lack the task that looks after it, if an earlier call was cut off.
  if (document.status === 'PENDING' || document.status === 'PROCESSING') {
    await dependencies.tasks.createDocumentProcessingTask(document);
  }
  return document;
}

/** @throws RefusedRequestError when it cannot be accepted */
export async function taskFor(
  request: EnqueueRequest,
  { store, settings, traceparent, signal }: EnqueueDependencies,
): Promise<DocumentTask> {
  const { sourceUri, generation } = request;
  const { documentsBucket } = settings;
  const { bucket, object } = parseSourceUri(sourceUri) ?? { bucket: '', object: '' };
  if (bucket !== documentsBucket) {
    throw new RefusedRequestError(
      403,
      'Refused',
      `Documents are read from gs://${documentsBucket} only; received ${sourceUri}.`,
    );
  }
  const source = await store.stat(bucket, object, { ...(generation && { generation }), signal });
  if (source === undefined) {
    const which = generation === undefined ? sourceUri : `${sourceUri}#${generation}`;
    throw new RefusedRequestError(422, 'Refused', `${which} does not exist. Upload the document first.`);
  }
  return { ...taskOf(request, source), ...(traceparent && { traceparent }) };
}

/**
 * The task of an object, by what was asked for and what the object says itself: the same upload is the same document, whoever hands
 * it in.
 */
export function taskOf(
  { sourceUri, documentId, filename, method, ocr }: EnqueueRequest,
  { generation, metadata }: Pick<ObjectInfo, 'generation' | 'metadata'>,
): DocumentTask {
  const own = optionsOf(metadata);
  const reference = { sourceUri, generation, method: method ?? own.method, ocr: ocr ?? own.ocr };
  const { object = '' } = parseSourceUri(sourceUri) ?? {};
  return {
    ...reference,
    documentId: documentId ?? documentIdFor(reference),
    filename: filename ?? (object.split('/').at(-1) || object).slice(0, 255),
    epoch: 0,
  };
}

/** Opens its first epoch, or finds how it is. */
async function openDocument(
  task: DocumentTask,
  { states, clock, signal }: Pick<EnqueueDependencies, 'states' | 'clock' | 'signal'>,
): Promise<DocumentView> {
  const { documentId } = task;
  for (let epoch = 0; ; ) {
    // As if it were new, which most are: a look at first would be one call more for each of them.
    const opening = openingOf(task, 'accepted', clock.now());
    if (await states.open(documentId, epoch, opening, signal)) return newView({ ...task, epoch }, opening.at);

    // It was enqueued before, or is by another caller at this moment.
    const state = await states.read(documentId, signal);
    if (state.deletedAs !== undefined) throw deletedBefore(documentId);
    const known = state.epochs.at(-1);
    if (known && !isSameDocument(known, task)) throw otherDocument(documentId, known.task);
    const view = await states.viewOf(state, clock.now(), signal);
    if (view !== undefined) return view;
    // Everything but its openings is too old to be kept: it begins again.
    epoch = (known?.task.epoch ?? -1) + 1;
  }
}

function newView(task: DocumentTask, at: string): DocumentView {
  return { ...task, status: 'PENDING', attempts: 0, createdAt: at, updatedAt: at };
}

function deletedBefore(documentId: string): RefusedRequestError {
  return new RefusedRequestError(
    410,
    'Deleted',
    `Document ${documentId} was deleted. Its id can be used again when the mark of that is old enough to be removed, where the ` +
      'results bucket removes what is old. Choose another id.',
  );
}

function otherDocument(documentId: string, { sourceUri, generation }: DocumentTask): RefusedRequestError {
  return new RefusedRequestError(
    409,
    'Refused',
    `The id ${documentId} belongs to ${sourceUri}#${generation} with other options. Choose another id, or leave it out.`,
  );
}
