import { createHash } from 'node:crypto';
import * as z from 'zod';
import { parseTraceparent } from '../google/trace-context.ts';

/** A document's id as callers may choose it: it becomes part of object names, task names and paths. */
const DOCUMENT_ID = /^[A-Za-z0-9_-]{1,128}$/;
/** Bucket naming: https://cloud.google.com/storage/docs/buckets#naming. Object names: 1 to 1,024 bytes without CR or LF. */
const SOURCE_URI = /^gs:\/\/([a-z0-9][a-z0-9._-]{1,220}[a-z0-9])\/([^\r\n]{1,1024})$/;

export const documentIdSchema = z
  .string()
  .regex(DOCUMENT_ID, 'must be 1 to 128 letters, digits, hyphens or underscores');

export const sourceUriSchema = z
  .string()
  .refine((uri) => parseSourceUri(uri) !== undefined, { error: 'must be gs://bucket/object' });

/** Generation of an object: a signed 64-bit number, kept as a string of digits. */
export const generationSchema = z
  .string()
  .refine((digits) => /^[0-9]{1,19}$/.test(digits) && BigInt(digits) < 2n ** 63n, {
    error: "must be an object's generation: a string of digits",
  });

export const filenameSchema = z.string().min(1).max(255);
/** Who converts: `auto` lets the handler choose, `local` converts in process, `docling` asks docling-serve. */
export const methodSchema = z.enum(['auto', 'local', 'docling']);
/** Whether text in pictures is recognised. */
export const ocrSchema = z.enum(['auto', 'force', 'skip']);

/**
 * What a task carries: a reference to the document, never the document, and nothing secret (whoever may enqueue can read tasks).
 * Unknown fields are ignored and later fields must have defaults, so that tasks queued by another version still run.
 */
export const documentTaskSchema = z.object({
  documentId: documentIdSchema,
  sourceUri: sourceUriSchema,
  generation: generationSchema,
  filename: filenameSchema,
  method: methodSchema.default('auto'),
  ocr: ocrSchema.default('auto'),
  /** Counts replays: 0 is the first run of a document. */
  epoch: z.int().min(0).max(1_000_000).default(0),
  /** The trace of whoever handed the document in; one that is none is no reason to lose a document. @default none */
  traceparent: z.string().transform(parseTraceparent).optional(),
});

/** A checked task. */
export type DocumentTask = z.output<typeof documentTaskSchema>;
/** A task as a caller writes it: `method`, `ocr` and `epoch` may be left out. */
export type DocumentTaskInput = z.input<typeof documentTaskSchema>;

/** What the task that looks after a document carries: the document's own task, and what the look before has found. */
export const documentCheckSchema = documentTaskSchema.extend({
  /** How often the document has been looked at before. */
  round: z.int().min(0).max(1_000_000),
  /** What the look before has seen: the attempt, and its lease as it was. @default none: this is the first look */
  seen: z.string().optional(),
});

export type DocumentCheck = z.output<typeof documentCheckSchema>;

/** What the task that sweeps after a deleted document carries: nothing of the document but its id. */
export const documentSweepSchema = documentTaskSchema
  .pick({ documentId: true, epoch: true })
  .extend({ sweep: z.literal(true) });

export type DocumentSweep = z.output<typeof documentSweepSchema>;

/** Splits `gs://bucket/object`; undefined when it is not of that form. */
export function parseSourceUri(uri: string): { bucket: string; object: string } | undefined {
  const [, bucket, object] = SOURCE_URI.exec(uri) ?? [];
  if (bucket === undefined || object === undefined || !isObjectName(object)) return undefined;
  return { bucket, object };
}

/**
 * Rules beyond {@link SOURCE_URI}: https://cloud.google.com/storage/docs/objects#naming. A URL cannot even express the two that
 * are made of dots: every client takes them for a step upwards, to another call of the API.
 */
function isObjectName(name: string): boolean {
  return Buffer.byteLength(name) <= 1024 && name.isWellFormed() && name !== '.' && name !== '..';
}

/** The id of a document that its caller gave none: the same source, generation and options always have the same id. */
export function documentIdFor(task: Pick<DocumentTask, 'sourceUri' | 'generation' | 'method' | 'ocr'>): string {
  return hash([task.sourceUri, task.generation, task.method, task.ocr]);
}

/**
 * The task's short name: one for each run of a document, so that creating it is safe to repeat. It leads with a hash because
 * sequential names make Cloud Tasks slow (reference: `CreateTaskRequest.task`).
 */
export function taskIdFor({ documentId, epoch }: Pick<DocumentTask, 'documentId' | 'epoch'>): string {
  return `${hash([documentId, String(epoch)])}-${documentId}-${epoch}`;
}

/** The short name of the task that looks after a document: one for each run and round. */
export function checkTaskIdFor({
  documentId,
  epoch,
  round,
}: Pick<DocumentCheck, 'documentId' | 'epoch' | 'round'>): string {
  return `${hash([documentId, String(epoch), 'check', String(round)])}-${documentId}-${epoch}-check-${round}`;
}

/** The short name of the task that sweeps after a deleted document. */
export function sweepTaskIdFor({ documentId, epoch }: Pick<DocumentSweep, 'documentId' | 'epoch'>): string {
  return `${hash([documentId, String(epoch), 'sweep'])}-${documentId}-${epoch}-sweep`;
}

function hash(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

/** What the task asks for is not to be had here, and never will be. */
export class ImpossibleTaskError extends Error {
  override readonly name = 'ImpossibleTaskError';
  readonly reason: 'forbidden-source' | 'source-gone';

  constructor(reason: ImpossibleTaskError['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

/**
 * Where a task's document is stored.
 *
 * @throws ImpossibleTaskError when it is in another bucket than the documents'
 */
export function sourceOf({ sourceUri }: DocumentTask, documentsBucket: string): { bucket: string; object: string } {
  const source = parseSourceUri(sourceUri);
  if (source?.bucket === documentsBucket) return source;
  const message = `Documents are read from gs://${documentsBucket} only; received ${sourceUri}.`;
  throw new ImpossibleTaskError('forbidden-source', message);
}

/** The very document that was enqueued is not stored any more. */
export function sourceGone({ sourceUri, generation }: DocumentTask): ImpossibleTaskError {
  return new ImpossibleTaskError('source-gone', `${sourceUri}#${generation} does not exist any more.`);
}
