import { setTimeout as delay } from 'node:timers/promises';
import { type LocalGoogle, startLocalGoogle } from '../../local/local-google.ts';
import type { DocumentView } from '../../state/document-view.ts';
import { parseStateName, STATE_PREFIX } from '../../state/state-objects.ts';
import { acceleratedClock } from '../../time/clock.ts';
import { storedView } from '../stored-document.ts';

/** What is asked of the service for a document: it is in the bucket already. */
interface EnqueueCall {
  readonly sourceUri: string;
  readonly filename: string;
  readonly documentId: string;
}

interface TortureOptions {
  /** Terraform JSON of a stack that was synthesised with {@link TORTURE_STACK}. */
  readonly stackFile: string;
  /** How a caller of the stack hands a document in; throws when it is not told that it is accepted. */
  readonly enqueuerOf: (google: LocalGoogle) => (call: EnqueueCall, signal: AbortSignal) => Promise<unknown>;
  readonly documents: number;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** Called when so many more documents have their outcome. */
  readonly onOutcomes: (more: number) => void;
}

/** What happened, and what should not have: one line each. */
interface TortureReport {
  readonly completed: number;
  readonly failed: number;
  /** Good documents that are FAILED all the same, because every one of their attempts was cut off. */
  readonly abandoned: number;
  readonly kills: number;
  readonly duplicates: number;
  readonly storageFaults: number;
  readonly problems: readonly string[];
}

/** Settings of the stack: short times, so that a minute has many of them. Cloud Tasks' own time runs three times as fast. */
export const TORTURE_STACK = {
  DISPATCH_DEADLINE_SECONDS: '15',
  MAX_INSTANCES: '4',
  CONCURRENCY: '8',
  MONITORING: 'false',
};
const TASKS_TIME_FACTOR = 3;
/** Share of requests to Cloud Storage that fail, half of them after their effect. */
const STORAGE_FAULTS = 0.03;
const CALLERS_AT_ONCE = 16;
/** A caller tries again until it is told that its document is accepted. */
const RETRY_MS = 200;
const POLL_MS = 500;
const TROUBLE_EVERY_MS = 4000;

interface TestDocument {
  readonly id: string;
  readonly name: string;
  readonly content: Buffer;
  /** The reason it must fail with; none: it must be COMPLETED, with its content. */
  readonly reason?: string;
}

/**
 * The bundle itself in up to four processes behind the local Google, with random SIGKILLs, duplicate deliveries and 503s of
 * Cloud Storage, until every document has its outcome.
 */
export async function torture(options: TortureOptions): Promise<TortureReport> {
  const { stackFile, enqueuerOf, documents: count, random, signal, onOutcomes } = options;
  const counts = { kills: 0, duplicates: 0, storageFaults: 0 };
  let isCalm = false;
  const google = await startLocalGoogle({
    stackFile,
    tasksClock: acceleratedClock(TASKS_TIME_FACTOR),
    storageFault: () => {
      if (isCalm || random() >= STORAGE_FAULTS) return undefined;
      counts.storageFaults++;
      return random() < 0.5 ? 'unavailable' : 'answer-lost';
    },
  });
  const trouble = setInterval(() => {
    if (isCalm) return;
    const pids = google.instancePids();
    const pid = pids[Math.floor(random() * pids.length)];
    if (pid !== undefined) counts.kills += kill(pid);
    google.tasks.faults.onAttempt({ kind: 'deliverTwice' }, { times: 5 });
    counts.duplicates += 5;
  }, TROUBLE_EVERY_MS);
  try {
    const documents = Array.from({ length: count }, (_, index) => testDocument(index));
    await enqueueAll(documents, google, enqueuerOf(google), signal);
    for (let open = documents; open.length > 0; await delay(POLL_MS, undefined, { signal })) {
      const before = open.length;
      open = open.filter((document) => !hasOutcome(viewOf(document, google)));
      // The last ones get peace: what is to be shown is that they end, and a watchdog takes minutes.
      isCalm ||= open.length < count / 20;
      if (open.length < before) onOutcomes(before - open.length);
    }
    return { ...counts, ...verify(documents, google) };
  } finally {
    clearInterval(trouble);
    await google.close();
  }
}

/** One in twenty is empty, one in twenty is a picture. */
function testDocument(index: number): TestDocument {
  const id = `document-${index}`;
  const kind = index % 20;
  if (kind === 0) return { id, name: `${id}.txt`, content: Buffer.of(), reason: 'empty' };
  if (kind === 1) {
    return {
      id,
      name: `${id}.png`,
      content: Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
      reason: 'needs-ocr',
    };
  }
  return { id, name: `${id}.txt`, content: Buffer.from(`This is document ${index}.\n`) };
}

/** Sixteen callers, each of which takes the next document that nobody has. */
async function enqueueAll(
  documents: readonly TestDocument[],
  google: LocalGoogle,
  enqueue: ReturnType<TortureOptions['enqueuerOf']>,
  signal: AbortSignal,
): Promise<void> {
  const bucket = bucketOf(google, 'documents_bucket');
  const waiting = documents.values();
  const caller = async () => {
    for (const { id, name, content } of waiting) {
      google.storage.insert(bucket, name, content, { contentType: 'application/octet-stream' });
      const call = { sourceUri: `gs://${bucket}/${name}`, filename: name, documentId: id };
      while (!(await isAccepted(call))) await delay(RETRY_MS, undefined, { signal });
    }
  };
  const isAccepted = (call: EnqueueCall) =>
    enqueue(call, signal).then(
      () => true,
      () => false,
    );
  await Promise.all(Array.from({ length: CALLERS_AT_ONCE }, caller));
}

function viewOf({ id }: TestDocument, google: LocalGoogle): DocumentView | undefined {
  return storedView(google.storage, bucketOf(google, 'results_bucket'), id, Date.now());
}

function hasOutcome(view: DocumentView | undefined): boolean {
  return view?.status === 'COMPLETED' || view?.status === 'FAILED';
}

function verify(documents: readonly TestDocument[], google: LocalGoogle) {
  const problems: string[] = [];
  let completed = 0;
  let failed = 0;
  let abandoned = 0;
  for (const document of documents) {
    const view = viewOf(document, google);
    if (view?.status === 'COMPLETED') {
      completed++;
      const [, , bucket = '', ...path] = (view.result?.markdownUri ?? '').split('/');
      const markdown = google.storage.get(bucket, path.join('/')).content.toString();
      if (document.reason !== undefined) problems.push(`${document.id} is COMPLETED; it cannot be converted`);
      else if (markdown.trim() !== document.content.toString().trim())
        problems.push(`${document.id} has the result of another`);
    } else {
      failed++;
      if (document.reason === undefined) abandoned++;
      const isCutOff = ['abandoned', 'error', 'interrupted', 'timeout'].includes(view?.error?.reason ?? '');
      if (view?.error?.reason !== document.reason && !isCutOff) {
        problems.push(
          `${document.id} is FAILED for ${view?.error?.reason}; expected ${document.reason ?? 'its result'}`,
        );
      }
    }
  }
  const opened = countOpenings(google);
  if (opened !== documents.length) problems.push(`${opened} documents were opened of ${documents.length}`);
  return { completed, failed, abandoned, problems };
}

function countOpenings(google: LocalGoogle): number {
  let count = 0;
  let pageToken: string | undefined;
  do {
    const page = google.storage.list(bucketOf(google, 'results_bucket'), { prefix: STATE_PREFIX, pageToken });
    count += page.items.filter(({ name }) => parseStateName(name)?.what === 'open').length;
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
  return count;
}

function bucketOf(google: LocalGoogle, output: string): string {
  return String(google.outputs[output]);
}

function kill(pid: number): number {
  try {
    process.kill(pid, 'SIGKILL');
    return 1;
  } catch {
    return 0;
  }
}
