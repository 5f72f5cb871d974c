import type * as z from 'zod';
import type { DocumentRecord } from '../../handler/document-record.ts';
import { parseSourceUri } from '../../handler/document-task.ts';
import { enqueueDocument, enqueueRequestSchema } from '../../handler/enqueue-document.ts';
import { type Command, type ParsedCommand, UsageError } from '../command-line.ts';
import { CONVERSION_OPTIONS, conversionOptions } from '../conversion-options.ts';
import { DocumentFailure, eachDocument } from './each-document.ts';
import type { Operator } from './operator.ts';
import { count, type Report } from './report.ts';
import { uploadFile } from './upload-file.ts';

/** Files uploaded at once: each is in memory whole. */
const FILES_AT_ONCE = 4;

export const enqueueCommand: Command = {
  usage: 'npm run documents -- enqueue FILE | gs://BUCKET/OBJECT… [options]',
  summary:
    'Enqueues documents of the documents bucket, and files, which it uploads first. The same document again is the same id, and\n' +
    'repeating it is safe. Exit code: 0 when all are enqueued or done already, 1 when not, 2 for a mistake in the call.',
  options: {
    ...CONVERSION_OPTIONS,
    json: {
      type: 'boolean',
      help: 'print one line of JSON for each document: document, documentId, status, epoch, reason',
    },
  },
  takesFiles: true,
};

/** @returns the exit code */
export async function enqueueDocuments(
  parsed: ParsedCommand,
  operator: Operator,
  report: Report,
  signal: AbortSignal,
): Promise<number> {
  const { files: documents, options } = parsed;
  const how = conversionOptions(parsed);
  if (documents.length === 0) throw new UsageError('Which document? Try: npm run documents -- enqueue FILE');
  const each = { report, signal, json: options.json === true, total: documents.length };
  const [uris, files] = [documents.filter(isUri), documents.filter((document) => !isUri(document))];
  await eachDocument(uris, each, (uri) => enqueue({ sourceUri: uri, ...how }, operator));
  await eachDocument(files, { ...each, atOnce: FILES_AT_ONCE }, async (file) =>
    enqueue({ sourceUri: await uploadFile(file, operator), ...how }, operator),
  );

  const { done, failures } = report.counts;
  if (!each.json && documents.length > 1) report.note(`${count(done - failures)} enqueued, ${count(failures)} not.`);
  return failures > 0 ? 1 : 0;
}

function isUri(document: string): boolean {
  return document.startsWith('gs://');
}

async function enqueue(request: z.input<typeof enqueueRequestSchema>, operator: Operator): Promise<DocumentRecord> {
  if (parseSourceUri(request.sourceUri) === undefined) throw new DocumentFailure('it is not gs://BUCKET/OBJECT');
  const record = await enqueueDocument(enqueueRequestSchema.parse(request), operator);
  if (record.status !== 'FAILED') return record;
  const { documentId, error } = record;
  throw new DocumentFailure(
    `it has FAILED before (${error?.reason}: ${error?.message}). To try again: npm run documents -- replay ${documentId}`,
  );
}
