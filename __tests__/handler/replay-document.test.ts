import * as fc from 'fast-check';
import { CloudTasksClient, type CreateTask } from '../../handler/cloud-tasks-client.ts';
import {
  claim,
  completed,
  type DocumentError,
  type DocumentRecord,
  failed,
  pendingRecord,
  released,
  replayed,
} from '../../handler/document-record.ts';
import { documentTaskSchema } from '../../handler/document-task.ts';
import { processDocument } from '../../handler/process-document.ts';
import { replayDocument } from '../../handler/replay-document.ts';
import { CLIENT_SETTINGS, setUp } from './helpers.ts';

const CORRUPT: DocumentError = { reason: 'corrupt', message: 'No.' };

/** A FAILED document, and a Cloud Tasks that is a list of payloads. */
async function failedDocument(settings: object = CLIENT_SETTINGS) {
  const { dependencies, clock, task, record } = setUp();
  const created = new Map<string, unknown>();
  const cloudTasks = { down: false };
  const createTask = async ({ task }: { task: { name: string; httpRequest: { body: string } } }) => {
    if (cloudTasks.down) throw Object.assign(new Error('The service is unavailable.'), { code: 14 });
    if (created.has(task.name)) throw Object.assign(new Error('Requested entity already exists'), { code: 6 });
    created.set(task.name, JSON.parse(Buffer.from(task.httpRequest.body, 'base64').toString()));
    return [task];
  };
  const tasks = new CloudTasksClient(settings, async () => ({ createTask }) as unknown as CreateTask, clock);
  const failedRecord = failed({ ...pendingRecord(task, clock.now()), attempts: 5 }, CORRUPT, clock.now());
  const stored = await dependencies.records.swap(undefined, failedRecord);
  await clock.advance(60_000);
  const replay = (documentId = 'a1') => replayDocument(documentId, { ...dependencies, tasks });
  return { dependencies, clock, task, record, created, cloudTasks, stored, replay };
}

test('a FAILED document waits in the next epoch, with its error in the history, and has the tasks of that epoch', async () => {
  const { replay, record, created, stored, clock, task } = await failedDocument();
  const replayedRecord = await replay();
  expect(record()).toEqual(replayedRecord);
  const at = new Date(clock.now()).toISOString();
  expect(replayedRecord).toEqual({
    ...task,
    epoch: 1,
    status: 'PENDING',
    attempts: 0,
    createdAt: at,
    updatedAt: at,
    history: [
      {
        epoch: 0,
        attempts: 5,
        error: CORRUPT,
        createdAt: stored.record.createdAt,
        updatedAt: stored.record.updatedAt,
      },
    ],
  });
  expect([...created.keys()]).toEqual([
    expect.stringMatching(/\/tasks\/[0-9a-f]{32}-a1-1$/),
    expect.stringMatching(/\/tasks\/[0-9a-f]{32}-a1-1-check-0$/),
  ]);
  expect([...created.values()]).toEqual([
    { ...task, epoch: 1 },
    { ...task, epoch: 1, round: 0 },
  ]);
});

test('the new epoch can complete, and keeps the history', async () => {
  const { replay, record, task, dependencies } = await failedDocument();
  const { epoch, history } = await replay();
  await processDocument({ ...task, epoch }, { retryCount: 0, draining: new AbortController().signal }, dependencies);
  expect(record()).toMatchObject({ status: 'COMPLETED', epoch: 1, attempts: 1, history });
  expect(record()).not.toHaveProperty('error');
});

test('a late task of the epoch before changes nothing', async () => {
  const { replay, record, task, dependencies } = await failedDocument();
  const waiting = await replay();
  const late = { retryCount: 3, draining: new AbortController().signal };
  expect(await processDocument(task, late, dependencies)).toMatchObject({ httpStatus: 200, status: 'PENDING' });
  expect(record()).toEqual(waiting);
});

test('tasks that could not be created are created by the repetition', async () => {
  const { replay, record, created, cloudTasks } = await failedDocument();
  cloudTasks.down = true;
  await expect(replay()).rejects.toThrow('The service is unavailable.');
  const waiting = record();
  cloudTasks.down = false;
  expect(await replay()).toEqual(waiting);
  expect(created.size).toBe(2);
});

test('two replays at once are one', async () => {
  const { replay, created } = await failedDocument();
  const [one, two] = await Promise.all([replay(), replay()]);
  expect(two).toEqual(one);
  expect(one).toMatchObject({ epoch: 1 });
  expect(created.size).toBe(2);
});

test('a document that is not there is refused', async () => {
  const { replay } = await failedDocument();
  await expect(replay('b2')).rejects.toThrow('There is no document b2.');
});

test.each([
  [
    'COMPLETED',
    (record: DocumentRecord, now: number) =>
      completed(record, { markdownUri: 'gs://r/m', metadataUri: 'gs://r/j', characters: 1 }, now),
  ],
  [
    'PROCESSING',
    (record: DocumentRecord, now: number) => {
      const waiting = replayed(record, now);
      const found = claim(waiting, waiting, { owner: 'one', now, leaseSeconds: 45 });
      return found.kind === 'claimed' ? found.record : record;
    },
  ],
])('a %s document is refused, and nothing is written', async (status, change) => {
  const { replay, record, created, dependencies, stored, clock } = await failedDocument();
  const { record: before } = await dependencies.records.swap(stored, change(stored.record, clock.now()));
  await expect(replay()).rejects.toThrow(`The document a1 is ${status}; only a FAILED one can be replayed.`);
  expect(record()).toEqual(before);
  expect(created.size).toBe(0);
});

test('without settings nothing is written', async () => {
  const { replay, record } = await failedDocument({});
  await expect(replay()).rejects.toThrow('Creating a Cloud Tasks task needs settings that are empty');
  expect(record()).toMatchObject({ status: 'FAILED', epoch: 0 });
});

describe('history', () => {
  const task = documentTaskSchema.parse({
    documentId: 'a1',
    sourceUri: 'gs://documents/a.pdf',
    generation: '1',
    filename: 'a.pdf',
  });

  test('has every epoch before this one, the latest last, and at most 20', () => {
    const attempts = fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 50 });
    fc.assert(
      fc.property(attempts, (counts) => {
        let record = pendingRecord(task, 0);
        counts.forEach((count, index) => {
          record = replayed(failed({ ...record, attempts: count }, CORRUPT, index * 2 + 1), index * 2 + 2);
        });
        expect(record).toMatchObject({ epoch: counts.length, attempts: 0, status: 'PENDING' });
        const kept = counts.map((count, epoch) => ({ epoch, attempts: count, error: CORRUPT })).slice(-20);
        expect(record.history ?? []).toMatchObject(kept);
      }),
    );
  });

  test('stays through every way a record changes', () => {
    const start = replayed(failed(pendingRecord(task, 0), CORRUPT, 1), 2);
    const changes = fc.constantFrom(
      (record: DocumentRecord, now: number) => {
        const found = claim(record, { ...task, epoch: record.epoch }, { owner: 'one', now, leaseSeconds: 1 });
        return found.kind === 'claimed' ? found.record : record;
      },
      (record: DocumentRecord, now: number) => released(record, CORRUPT, now),
      (record: DocumentRecord, now: number) => failed(record, CORRUPT, now),
      (record: DocumentRecord, now: number) =>
        completed(record, { markdownUri: 'gs://r/m', metadataUri: 'gs://r/j', characters: 1 }, now),
    );
    fc.assert(
      fc.property(fc.array(changes, { maxLength: 10 }), (steps) => {
        const end = steps.reduce((record, step, index) => step(record, 10_000 * (index + 1)), start);
        expect(end.history).toEqual(start.history);
      }),
    );
  });

  test('is kept when a task of a later epoch, made by another service, begins that epoch', () => {
    const before = failed({ ...pendingRecord(task, 0), attempts: 2 }, CORRUPT, 1);
    const found = claim(before, { ...task, epoch: 7 }, { owner: 'one', now: 2, leaseSeconds: 45 });
    expect(found).toMatchObject({
      kind: 'claimed',
      record: { epoch: 7, attempts: 1, history: [{ epoch: 0, attempts: 2, error: CORRUPT }] },
    });
  });

  test('a task of a later epoch about another document is a conflict', () => {
    const other = { ...task, epoch: 7, sourceUri: 'gs://documents/b.pdf' };
    expect(claim(pendingRecord(task, 0), other, { owner: 'one', now: 2, leaseSeconds: 45 }).kind).toBe('conflict');
  });
});
