import * as z from 'zod';
import { type DocumentTask, methodSchema, ocrSchema } from '../state/document-task.ts';
import { isOwnName } from '../state/state-objects.ts';

/** An object that was uploaded. How it is to be processed its own metadata say, whoever hands it in. */
export interface Upload extends Pick<DocumentTask, 'sourceUri' | 'generation'> {}

/** How an object asks to be processed, by its custom metadata. */
const ownOptionsSchema = z.object({ method: methodSchema.catch('auto'), ocr: ocrSchema.catch('auto') });

/**
 * What an object's custom metadata `method` and `ocr` ask for. A value that means nothing is no reason to lose a document: it counts
 * as not given.
 */
export function optionsOf(metadata: Readonly<Record<string, string>>): z.output<typeof ownOptionsSchema> {
  return ownOptionsSchema.parse(metadata);
}

/** Why an event leads to no document; the same event would never lead to one. */
export class IgnoredEventError extends Error {
  override name = 'IgnoredEventError';
}

/** What a push subscription sends (reference: "Push subscriptions"), as far as it is looked at. */
const pushSchema = z.object({ message: z.object({ attributes: z.record(z.string(), z.string()) }) });

/** Which names are documents'. */
export interface NameRules {
  /** How they begin. @default '' */
  readonly prefix: string;
  /** How they may end, capital letters or not. @default [] any */
  readonly suffixes: readonly string[];
}

interface UploadRules extends NameRules {
  readonly documentsBucket: string;
  readonly resultsBucket: string;
}

/** Whether an object of this name is a document. */
export function isDocumentName(objectId: string, { prefix, suffixes }: NameRules): boolean {
  const name = objectId.toLowerCase();
  const isWanted = suffixes.length === 0 || suffixes.some((suffix) => name.endsWith(suffix.toLowerCase()));
  // A folder made in the console is an object without content whose name ends in a slash.
  return objectId !== '' && !objectId.endsWith('/') && objectId.startsWith(prefix) && isWanted;
}

/**
 * Reads the notification of an object that was finished (reference: "Pub/Sub notifications for Cloud Storage").
 *
 * @param body of the push request
 * @throws IgnoredEventError when it is of something else, or of an object that is no document here
 */
export function uploadOf(body: unknown, { documentsBucket, resultsBucket, ...rules }: UploadRules): Upload {
  const push = pushSchema.safeParse(body);
  if (!push.success) throw new IgnoredEventError('It is not a message of a push subscription.');
  const { eventType, bucketId, objectId = '', objectGeneration = '' } = push.data.message.attributes;
  if (eventType !== 'OBJECT_FINALIZE') throw new IgnoredEventError(`It is not of an upload, but of ${eventType}.`);
  if (bucketId !== documentsBucket) {
    throw new IgnoredEventError(`Documents are read from gs://${documentsBucket} only; it is of gs://${bucketId}.`);
  }
  if (!isDocumentName(objectId, rules)) throw new IgnoredEventError(`${objectId} is no document by its name.`);
  // What is written of a document would be one, of which something is written, for ever.
  if (bucketId === resultsBucket && isOwnName(objectId)) {
    throw new IgnoredEventError(`${objectId} is written by the project itself.`);
  }
  return { sourceUri: `gs://${bucketId}/${objectId}`, generation: objectGeneration };
}
