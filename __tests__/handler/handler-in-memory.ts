import { deadlinesFor } from '../../deadlines.ts';
import type { Conversion, Converter, SourceDocument } from '../../documents/conversion/converter.ts';
import type { ObjectStore, RemoveOptions, WriteOptions } from '../../google/object-store.ts';
import { whileBusy } from '../../google/storage-retries.ts';
import type { ProcessingDependencies } from '../../handler/process-document.ts';
import { MemoryObjectStore } from '../../simulation/memory-object-store.ts';
import { storedView } from '../../simulation/stored-document.ts';
import { type DocumentTask, documentTaskSchema } from '../../state/document-task.ts';
import { StateStore } from '../../state/state-store.ts';
import type { Clock } from '../../time/clock.ts';
import { VirtualClock } from '../../time/virtual-clock.ts';

export const DOCUMENTS = 'p-documents';
export const RESULTS = 'p-results';

/** Converts by a function of the test's own. */
export function converterOf(convert: Converter['convert']): Converter {
  return { convert };
}

/** Text as it is, with the facts that a real converter adds. */
export async function asText({ bytes }: SourceDocument): Promise<Conversion> {
  const markdown = Buffer.from(bytes).toString();
  return { markdown, type: 'text', characters: markdown.length, converter: 'test@1' };
}

const SETTINGS: ProcessingDependencies['settings'] = {
  deadlines: deadlinesFor(600),
  documentsBucket: DOCUMENTS,
  resultsBucket: RESULTS,
  maxAttempts: 5,
  maxDocumentBytes: 1000,
};

export interface Changed extends Partial<Omit<ProcessingDependencies, 'settings'>> {
  readonly settings?: Partial<ProcessingDependencies['settings']>;
}

/** The store in memory, which waits for an object that changes too often, as the handler's own client of Cloud Storage does. */
export class WaitingObjectStore extends MemoryObjectStore {
  readonly #patience: { readonly clock: Clock; readonly random: () => number };

  constructor(clock: Clock, buckets: readonly string[]) {
    super(clock, buckets, { limitsChanges: true });
    this.#patience = { clock, random: () => 0.5 };
  }

  override write(bucket: string, name: string, body: string | Uint8Array, options: WriteOptions): Promise<string> {
    return whileBusy(this.#patience, options.signal, () => super.write(bucket, name, body, options));
  }

  override remove(bucket: string, name: string, options: RemoveOptions = {}): Promise<void> {
    return whileBusy(this.#patience, options.signal, () => super.remove(bucket, name, options));
  }
}

/**
 * A handler's inside on a virtual clock and an object store in memory, with one document in it. The store refuses a second change
 * of an object within a second, as Cloud Storage does.
 */
export function setUp({ settings, ...changed }: Changed = {}) {
  const clock = new VirtualClock();
  const store = new WaitingObjectStore(clock, [DOCUMENTS, RESULTS]);
  const { generation } = store.objects.insert(DOCUMENTS, 'a.txt', 'Hello', { contentType: 'text/plain' });
  let owners = 0;
  const dependencies: ProcessingDependencies = {
    store,
    states: new StateStore(store, RESULTS),
    converter: converterOf(asText),
    clock,
    settings: { ...SETTINGS, ...settings },
    newOwner: () => `owner-${++owners}`,
    ...changed,
  };
  const task: DocumentTask = documentTaskSchema.parse({
    documentId: 'a1',
    sourceUri: `gs://${DOCUMENTS}/a.txt`,
    generation: String(generation),
    filename: 'a.txt',
  });
  /** The document as `GET /documents/a1` would show it. */
  const view = (documentId = 'a1') => storedView(store.objects, RESULTS, documentId, clock.now());
  return { clock, store, dependencies, task, view };
}

/** Notes every call of a store's methods. */
export function noteCalls(store: ObjectStore): string[] {
  const calls: string[] = [];
  for (const method of ['stat', 'read', 'write', 'remove', 'list'] as const) {
    const real = (store[method] as (...args: unknown[]) => never).bind(store);
    Object.assign(store, {
      [method]: (bucket: string, name: string, ...rest: unknown[]) => {
        calls.push(`${method} ${name}`);
        return real(bucket, name, ...rest);
      },
    });
  }
  return calls;
}
