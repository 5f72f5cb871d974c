import { crc32 } from 'node:zlib';
import type { DocumentType } from '../documents/conversion/converter.ts';
import type { Extraction } from '../documents/extraction/extractor.ts';
import type { ObjectMetadata } from '../google/object-store.ts';
import { isoTime } from '../time/iso-time.ts';
import type { DocumentTask } from './document-task.ts';

/**
 * The objects that a document's state consists of, in the results bucket. Each is created once under a name of its own, and what
 * it says is in its metadata, so that a list tells all of it:
 *
 *     state/KEY/EPOCH.00000.open     the epoch begins: the document was accepted, replayed or deleted
 *     state/KEY/EPOCH.N.converted    attempt N has stored a conversion, which later attempts go on from
 *     state/KEY/EPOCH.N.end          what became of attempt N
 *     state/KEY/EPOCH.N.told         its outcome, which end N is, was published where the deployment does so
 *     leases/KEY/EPOCH.N             who makes attempt N; the only object that is written again, every few seconds
 *
 * KEY leads with a hash, because Cloud Storage spreads its load by the beginning of names. Numbers are padded: a list is in order.
 */
export const STATE_PREFIX = 'state/';
export const LEASES_PREFIX = 'leases/';
export const RESULTS_PREFIX = 'results/';

const NAME = /^(?:state|leases)\/[0-9a-f]{8}-([^/]+)\/(\d{7})\.(\d{5})(?:\.(open|converted|end|told))?$/;

/** Whether an object of the results bucket is one that this project writes. */
export function isOwnName(name: string): boolean {
  return [STATE_PREFIX, LEASES_PREFIX, RESULTS_PREFIX].some((prefix) => name.startsWith(prefix));
}

/** An epoch begins. */
export interface Opening extends Source {
  readonly kind: 'accepted' | 'replayed';
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** No epoch begins any more: the document is deleted. */
export interface Tombstone {
  readonly kind: 'deleted';
  readonly at: string;
}

/** The outcome was published. */
export interface Told {
  readonly kind: 'told';
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** What of a task is not in the name of its epoch's opening. */
export type Source = Omit<DocumentTask, 'documentId' | 'epoch'>;

/** The opening of a task's epoch. */
export function openingOf(task: DocumentTask, kind: Opening['kind'], now: number): Opening {
  const { sourceUri, generation, filename, method, ocr, traceparent } = task;
  const source = { sourceUri, generation, filename, method, ocr, ...(traceparent && { traceparent }) };
  return { kind, at: isoTime(now), ...source };
}

/** What becomes of an attempt: of its number, by whoever was the first to say so. */
export interface End {
  /** COMPLETED and FAILED are outcomes: they close the epoch for ever. After the others the next attempt may begin. */
  readonly kind: 'GIVEN-BACK' | 'TAKEN-OVER' | 'COMPLETED' | 'FAILED';
  /** Unique to whoever wrote it. */
  readonly by: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Attempts of the epoch that have started, as far as the writer knows. */
  readonly attempts: number;
  readonly result?: DocumentResult;
  readonly error?: DocumentError;
}

export interface Lease {
  /** Unique to the attempt that holds it. */
  readonly owner: string;
  /** Until when nobody else may have the document, in milliseconds since the epoch. */
  readonly expiresAt: number;
  /** When it was created or renewed. ISO 8601, UTC. */
  readonly at: string;
}

/** A conversion that is stored. */
export interface ConvertedDocument {
  /** `gs://` URI of the Markdown. */
  readonly markdownUri: string;
  /** `gs://` URI of the JSON with the metadata. */
  readonly metadataUri: string;
  /** Decides what an extractor reads. */
  readonly type: DocumentType;
  readonly pages?: number;
  readonly characters: number;
  /** Whether something is missing; the metadata say what. @default the conversion is complete */
  readonly partial?: true;
}

export interface DocumentResult extends Omit<ConvertedDocument, 'type'> {
  /** `gs://` URI of the JSON with the extracted fields. @default the deployment extracts none */
  readonly fieldsUri?: string;
  /** What the extraction took. @default as above */
  readonly extraction?: Omit<Extraction, 'fields'>;
}

export interface DocumentError {
  /** A word for programs, such as `corrupt` or `timeout`. */
  readonly reason: string;
  /** A sentence for people. */
  readonly message: string;
}

/** What is left of an object when its document is deleted: the name, so that nobody can write under it again. */
export interface Emptied {
  readonly kind: 'emptied';
  /** Whether the source was removed with it. */
  readonly source?: 'removed';
}

/** What an object of a state can say. */
export type StateContent = Opening | Tombstone | End | Lease | ConvertedDocument | Told | Emptied;

/** Which attempt of which document. */
export interface AttemptNumber {
  readonly documentId: string;
  readonly epoch: number;
  /** From 1. */
  readonly number: number;
}

/** What the name of an object of a state says. */
export interface StateName extends AttemptNumber {
  /** undefined for a lease. */
  readonly what: 'open' | 'converted' | 'end' | 'told' | undefined;
}

/** The folder of a document under a prefix: `PREFIX` + hash + id. The hash only spreads names: it need not be hard to forge. */
export function folderOf(prefix: string, documentId: string): string {
  const hash = crc32(documentId);
  return `${prefix}${fourDigits(hash >>> 16)}${fourDigits(hash & 0xffff)}-${documentId}/`;
}

/** Hexadecimal, of 16 bits: V8 takes four times as long for the digits of a number of 32, and each attempt writes four names. */
function fourDigits(half: number): string {
  return half.toString(16).padStart(4, '0');
}

export function openingName(documentId: string, epoch: number): string {
  return `${folderOf(STATE_PREFIX, documentId)}${padded(epoch, 7)}.00000.open`;
}

export function attemptName(
  { documentId, epoch, number }: AttemptNumber,
  what: 'converted' | 'end' | 'told' | 'lease',
): string {
  const [prefix, suffix] = what === 'lease' ? [LEASES_PREFIX, ''] : [STATE_PREFIX, `.${what}`];
  return `${folderOf(prefix, documentId)}${padded(epoch, 7)}.${padded(number, 5)}${suffix}`;
}

/** Reads a name; undefined when it is of nothing that belongs to a state. */
export function parseStateName(name: string): StateName | undefined {
  const [, documentId, epoch, number, what] = NAME.exec(name) ?? [];
  if (documentId === undefined) return undefined;
  return { documentId, epoch: Number(epoch), number: Number(number), what: what as StateName['what'] };
}

function padded(number: number, digits: number): string {
  return String(number).padStart(digits, '0');
}

/** Bytes of an error's message in {@link metadataOf}: all metadata of an object may have 8 KiB. */
const LONGEST_MESSAGE_BYTES = 5000;

/**
 * What an object says, as metadata. In ASCII, escaped as JSON does, because names and messages of others are in it, and metadata
 * travel as headers too. What kind of object it is stands beside it, for who looks at the bucket.
 */
export function metadataOf(content: StateContent): ObjectMetadata {
  const detail = asciiJson(content);
  return 'kind' in content ? { kind: content.kind, detail } : { detail };
}

/** Cuts an error's message to what metadata can hold. */
export function fittingError({ reason, message }: DocumentError): DocumentError {
  let fitting = message.toWellFormed();
  while (asciiJson(fitting).length > LONGEST_MESSAGE_BYTES) {
    fitting = fitting.slice(0, Math.floor(fitting.length * 0.9)).toWellFormed();
  }
  return { reason, message: fitting };
}

function asciiJson(value: unknown): string {
  const json = JSON.stringify(value);
  return /^[\x20-\x7e]*$/.test(json)
    ? json
    : json.replace(/[^\x20-\x7e]/g, (unit) => `\\u${fourDigits(unit.charCodeAt(0))}`);
}

/**
 * What metadata say, for a name that says of what kind the object is.
 *
 * @throws SyntaxError when they are not what {@link metadataOf} made
 */
export function contentOf<T>(name: string, { detail = '' }: ObjectMetadata): T {
  try {
    return JSON.parse(detail);
  } catch (error) {
    throw new SyntaxError(`The metadata of ${name} are not those of a document's state.`, { cause: error });
  }
}
