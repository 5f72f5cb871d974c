import type * as z from 'zod';
import { enqueueDocument, enqueueRequestSchema } from '../../handler/enqueue-document.ts';
import { parseSourceUri } from '../../state/document-task.ts';
import type { DocumentView } from '../../state/document-view.ts';
import { newCommand, UsageError } from '../command-line.ts';
import { type ConversionOptions, methodOption, ocrOption } from '../conversion-options.ts';
import { numberForPeople } from '../progress.ts';
import { uploadFile } from '../upload-file.ts';
import type { DocumentsCommand } from './documents-command.ts';
import { DocumentFailure, eachDocument } from './each-document.ts';
import { NEEDED, type Operator } from './operator.ts';

/** Files uploaded at once: each is in memory whole. */
const FILES_AT_ONCE = 4;

interface EnqueueOptions extends ConversionOptions {
  readonly json?: boolean;
}

export const enqueueCommand: DocumentsCommand = {
  command: newCommand(
    'enqueue',
    'Enqueues documents of the documents bucket, and files, which it uploads first. The same document again is the same id, and ' +
      'repeating it is safe. Exit code: 0 when all are enqueued or done already, 1 when not, 2 for a mistake in the call.',
  )
    .usage('FILE | gs://BUCKET/OBJECT… [options]')
    .argument('[DOCUMENT...]')
    .addOption(methodOption)
    .addOption(ocrOption)
    .option('--json', 'print one line of JSON for each document: document, documentId, status, epoch, reason'),
  needed: NEEDED.enqueuing,

  async run(documents, { json = false, ...how }: EnqueueOptions, { operator, report, signal }) {
    if (documents.length === 0) throw new UsageError('Which document? Try: npm run documents -- enqueue FILE');
    const uris = documents.filter(isUri);
    const files = documents.filter((document) => !isUri(document));
    const each = { report, signal, json, total: documents.length };
    let enqueued = 0;
    const enqueueUri = async (sourceUri: string) => {
      const document = await enqueueRequest({ sourceUri, ...how }, operator);
      enqueued++;
      return document;
    };
    await eachDocument(uris, each, enqueueUri);
    const upload = {
      store: operator.store,
      bucket: operator.settings.documentsBucket,
      maxBytes: operator.settings.maxDocumentBytes,
      signal,
    };
    await eachDocument(files, { ...each, atOnce: FILES_AT_ONCE }, async (file) =>
      enqueueUri(await uploadFile(file, upload)),
    );

    const { failures } = report;
    if (!json && documents.length > 1) {
      report.note(`${numberForPeople(enqueued)} enqueued, ${numberForPeople(failures)} not.`);
    }
    return failures > 0 ? 1 : 0;
  },
};

function isUri(document: string): boolean {
  return document.startsWith('gs://');
}

/** @throws DocumentFailure when it is no URI, or FAILED before */
async function enqueueRequest(
  request: z.input<typeof enqueueRequestSchema>,
  operator: Operator,
): Promise<DocumentView> {
  if (parseSourceUri(request.sourceUri) === undefined) throw new DocumentFailure('it is not gs://BUCKET/OBJECT');
  const document = await enqueueDocument(enqueueRequestSchema.parse(request), operator);
  if (document.status !== 'FAILED') return document;
  const { documentId, error } = document;
  throw new DocumentFailure(
    `it has FAILED before (${error?.reason}: ${error?.message}). To try again: npm run documents -- replay ${documentId}`,
  );
}
