import { type ObjectStore, ObjectTooLargeError } from '../google/object-store.ts';
import { parseSourceUri } from '../state/document-task.ts';
import type { DocumentResult } from '../state/state-objects.ts';
import type { StateStore } from '../state/state-store.ts';
import type { Clock } from '../time/clock.ts';
import { noDocument, RefusedRequestError } from './http.ts';

/** What a result consists of. */
export const RESULT_PARTS = ['markdown', 'metadata', 'fields'] as const;
export type ResultPart = (typeof RESULT_PARTS)[number];

export interface ResultDependencies {
  readonly states: StateStore;
  readonly store: ObjectStore;
  readonly clock: Clock;
  /** Ends the call. @default nothing does */
  readonly signal?: AbortSignal;
}

/** Which of the parts a result has, and where. */
export async function resultOf(
  documentId: string,
  { states, clock, signal }: ResultDependencies,
): Promise<DocumentResult> {
  const document = await states.view(documentId, clock.now(), signal);
  if (document === undefined) throw noDocument(documentId);
  if (document.result) return document.result;
  throw new RefusedRequestError(
    409,
    'No result',
    `Document ${documentId} is ${document.status}; only a COMPLETED one has a result.`,
  );
}

/**
 * Reads a part of a result.
 *
 * @param maxBytes that it may have. @default any number
 * @returns undefined where the result has no such part: fields, where none are extracted
 * @throws RefusedRequestError 410 when it is not stored any more, 413 above `maxBytes`
 */
export async function readResultPart(
  { markdownUri, metadataUri, fieldsUri }: DocumentResult,
  part: ResultPart,
  { store, signal }: Pick<ResultDependencies, 'store' | 'signal'>,
  maxBytes = Number.POSITIVE_INFINITY,
): Promise<Uint8Array | undefined> {
  const uri = { markdown: markdownUri, metadata: metadataUri, fields: fieldsUri }[part];
  if (uri === undefined) return undefined;
  const { bucket, object } = parseSourceUri(uri) ?? { bucket: '', object: '' };
  try {
    const stored = await store.read(bucket, object, { maxBytes, signal });
    if (stored === undefined) throw new RefusedRequestError(410, 'Gone', `${uri} is not stored any more.`);
    return stored.bytes;
  } catch (error) {
    if (!(error instanceof ObjectTooLargeError)) throw error;
    throw new RefusedRequestError(413, 'Too large', `${error.message} Read it from there.`, { cause: error });
  }
}
