import { acceptDocument, enqueueDocument, taskFor, taskOf } from '../../handler/enqueue-document.ts';
import { parseSourceUri } from '../../state/document-task.ts';
import type { DocumentView } from '../../state/document-view.ts';
import { newCommand } from '../command-line.ts';
import { type ConversionOptions, methodOption, ocrOption } from '../conversion-options.ts';
import { wholeNumber } from '../option-values.ts';
import { numberForPeople } from '../progress.ts';
import { printable } from '../terminal-text.ts';
import { requireUsable, uploadFile, whyUnreadable } from '../upload-file.ts';
import type { DocumentsCommand, DocumentsTools } from './documents-command.ts';
import { DocumentFailure, eachDocument } from './each-document.ts';
import { fittingObjects, type ObjectPattern, objectPatternOf } from './object-pattern.ts';
import { NEEDED } from './operator.ts';

/** Files uploaded at once: each is in memory whole. */
const FILES_AT_ONCE = 4;

const MAX_LIMIT = 1_000_000_000;

interface EnqueueOptions extends ConversionOptions {
  readonly dryRun?: boolean;
  readonly limit?: number;
  readonly json?: boolean;
}

export const enqueueCommand: DocumentsCommand = {
  command: newCommand(
    'enqueue',
    'Enqueues documents of the documents bucket, one by one or by a pattern, and files, which it uploads first. The same document ' +
      'again is the same id, and repeating it is safe. Exit code: 0 when all are enqueued or done already, 1 when not, 2 for a ' +
      'mistake in the call, such as a file that is not there: nothing is enqueued then.',
  )
    .usage("FILE | gs://BUCKET/OBJECT | 'gs://BUCKET/PREFIX/**'… [options]")
    .argument('<DOCUMENT...>')
    .addOption(methodOption)
    .addOption(ocrOption)
    .option('--dry-run', 'print what would be enqueued, and enqueue nothing')
    .option('--limit <N>', 'enqueue so many at most of each pattern', wholeNumber('--limit', 1, MAX_LIMIT))
    .option('--json', 'print one line of JSON for each document: document, documentId, status, epoch, reason')
    .addHelpText(
      'after',
      "\nIn a pattern, which is quoted, * is anything within a folder and ** anything at all: 'gs://BUCKET/2026/**/*.pdf'.",
    ),
  needed: NEEDED.enqueuing,

  async run(documents, options: EnqueueOptions, tools) {
    const { json = false, dryRun = false } = options;
    const { report } = tools;
    const { documentsBucket } = tools.operator.settings;
    await requireUsable(documents, async (document) =>
      isUri(document) ? whyNoSource(document, documentsBucket) : whyUnreadable(document),
    );
    const patterns = documents.flatMap((document) => objectPatternOf(document) ?? []);
    const single = documents.filter((document) => objectPatternOf(document) === undefined);

    const enqueued = await (dryRun ? previewSingle : enqueueSingle)(single, options, tools);
    let fitting = 0;
    for (const pattern of patterns) {
      // How many there are is known of each by itself.
      report.end();
      fitting += await enqueueFitting(pattern, options, tools);
    }

    const { failures } = report;
    if (!json && (documents.length > 1 || patterns.length > 0)) {
      const count = numberForPeople(enqueued + fitting);
      report.note(dryRun ? `${count} would be enqueued.` : `${count} enqueued, ${numberForPeople(failures)} not.`);
    }
    return failures > 0 ? 1 : 0;
  },
};

/** @returns how many would be enqueued: an object is looked at, as it may not be there */
async function previewSingle(
  documents: readonly string[],
  { json = false, method, ocr }: EnqueueOptions,
  { operator, report, signal }: DocumentsTools,
): Promise<number> {
  let fitting = 0;
  await eachDocument(documents, { report, signal, json, total: documents.length }, async (document) => {
    const asked = { sourceUri: document, method, ocr };
    const task = isUri(document) ? await taskFor(asked, { ...operator, signal }) : undefined;
    report.result(json ? notEnqueuedLine(document, task?.documentId) : printable(document));
    fitting++;
    return undefined;
  });
  return fitting;
}

/** @returns how many were enqueued, or were done before */
async function enqueueSingle(
  documents: readonly string[],
  { json = false, method, ocr }: EnqueueOptions,
  { operator, report, signal }: DocumentsTools,
): Promise<number> {
  const each = { report, signal, json, total: documents.length };
  let enqueued = 0;
  const enqueueUri = async (sourceUri: string, isNew = false) => {
    const document = await enqueueDocument({ sourceUri, method, ocr }, { ...operator, signal });
    // Where uploads hand themselves in, the outcome of a new one may be there already.
    if (!isNew) requireNotFailed(document);
    enqueued++;
    return document;
  };
  await eachDocument(documents.filter(isUri), each, (sourceUri) => enqueueUri(sourceUri));
  const { store, settings } = operator;
  const { documentsBucket: bucket, maxDocumentBytes: maxBytes } = settings;
  const upload = { store, bucket, how: { method, ocr }, maxBytes, signal };
  const files = documents.filter((document) => !isUri(document));
  await eachDocument(files, { ...each, atOnce: FILES_AT_ONCE }, async (file) => {
    const { sourceUri, isNew } = await uploadFile(file, upload);
    return enqueueUri(sourceUri, isNew);
  });
  return enqueued;
}

/**
 * Enqueues the objects that fit as they are listed, so that their number does not matter; how many there are is counted beside.
 *
 * @returns how many were enqueued, were done before, or would be
 */
async function enqueueFitting(
  pattern: ObjectPattern,
  { json = false, dryRun = false, limit = MAX_LIMIT, method, ocr }: EnqueueOptions,
  { operator, report, signal }: DocumentsTools,
): Promise<number> {
  operator.tasks.requireSettings();
  let found = 0;
  let enqueued = 0;
  const listed = async function* () {
    for await (const object of fittingObjects(pattern, limit, { ...operator, signal })) {
      found++;
      yield { ...object, uri: `gs://${pattern.bucket}/${object.name}` };
    }
  };
  using total = countBeside(pattern, limit, { operator, report, signal });
  const each = {
    report,
    signal,
    json,
    get total() {
      return total.count;
    },
  };
  await eachDocument(listed(), each, async (object) => {
    const task = taskOf({ sourceUri: object.uri, method, ocr }, object);
    if (dryRun) report.result(json ? notEnqueuedLine(object.uri, task.documentId) : printable(object.uri));
    const document = dryRun ? undefined : await acceptDocument(task, { ...operator, signal });
    if (document) requireNotFailed(document);
    enqueued++;
    return document;
  });
  if (found === 0) {
    const reason = 'no object fits the pattern';
    if (json) report.result(notEnqueuedLine(pattern.uri, null, reason));
    report.failure(json ? undefined : `${printable(pattern.uri)}: ${reason}`);
  }
  return enqueued;
}

/** Counts what fits, in a list of its own, which is far ahead of the work. It ends with the work. */
function countBeside(pattern: ObjectPattern, limit: number, { operator, signal }: DocumentsTools) {
  const over = new AbortController();
  const counted: { count?: number } & Disposable = { [Symbol.dispose]: () => over.abort() };
  const count = async () => {
    let fitting = 0;
    const listing = { ...operator, signal: AbortSignal.any([signal, over.signal]) };
    for await (const _object of fittingObjects(pattern, limit, listing)) fitting++;
    counted.count = fitting;
  };
  // Without it there is no time left to be told, and nothing else.
  count().catch(() => {});
  return counted;
}

function isUri(document: string): boolean {
  return document.startsWith('gs://');
}

function whyNoSource(uri: string, documentsBucket: string): string | undefined {
  const { bucket } = parseSourceUri(uri) ?? {};
  if (bucket === undefined) return 'it is not gs://BUCKET/OBJECT';
  return bucket === documentsBucket ? undefined : `documents are read from gs://${documentsBucket} only`;
}

/** @throws DocumentFailure when it has FAILED before */
function requireNotFailed({ status, documentId, error }: DocumentView): void {
  if (status !== 'FAILED') return;
  throw new DocumentFailure(
    `it has FAILED before (${error?.reason}: ${error?.message}). To try again: npm run documents -- replay ${documentId}`,
  );
}

function notEnqueuedLine(document: string, documentId: string | null = null, reason: string | null = null): string {
  return JSON.stringify({ document, documentId, status: null, epoch: null, reason });
}
