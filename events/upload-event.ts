import * as z from 'zod';
import { type DocumentTask, methodSchema, ocrSchema } from '../state/document-task.ts';

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

interface UploadRules {
  readonly documentsBucket: string;
  /** How names of documents begin. @default '' */
  readonly prefix: string;
  /** How names of documents may end, capital letters or not. @default [] any */
  readonly suffixes: readonly string[];
}

/**
 * Reads the notification of an object that was finished (reference: "Pub/Sub notifications for Cloud Storage").
 *
 * @param body of the push request
 * @throws IgnoredEventError when it is of something else, or of an object that is no document here
 */
export function uploadOf(body: unknown, { documentsBucket, prefix, suffixes }: UploadRules): Upload {
  const push = pushSchema.safeParse(body);
  if (!push.success) throw new IgnoredEventError('It is not a message of a push subscription.');
  const { eventType, bucketId, objectId = '', objectGeneration = '' } = push.data.message.attributes;
  if (eventType !== 'OBJECT_FINALIZE') throw new IgnoredEventError(`It is not of an upload, but of ${eventType}.`);
  if (bucketId !== documentsBucket) {
    throw new IgnoredEventError(`Documents are read from gs://${documentsBucket} only; it is of gs://${bucketId}.`);
  }
  const name = objectId.toLowerCase();
  const isWanted = suffixes.length === 0 || suffixes.some((suffix) => name.endsWith(suffix.toLowerCase()));
  // A folder made in the console is an object without content whose name ends in a slash.
  if (objectId === '' || objectId.endsWith('/') || !objectId.startsWith(prefix) || !isWanted) {
    throw new IgnoredEventError(`${objectId} is no document by its name.`);
  }
  return { sourceUri: `gs://${bucketId}/${objectId}`, generation: objectGeneration };
}
