import { checkDocument } from '../../handler/check-document.ts';
import { claim, completed, pendingRecord, released } from '../../handler/document-record.ts';
import { setUp } from './helpers.ts';

async function watched() {
  const parts = setUp();
  const { dependencies, clock, task } = parts;
  const stored = await dependencies.records.swap(undefined, pendingRecord(task, clock.now()));
  const look = (round: number, seen?: string) =>
    checkDocument({ documentId: 'a1', epoch: 0, round, ...(seen !== undefined && { seen }) }, dependencies);
  return { ...parts, stored, look };
}

test('the first look only remembers how the document is, and looks again later', async () => {
  const { look, checks, clock, stored, record } = await watched();
  expect(await look(0)).toBeUndefined();
  const check = { documentId: 'a1', epoch: 0, round: 1, seen: stored.record.updatedAt };
  expect(checks).toEqual([{ check, at: clock.now() + 960_000 }]);
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
  expect(checks).toMatchObject([{ check: { round: 2 } }]);
});

test('a live lease is never given up, even where the clocks disagree', async () => {
  const { look, clock, stored, dependencies, task } = await watched();
  const found = claim(stored.record, task, { owner: 'one', now: clock.now(), leaseSeconds: 45 });
  if (found.kind !== 'claimed') throw new Error(found.kind);
  const held = await dependencies.records.swap(stored, found.record);
  expect(await look(1, held.record.updatedAt)).toBeUndefined();
});

test('an outcome, a replay or a record that is gone ends the looking', async () => {
  const { look, checks, clock, stored, dependencies } = await watched();
  const result = { markdownUri: 'gs://r/m', metadataUri: 'gs://r/j', characters: 1 };
  const done = await dependencies.records.swap(stored, completed(stored.record, result, clock.now()));
  expect(await look(1, done.record.updatedAt)).toBeUndefined();
  await dependencies.records.swap(done, { ...stored.record, epoch: 1 });
  expect(await look(1, stored.record.updatedAt)).toBeUndefined();
  expect(await checkDocument({ documentId: 'none', epoch: 0, round: 0 }, dependencies)).toBeUndefined();
  expect(checks).toEqual([]);
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
