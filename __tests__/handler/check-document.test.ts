import { checkDocument } from '../../handler/check-document.ts';
import { claim, completed, pendingRecord, released } from '../../handler/document-record.ts';
import type { DocumentCheck } from '../../handler/document-task.ts';
import { RESULTS, setUp } from './helpers.ts';

async function watched() {
  const parts = setUp();
  const { dependencies, clock, task } = parts;
  const stored = await dependencies.records.swap(undefined, pendingRecord(task, clock.now()));
  const checks: DocumentCheck[] = [];
  const tasks = {
    createDocumentCheckTask: async (check: DocumentCheck) => {
      checks.push(check);
      return { name: 'check' };
    },
  };
  const look = (round: number, seen?: string, retryCount = 0, other: Partial<DocumentCheck> = {}) => {
    const check = { ...task, round, ...(seen !== undefined && { seen }), ...other };
    return checkDocument(check, retryCount, { ...dependencies, tasks });
  };
  return { ...parts, stored, look, checks };
}

test('the first look only remembers how the document is, and looks again later', async () => {
  const { look, checks, stored, task, record } = await watched();
  expect(await look(0)).toBeUndefined();
  expect(checks).toEqual([{ ...task, round: 1, seen: stored.record.updatedAt }]);
  expect(record()).toEqual(stored.record);
});

test('a document that nothing happened to between two looks is FAILED', async () => {
  const { look, checks, clock, stored, record } = await watched();
  await clock.advance(960_000);
  expect(await look(1, stored.record.updatedAt)).toMatchObject({ status: 'FAILED' });
  expect(record()).toMatchObject({
    status: 'FAILED',
    error: {
      reason: 'abandoned',
      message: 'No attempt came to an end: each was cut off, or the task was deleted. Replay the document.',
    },
  });
  expect(checks).toEqual([]);
});

test('a document that an attempt worked on meanwhile is left alone', async () => {
  const { look, checks, clock, stored, dependencies, task } = await watched();
  await clock.advance(1000);
  const found = claim(stored.record, task, { owner: 'one', now: clock.now(), leaseSeconds: 45 });
  if (found.kind !== 'claimed') throw new Error(found.kind);
  await dependencies.records.swap(stored, released(found.record, { reason: 'error', message: 'No.' }, clock.now()));
  expect(await look(1, stored.record.updatedAt)).toBeUndefined();
  expect(checks).toMatchObject([{ round: 2 }]);
});

test('a live lease is never given up, even where the clocks disagree', async () => {
  const { look, clock, stored, dependencies, task } = await watched();
  const found = claim(stored.record, task, { owner: 'one', now: clock.now(), leaseSeconds: 45 });
  if (found.kind !== 'claimed') throw new Error(found.kind);
  const held = await dependencies.records.swap(stored, found.record);
  expect(await look(1, held.record.updatedAt)).toBeUndefined();
});

test('an outcome or a replay ends the looking', async () => {
  const { look, checks, clock, stored, dependencies } = await watched();
  const result = { markdownUri: 'gs://r/m', metadataUri: 'gs://r/j', characters: 1 };
  const done = await dependencies.records.swap(stored, completed(stored.record, result, clock.now()));
  expect(await look(1, done.record.updatedAt)).toBeUndefined();
  await dependencies.records.swap(done, { ...stored.record, epoch: 1 });
  expect(await look(1, stored.record.updatedAt)).toBeUndefined();
  expect(checks).toEqual([]);
});

test('a task of another service that no attempt made a record for is FAILED at the second look', async () => {
  const { look, checks, store } = await watched();
  const other = { documentId: 'b2' };
  expect(await look(0, undefined, 0, other)).toBeUndefined();
  expect(checks).toMatchObject([{ documentId: 'b2', round: 1, seen: '' }]);
  expect(await look(1, '', 0, other)).toMatchObject({ status: 'FAILED', attempts: 0, error: { reason: 'abandoned' } });
  expect(store.names(RESULTS)).toContain('records/b2.json');
});

test('an attempt that is faster than the watchdog wins', async () => {
  const { look, clock, stored, dependencies, store, record } = await watched();
  const result = { markdownUri: 'gs://r/m', metadataUri: 'gs://r/j', characters: 1 };
  const write = store.write.bind(store);
  store.write = async (...args) => {
    store.write = write;
    await dependencies.records.swap(stored, completed(stored.record, result, clock.now()));
    return write(...args);
  };
  expect(await look(1, stored.record.updatedAt)).toBeUndefined();
  expect(record()).toMatchObject({ status: 'COMPLETED' });
});

test('a look that was cut off before makes its successor first, so that an outage cannot end the looking', async () => {
  const { look, checks, store } = await watched();
  store.read = async () => {
    throw new Error('out of reach');
  };
  await expect(look(3, 'then', 1)).rejects.toThrow('out of reach');
  expect(checks).toMatchObject([{ round: 4, seen: 'then' }]);
});
