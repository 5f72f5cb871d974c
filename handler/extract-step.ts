import {
  type ExtractableDocument,
  type Extraction,
  type Extractor,
  UnextractableDocumentError,
} from '../documents/extraction/extractor.ts';
import type { ObjectStore } from '../google/object-store.ts';
import { type DocumentTask, sourceGone, sourceOf } from '../state/document-task.ts';
import type { ConvertedDocument, DocumentResult } from '../state/state-objects.ts';
import type { Deadline } from '../time/deadline.ts';
import { prettyJson, ResultFolder } from './result-folder.ts';
import type { Settings } from './settings.ts';

/** What a model takes of a PDF (reference: "Document understanding" of Gemini on Vertex AI). */
const MAX_PDF_BYTES = 50e6;
const MAX_PDF_PAGES = 900;

const FIELDS = 'fields.json';
const REJECTED = 'rejected-answer.json';

export interface ExtractDependencies {
  readonly store: ObjectStore;
  readonly settings: Pick<Settings, 'deadlines' | 'documentsBucket'>;
}

/** What an extraction adds to a result. */
type ExtractedFields = Required<Pick<DocumentResult, 'fieldsUri' | 'extraction'>>;

/** What is to be extracted from. */
interface ConversionToExtract {
  readonly task: DocumentTask;
  readonly converted: ConvertedDocument;
  /** What was just converted; undefined when an earlier attempt did, which may have extracted as well. */
  readonly markdown: string | undefined;
}

/**
 * Extracts the fields of a converted document and stores them once, beside the Markdown that they are from. What is stored
 * there already is used: the model is never asked twice for the same conversion once its answer was accepted.
 *
 * @throws UnextractableDocumentError when it can never work; what the model answered is then stored
 * @throws ImpossibleTaskError when the PDF was replaced
 */
export async function extractFields(
  extractor: Extractor,
  conversion: ConversionToExtract,
  budget: Deadline,
  dependencies: ExtractDependencies,
): Promise<ExtractedFields> {
  const folder = ResultFolder.around(dependencies.store, conversion.converted.markdownUri);
  const earlier = conversion.markdown === undefined ? await storedExtraction(folder, budget.signal) : undefined;
  const extraction = earlier ?? (await extractAndStore(extractor, conversion, folder, budget, dependencies));
  const { fields: _fields, ...facts } = extraction;
  return { fieldsUri: folder.uri(FIELDS), extraction: facts };
}

async function extractAndStore(
  extractor: Extractor,
  { task, converted, markdown }: ConversionToExtract,
  folder: ResultFolder,
  budget: Deadline,
  dependencies: ExtractDependencies,
): Promise<Extraction> {
  const { signal } = budget;
  const document: ExtractableDocument = { markdown: markdown ?? (await storedMarkdown(converted, folder, signal)) };
  const isPdf = extractor.takesPdf === true && converted.type === 'pdf';
  if (isPdf) await requireSuitablePdf(task, converted, signal, dependencies);

  let extraction: Extraction;
  try {
    const input = isPdf ? { ...document, pdfUri: task.sourceUri } : document;
    const extracting = extractor.extract(input, { signal });
    extraction = await budget.step('The extraction', dependencies.settings.deadlines.extractionSeconds, extracting);
  } catch (error) {
    throw error instanceof UnextractableDocumentError ? await keepAnswers(error, folder, signal) : error;
  }
  // The model reads whatever has the name at that moment: only if it is still the same, the fields are this document's.
  if (isPdf) await pdfSize(task, signal, dependencies);

  const isWritten = await folder.write(FIELDS, prettyJson(extraction), 'application/json', signal);
  return isWritten ? extraction : ((await storedExtraction(folder, signal)) ?? extraction);
}

async function storedExtraction(folder: ResultFolder, signal: AbortSignal): Promise<Extraction | undefined> {
  const text = await folder.read(FIELDS, signal);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Extraction;
  } catch (error) {
    const message = `${folder.uri(FIELDS)} is not what was stored there: delete it, and the fields are extracted again.`;
    throw new Error(message, { cause: error });
  }
}

async function storedMarkdown({ markdownUri }: ConvertedDocument, folder: ResultFolder, signal: AbortSignal) {
  const markdown = await folder.read('document.md', signal);
  if (markdown === undefined) throw new Error(`${markdownUri} was deleted before its fields were extracted.`);
  return markdown;
}

async function requireSuitablePdf(
  task: DocumentTask,
  { pages = 0 }: ConvertedDocument,
  signal: AbortSignal,
  dependencies: ExtractDependencies,
): Promise<void> {
  const size = await pdfSize(task, signal, dependencies);
  if (size <= MAX_PDF_BYTES && pages <= MAX_PDF_PAGES) return;
  const message =
    `A model reads PDFs of at most ${MAX_PDF_BYTES} bytes and ${MAX_PDF_PAGES} pages; ${task.sourceUri} has ${size} ` +
    `bytes and ${pages} pages: extract from the text instead (EXTRACTION_INPUT).`;
  throw new UnextractableDocumentError('extraction-refused', message);
}

/** Bytes of the task's document, as long as no other has taken its name: a `gs://` URI leads to the newest generation. */
async function pdfSize(
  task: DocumentTask,
  signal: AbortSignal,
  { store, settings }: ExtractDependencies,
): Promise<number> {
  const { bucket, object } = sourceOf(task, settings.documentsBucket);
  const found = await store.stat(bucket, object, { signal });
  if (found?.generation !== task.generation) throw sourceGone(task);
  return found.size;
}

/** Stores what the model answered, for whoever looks into it. */
async function keepAnswers(
  error: UnextractableDocumentError,
  folder: ResultFolder,
  signal: AbortSignal,
): Promise<UnextractableDocumentError> {
  const { reason, message, answers, usage } = error;
  if (answers.length === 0) return error;
  await folder.write(REJECTED, prettyJson({ reason, message, answers, ...usage }), 'application/json', signal);
  const where = `${message} The model's answers are in ${folder.uri(REJECTED)}.`;
  return new UnextractableDocumentError(reason, where, answers, usage);
}
