import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ShownDocument } from '../../cli/document-service.ts';
import type { LocalDeployment } from '../../cli/local-deployment.ts';
import { processFile } from '../../cli/process-file.ts';
import { ResultsFolder } from '../../cli/results-folder.ts';
import { MemoryObjectStore } from '../../simulation/memory-object-store.ts';
import { VirtualClock } from '../../time/virtual-clock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'process-file-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Look extends Partial<ShownDocument> {
  /** Seconds from then until Cloud Tasks tries again; null when it has no task. @default 0 */
  readonly nextIn?: number | null;
}

/** Processes a file by a service that shows a document so, look by look, a second apart. */
async function processed(looks: readonly Look[], stored: Record<string, string> = {}, isUploadOnly = false) {
  const clock = new VirtualClock();
  const storage = new MemoryObjectStore(clock, ['documents', 'results']);
  for (const [name, content] of Object.entries(stored)) storage.objects.insert('results', name, content);
  const changes: string[] = [];
  let next: number | undefined;
  const base = { documentId: 'd1', epoch: 0, attempts: 0, status: 'PENDING' as const };
  const requests: object[] = [];
  const deployment: LocalDeployment = {
    storage,
    documentsBucket: 'documents',
    resultsBucket: 'results',
    service: {
      appears: async () => base,
      enqueue: async (request) => {
        requests.push(request);
        return base;
      },
      async *looksAt() {
        for (const { nextIn = 0, ...look } of looks) {
          next = nextIn === null ? undefined : clock.now() + nextIn * 1000;
          yield { ...base, ...look };
          await clock.advance(1000);
        }
      },
    },
    nextAttemptAt: () => next,
  };
  const file = path.join(folder, 'a.txt');
  writeFileSync(file, 'Hello');
  using results = ResultsFolder.take(path.join(folder, 'results'));
  writeFileSync(path.join(folder, 'results', 'a.txt.md'), 'of an earlier run');
  const outcome = await processFile(file, 'a.txt', {
    deployment,
    how: { method: 'local', ocr: 'skip' },
    isUploadOnly,
    results,
    clock,
    onChange: (status, detail) => changes.push(`${status} ${detail}`.trim()),
    signal: new AbortController().signal,
  });
  return { outcome, changes, requests, names: storage.names('documents') };
}

const resultFile = (name: string) => path.join(folder, 'results', name);
const RESULT = { markdownUri: 'gs://results/m', metadataUri: 'gs://results/j', characters: 5 };

test('a file is uploaded, enqueued and followed; its results are written and each change is said once', async () => {
  const { outcome, changes, requests, names } = await processed(
    [
      {},
      {},
      { status: 'PROCESSING', attempts: 1 },
      { status: 'PROCESSING', attempts: 1 },
      { status: 'COMPLETED', attempts: 1, result: { ...RESULT, pages: 2, fieldsUri: 'gs://results/f' } },
    ],
    { m: '# Hello', j: '{}', f: '{"a":1}' },
  );
  expect(requests).toEqual([{ sourceUri: `gs://documents/${names[0]}`, method: 'local', ocr: 'skip' }]);
  expect(names).toEqual([expect.stringMatching(/^[0-9a-f]{32}\/a\.txt$/)]);
  expect(changes).toEqual(['PENDING', 'PROCESSING attempt 1']);
  expect(outcome).toEqual({
    documentId: 'd1',
    document: 'a.txt',
    status: 'COMPLETED',
    attempts: 1,
    seconds: 4,
    markdown: resultFile('a.txt.md'),
    fields: resultFile('a.txt.fields.json'),
    reason: null,
    pages: 2,
    characters: 5,
    partial: undefined,
  });
  expect(readFileSync(resultFile('a.txt.md'), 'utf8')).toBe('# Hello');
});

test('a failed attempt is said with its reason, and the next one as soon as its time is known', async () => {
  const error = { reason: 'error', message: 'No.' };
  const failed = { status: 'PENDING', attempts: 1, error } as const;
  const { changes, outcome } = await processed([
    failed,
    { ...failed, nextIn: 10 },
    { ...failed, nextIn: 9 },
    { status: 'FAILED', attempts: 2, error: { reason: 'corrupt', message: 'Damaged.' } },
  ]);
  expect(changes).toEqual(['PENDING attempt 1 failed: No.', 'PENDING attempt 2 in 10 s']);
  expect(outcome).toMatchObject({ status: 'FAILED', attempts: 2, markdown: null, reason: 'corrupt: Damaged.' });
});

test('an answer that was not accepted is kept, and named in the reason', async () => {
  const rejected = 'results/1196bc66-d1/1/rejected-answer.json';
  const error = { reason: 'extraction-invalid', message: `The answers are in gs://results/${rejected}.` };
  const { outcome } = await processed([{ status: 'FAILED', attempts: 1, error }], { [rejected]: '{}' });
  const rejectedAnswer = resultFile('a.txt.rejected-answer.json');
  expect(outcome).toMatchObject({
    rejectedAnswer,
    reason: `extraction-invalid: The answers are in ${rejectedAnswer}.`,
  });
});

test('a document without a task is looked at once more, and then given up', async () => {
  const gone = { status: 'PROCESSING', attempts: 3, nextIn: null } as const;
  const once = await processed([gone, { status: 'COMPLETED', attempts: 3, result: RESULT }], { m: '', j: '' });
  expect(once.outcome.status).toBe('COMPLETED');
  const twice = await processed([gone, gone, gone]);
  expect(twice.outcome).toMatchObject({
    status: 'FAILED',
    attempts: 3,
    reason: 'error: Cloud Tasks gave up on it: no attempt came to an end.',
  });
});

test('a document that its upload hands in is there before its task is', async () => {
  const opened = { nextIn: null };
  const done = { status: 'COMPLETED', attempts: 1, result: RESULT } as const;
  const { outcome } = await processed([opened, opened, opened, done], { m: '', j: '' }, true);
  expect(outcome.status).toBe('COMPLETED');
  const gone = await processed([opened, {}, opened, opened, done], {}, true);
  expect(gone.outcome.reason).toBe('error: Cloud Tasks gave up on it: no attempt came to an end.');
});

test('what an earlier run left under the name is gone when the document fails', async () => {
  await processed([{ status: 'FAILED', attempts: 1 }]);
  expect(readdirSync(path.join(folder, 'results'))).toEqual([]);
});
