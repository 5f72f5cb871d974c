import { type Conversion, type Converter, UnconvertibleDocumentError } from '../documents/conversion/converter.ts';
import { FalseEncodingError, type ObjectStore, type StoredObject } from '../google/object-store.ts';
import { type DocumentTask, sourceGone, sourceOf } from '../state/document-task.ts';
import type { ConvertedDocument } from '../state/state-objects.ts';
import type { Clock } from '../time/clock.ts';
import type { Deadline } from '../time/deadline.ts';
import { prettyJson, type ResultFolder } from './result-folder.ts';
import type { Settings } from './settings.ts';

export interface ConvertDependencies {
  readonly store: ObjectStore;
  readonly converter: Converter;
  readonly clock: Clock;
  readonly settings: Pick<Settings, 'deadlines' | 'documentsBucket' | 'maxDocumentBytes'>;
}

/** What was stored, and the Markdown of it as the next step needs it. */
interface StoredConversion {
  readonly stored: ConvertedDocument;
  readonly markdown: string;
}

/**
 * Reads the document, converts it, and stores what came out in the attempt's own folder.
 *
 * @throws ImpossibleTaskError, ObjectTooLargeError or UnconvertibleDocumentError when it can never work
 */
export async function convertDocument(
  task: DocumentTask,
  folder: ResultFolder,
  budget: Deadline,
  dependencies: ConvertDependencies,
): Promise<StoredConversion> {
  const { converter, clock, settings } = dependencies;
  const { signal } = budget;
  const started = clock.now();
  const { bytes, contentType } = await readSource(task, signal, dependencies);
  const document = { bytes, filename: task.filename, ...(contentType !== undefined && { contentType }) };
  const converting = converter.convert(document, { signal, ocr: task.ocr, method: task.method });
  const conversion = await budget.step('The conversion', settings.deadlines.conversionSeconds, converting);

  const metadata = metadataOf(task, conversion, clock.now() - started);
  await Promise.all([
    folder.write('document.md', conversion.markdown, 'text/markdown; charset=utf-8', signal),
    folder.write('metadata.json', prettyJson(metadata), 'application/json', signal),
  ]);
  const { markdown, type, characters, pages, partial } = conversion;
  return {
    markdown,
    stored: {
      markdownUri: folder.uri('document.md'),
      metadataUri: folder.uri('metadata.json'),
      type,
      characters,
      ...(pages !== undefined && { pages }),
      ...(partial !== undefined && { partial: true }),
    },
  };
}

async function readSource(
  task: DocumentTask,
  signal: AbortSignal,
  { store, settings }: ConvertDependencies,
): Promise<StoredObject> {
  const { documentsBucket, maxDocumentBytes: maxBytes } = settings;
  const { bucket, object } = sourceOf(task, documentsBucket);
  try {
    const source = await store.read(bucket, object, { generation: task.generation, maxBytes, signal });
    if (source === undefined) throw sourceGone(task);
    return source;
  } catch (error) {
    if (!(error instanceof FalseEncodingError)) throw error;
    // To correct it does not change the generation.
    const message = `${error.message} Correct its Content-Encoding and replay the document, or upload it again.`;
    throw new UnconvertibleDocumentError('corrupt', message, { cause: error });
  }
}

function metadataOf(task: DocumentTask, conversion: Conversion, milliseconds: number): Record<string, unknown> {
  const { markdown: _markdown, ...facts } = conversion;
  const { documentId, sourceUri, generation, filename, epoch } = task;
  return { documentId, sourceUri, generation, filename, epoch, ...facts, milliseconds };
}
