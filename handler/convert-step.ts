import type { Deadlines } from '../deadlines.ts';
import { type Conversion, type Converter, UnconvertibleDocumentError } from '../documents/conversion/converter.ts';
import { FalseEncodingError, type ObjectStore, type StoredObject } from '../google/object-store.ts';
import type { Clock } from '../time/clock.ts';
import type { Deadline } from '../time/deadline.ts';
import type { ConvertedDocument } from './document-record.ts';
import type { DocumentTask } from './document-task.ts';
import { prettyJson, ResultFolder } from './result-folder.ts';
import { sourceGone, sourceOf } from './task-source.ts';

export interface ConvertDependencies {
  readonly store: ObjectStore;
  readonly converter: Converter;
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly documentsBucket: string;
  readonly resultsBucket: string;
  readonly maxDocumentBytes: number;
}

/** What was stored, and the Markdown of it as the next step needs it. */
export interface StoredConversion {
  readonly stored: ConvertedDocument;
  readonly markdown: string;
}

/**
 * Reads the document, converts it, and stores what came out under the attempt's own name.
 *
 * @throws ImpossibleTaskError, ObjectTooLargeError or UnconvertibleDocumentError when it can never work
 */
export async function convertDocument(
  task: DocumentTask,
  owner: string,
  budget: Deadline,
  dependencies: ConvertDependencies,
): Promise<StoredConversion> {
  const { store, converter, clock, deadlines, resultsBucket } = dependencies;
  const { signal } = budget;
  const started = clock.now();
  const { bytes, contentType } = await readSource(task, signal, dependencies);
  const document = { bytes, filename: task.filename, ...(contentType !== undefined && { contentType }) };
  const converting = converter.convert(document, { signal, ocr: task.ocr, method: task.method });
  const conversion = await budget.step('The conversion', deadlines.conversionSeconds, converting);

  const folder = ResultFolder.of(store, resultsBucket, task.documentId, owner);
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
  { store, documentsBucket, maxDocumentBytes: maxBytes }: ConvertDependencies,
): Promise<StoredObject> {
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
