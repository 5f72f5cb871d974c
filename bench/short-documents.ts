import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bundleHandler } from '../bundle.ts';
import { localDeployment } from '../cli/local-deployment.ts';
import { type ScratchFolder, scratchFolder } from '../cli/scratch-folder.ts';
import { synthesiseForThisMachine } from '../cli/synthesise.ts';
import { PROCESS_DOCUMENT_PATH } from '../handler/cloud-tasks-client.ts';
import { StorageApiError } from '../local/cloud-storage/storage-error.ts';
import type { Attempt } from '../local/cloud-tasks/attempt.ts';
import { type LocalGoogle, startLocalGoogle } from '../local/local-google.ts';
import { documentTaskSchema } from '../state/document-task.ts';
import { atOnce } from './at-once.ts';
import { interleave } from './interleave.ts';
import type { Measurement } from './measurement.ts';
import { median } from './median.ts';

const DOCUMENTS = 500;
/** Each hands a document in, waits for its outcome, and hands in the next. */
const CALLERS = 8;
/** A sample takes some seconds: three of each kind show whether they agree. */
const MAX_RUNS = 3;

/**
 * The whole way of documents with next to no work, through the local Google and the bundle: hand-in to outcome, while Cloud Storage
 * refuses a second change of an object within a second, against the same without that limit.
 */
export const shortDocuments: Measurement = {
  name: 'short-documents',
  async measure({ runs, signal }) {
    await using folder = await scratchFolder('bench-');
    await using stack = await synthesiseForThisMachine({ environment: { PATH: process.env.PATH } });
    await putIntoStack(stack.stackFile, await bundleWithShortWork(folder));
    const sample = (mutationLimit: boolean) => millisecondsToOutcome(stack.stackFile, mutationLimit, signal);
    const taken = Math.min(runs, MAX_RUNS);
    const { limited, unlimited } = await interleave(taken, {
      limited: () => sample(true),
      unlimited: () => sample(false),
    });
    return [
      {
        what: `hand-in to outcome of ${DOCUMENTS} documents of 10 ms (${taken} runs)`,
        baselineName: 'without the limit of changes',
        unit: 'ms',
        measured: median(limited),
        baseline: median(unlimited),
        aim: { timesBaseline: 1.5 },
      },
    ];
  },
};

/** The bundle with next to no work in it: every conversion takes 10 ms. @returns the file */
export async function bundleWithShortWork({ path: folder }: Pick<ScratchFolder, 'path'>): Promise<string> {
  const file = path.join(folder, 'short-work.mjs');
  const processing = path.join(import.meta.dirname, 'short-work.ts');
  await bundleHandler(file, { processing, converters: false });
  return file;
}

/** The synthesised stack uploads this bundle in place of its own. */
async function putIntoStack(stackFile: string, bundle: string): Promise<void> {
  const stack = JSON.parse(await readFile(stackFile, 'utf8'));
  for (const object of Object.values<{ source: string }>(stack.resource.google_storage_bucket_object)) {
    object.source = bundle;
  }
  await writeFile(stackFile, JSON.stringify(stack));
}

/**
 * @returns the median over all documents
 * @throws Error when a change was refused, or a document needed a second attempt
 */
async function millisecondsToOutcome(stackFile: string, mutationLimit: boolean, signal: AbortSignal): Promise<number> {
  const waiting = new Map<string, (attempt: Attempt) => void>();
  const onAttempt = (attempt: Attempt) => {
    if (!attempt.request.url.endsWith(PROCESS_DOCUMENT_PATH)) return;
    const { documentId } = documentTaskSchema.parse(JSON.parse(Buffer.from(attempt.request.body ?? '').toString()));
    waiting.get(documentId)?.(attempt);
  };
  const google = await startLocalGoogle({ stackFile, mutationLimit, onAttempt });
  try {
    const refusals = countRefusals(google);
    const { service, documentsBucket } = localDeployment(google);
    const times: number[] = [];
    await atOnce(CALLERS, DOCUMENTS, async (index) => {
      const [name, documentId] = [`${index}.txt`, `document-${index}`];
      google.storage.insert(documentsBucket, name, 'Hello\n', { contentType: 'text/plain' });
      const outcome = new Promise<Attempt>((resolve) => waiting.set(documentId, resolve));
      const started = performance.now();
      await service.enqueue({ sourceUri: `gs://${documentsBucket}/${name}`, documentId }, signal);
      const { number, outcome: became } = await outcome;
      if (number > 1 || became !== 'succeeded') throw new Error(`${documentId} was ${became} at attempt ${number}.`);
      times.push(performance.now() - started);
    });
    if (refusals.count > 0) throw new Error(`Cloud Storage refused ${refusals.count} changes of objects.`);
    return median(times);
  } finally {
    await google.close();
  }
}

function countRefusals({ storage }: LocalGoogle): { readonly count: number } {
  const refusals = { count: 0 };
  const insert = storage.insert.bind(storage);
  storage.insert = (...args) => {
    try {
      return insert(...args);
    } catch (error) {
      if (error instanceof StorageApiError && error.code === 429) refusals.count++;
      throw error;
    }
  };
  return refusals;
}
