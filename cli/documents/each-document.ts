import { StorageError } from '../../google/object-store.ts';
import { RefusedRequestError } from '../../handler/http.ts';
import { documentIdSchema } from '../../state/document-task.ts';
import type { DocumentView } from '../../state/document-view.ts';
import { inParallel } from '../in-parallel.ts';
import { printable } from '../terminal-text.ts';
import { UnusableFileError } from '../upload-file.ts';
import type { Report } from './report.ts';

/** Documents worked on at once: enough to wait for Google's answers in parallel, few enough for its limits and for memory. */
const AT_ONCE = 32;

interface EachOptions {
  readonly report: Report;
  readonly signal: AbortSignal;
  readonly json: boolean;
  /** How many documents there are, looked at after each of them. @default nobody knows yet */
  readonly total?: number | undefined;
  /** @default 32 */
  readonly atOnce?: number;
}

/** Something is wrong with one document, and the others do not care. */
export class DocumentFailure extends Error {
  override readonly name = 'DocumentFailure';
}

/** What is said of a document that is done. */
type DoneDocument = Pick<DocumentView, 'documentId'> & {
  readonly status: DocumentView['status'] | 'DELETED';
  /** @default none: a deleted document has no epoch any more, and no name */
  readonly epoch?: number;
  readonly filename?: string;
};

/**
 * Does the same to each document, so many at a time, and reports each. What only concerns one document is its failure; what would
 * go wrong with all of them ends everything.
 *
 * @param documents as they were given: ids, URIs, files; or as they are listed
 * @param handle what it returns is reported; undefined when there is nothing to report, or it was done already
 * @throws what would go wrong with all of them
 */
export async function eachDocument<T extends string | { readonly documentId: string } | { readonly uri: string }>(
  documents: Iterable<T> | AsyncIterable<T>,
  options: EachOptions,
  handle: (document: T) => Promise<DoneDocument | undefined>,
): Promise<void> {
  const { report, signal, json, atOnce = AT_ONCE } = options;
  await inParallel(documents, atOnce, async (document) => {
    signal.throwIfAborted();
    const name = nameOf(document);
    try {
      const done = await handle(document);
      if (done !== undefined) report.result(json ? jsonLine(name, done) : textLine(name, done));
    } catch (error) {
      if (!concernsOneDocument(error)) throw error;
      const reason = reasonOf(error as Error);
      if (json) report.result(jsonLine(name, undefined, reason));
      report.failure(json ? undefined : printable(names(reason, name) ? reason : `${name}: ${reason}`));
    }
    report.done({ total: options.total, atOnce });
  });
}

function nameOf(document: string | { readonly documentId: string } | { readonly uri: string }): string {
  if (typeof document === 'string') return document;
  return 'uri' in document ? document.uri : document.documentId;
}

/** @throws DocumentFailure for what cannot be an id, whoever made it */
export function requireDocumentId(text: string): void {
  if (!documentIdSchema.safeParse(text).success) throw new DocumentFailure(`There is no document ${text || "''"}.`);
}

function textLine(document: string, { documentId, status, filename = '' }: DoneDocument): string {
  const name = document === documentId ? filename : document;
  return `${documentId.padEnd(32)}  ${status.padEnd(10)}  ${printable(name)}`.trimEnd();
}

function jsonLine(document: string, done: DoneDocument | undefined, reason: string | null = null): string {
  const { documentId = null, status = null, epoch = null } = done ?? {};
  return JSON.stringify({ document, documentId, status, epoch, reason });
}

/** Whether a sentence says itself what it is about. */
function names(sentence: string, name: string): boolean {
  return ` ${sentence.replaceAll(/[.,:;]+(?=\s|$)/g, '')} `.includes(` ${name} `);
}

/** Google's client adds every try that failed before, which is a page of the same. */
function reasonOf({ message }: Error): string {
  return message.replace(/\s+before any response was received\..*$/s, '');
}

/** DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, INTERNAL, UNAVAILABLE (google.rpc.Code): over with the next call, perhaps. */
const PASSING = new Set([4, 8, 10, 13, 14]);

function concernsOneDocument(error: unknown): boolean {
  // A SyntaxError: what is stored under the name of a document's state is none.
  const types = [DocumentFailure, UnusableFileError, RefusedRequestError, SyntaxError];
  if (types.some((type) => error instanceof type)) return true;
  if (error instanceof StorageError) return [0, 408, 429].includes(error.status) || error.status >= 500;
  return PASSING.has((error as { code?: unknown }).code as number);
}
