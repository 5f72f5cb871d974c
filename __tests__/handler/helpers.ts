import { deadlinesFor } from '../../deadlines.ts';
import type { Conversion, Converter, SourceDocument } from '../../documents/conversion/converter.ts';
import type { DocumentRecord } from '../../handler/document-record.ts';
import { type DocumentTask, documentTaskSchema } from '../../handler/document-task.ts';
import type { ProcessingDependencies } from '../../handler/process-document.ts';
import { RecordStore } from '../../handler/record-store.ts';
import { MemoryObjectStore } from '../../simulation/memory-object-store.ts';
import { VirtualClock } from '../../time/virtual-clock.ts';

export const DOCUMENTS = 'p-documents';
export const RESULTS = 'p-results';

/** Where a client's tasks go. */
export const CLIENT_SETTINGS = {
  projectId: 'p',
  location: 'us-central1',
  queue: 'documents',
  serviceUrl: 'https://documents-1.us-central1.run.app',
  serviceAccount: 'invoker@p.iam.gserviceaccount.com',
};

/** Converts by a function of the test's own. */
export function converterOf(convert: Converter['convert']): Converter {
  return { convert };
}

/** Text as it is, with the facts that a real converter adds. */
export async function asText({ bytes }: SourceDocument): Promise<Conversion> {
  const markdown = Buffer.from(bytes).toString();
  return { markdown, type: 'text', characters: markdown.length, converter: 'test@1' };
}

/** A handler's inside on a virtual clock and an object store in memory, with one document in it. */
export function setUp(changed: Partial<ProcessingDependencies> = {}) {
  const clock = new VirtualClock();
  const store = new MemoryObjectStore(clock, [DOCUMENTS, RESULTS]);
  const { generation } = store.objects.insert(DOCUMENTS, 'a.txt', 'Hello', { contentType: 'text/plain' });
  let owners = 0;
  const dependencies: ProcessingDependencies = {
    store,
    records: new RecordStore(store, RESULTS),
    converter: converterOf(asText),
    clock,
    deadlines: deadlinesFor(600),
    documentsBucket: DOCUMENTS,
    resultsBucket: RESULTS,
    maxAttempts: 5,
    maxDocumentBytes: 1000,
    newOwner: () => `owner-${++owners}`,
    ...changed,
  };
  const task: DocumentTask = documentTaskSchema.parse({
    documentId: 'a1',
    sourceUri: `gs://${DOCUMENTS}/a.txt`,
    generation: String(generation),
    filename: 'a.txt',
  });
  const record = (): DocumentRecord | undefined => {
    const text = store.text(RESULTS, 'records/a1.json');
    return text === undefined ? undefined : JSON.parse(text);
  };
  return { clock, store, dependencies, task, record };
}

/** A promise with its settlers outside. */
export function gate<T = void>() {
  return Promise.withResolvers<T>();
}
