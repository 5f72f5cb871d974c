import { StorageError } from '../../google/object-store.ts';
import { claim, completed, withConversion } from '../../handler/document-record.ts';
import { HeldLease, LeaseLostError } from '../../handler/lease.ts';
import { setUp } from './helpers.ts';

const CONVERSION = { markdownUri: 'gs://r/m', metadataUri: 'gs://r/j', type: 'text', characters: 1 } as const;
const RESULT = { markdownUri: 'gs://r/m', metadataUri: 'gs://r/j', characters: 1 };
const patience = new AbortController().signal;

async function hold() {
  const parts = setUp();
  const { dependencies, clock, task } = parts;
  const found = claim(undefined, task, { owner: 'one', now: clock.now(), leaseSeconds: 45 });
  if (found.kind !== 'claimed') throw new Error(found.kind);
  const stored = await dependencies.records.swap(undefined, found.record);
  const lost: LeaseLostError[] = [];
  const lease = new HeldLease('one', stored, { ...dependencies, onLost: (error) => lost.push(error) });
  const update = () => lease.update((record) => withConversion(record, CONVERSION), patience);
  const commit = () => lease.settle((record) => completed(record, RESULT, clock.now()), patience);
  return { ...parts, lost, update, commit };
}

test('renews every 15 s, always for 45 s more, until it is settled', async () => {
  const { clock, record, commit } = await hold();
  const start = clock.now();
  await clock.advance(15_000);
  expect(record()?.lease?.expiresAt).toBe(start + 60_000);
  await clock.advance(15_000);
  expect(record()?.lease?.expiresAt).toBe(start + 75_000);
  await commit();
  expect(clock.pendingTimers).toBe(0);
});

test('what was got done is written with a renewal, and the next one is 15 s later', async () => {
  const { clock, record, update, commit } = await hold();
  const start = clock.now();
  await clock.advance(10_000);
  await update();
  expect(record()).toMatchObject({ status: 'PROCESSING', converted: CONVERSION, lease: { expiresAt: start + 55_000 } });
  await clock.advance(14_999);
  expect(record()?.lease?.expiresAt).toBe(start + 55_000);
  await clock.advance(1);
  expect(record()).toMatchObject({ converted: CONVERSION, lease: { expiresAt: start + 70_000 } });
  expect(clock.pendingTimers).toBe(1);
  await commit();
  expect(clock.pendingTimers).toBe(0);
});

test('a renewal that hangs does not hold up what was got done, and there is one timer afterwards', async () => {
  const { clock, store, record, update } = await hold();
  const write = store.write.bind(store);
  store.write = (_bucket, _name, _body, { signal }) =>
    new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
  await clock.advance(15_000);
  store.write = write;
  await update();
  expect(record()).toMatchObject({ converted: CONVERSION });
  expect(clock.pendingTimers).toBe(1);
});

test('a write that fails on the way leaves the lease renewing', async () => {
  const { clock, store, record, update, commit } = await hold();
  const start = clock.now();
  const write = store.write.bind(store);
  store.write = async () => {
    throw new StorageError(503, 'Backend Error');
  };
  await expect(update()).rejects.toThrow('Backend Error');
  store.write = write;
  await clock.advance(15_000);
  expect(record()?.lease?.expiresAt).toBe(start + 60_000);
  expect(await commit()).toMatchObject({ status: 'COMPLETED' });
});

test('a renewal that fails is tried again, and the lease outlives two failures', async () => {
  const { clock, store, record, commit } = await hold();
  const start = clock.now();
  const write = store.write.bind(store);
  store.write = async () => {
    throw new StorageError(503, 'Backend Error');
  };
  await clock.advance(30_000);
  store.write = write;
  await clock.advance(15_000);
  expect(record()?.lease?.expiresAt).toBe(start + 45_000 + 45_000);
  expect(await commit()).toMatchObject({ status: 'COMPLETED' });
});

test('a renewal whose answer was lost does not cost the lease', async () => {
  const { clock, store, lost, commit } = await hold();
  const write = store.write.bind(store);
  store.write = async (...args) => {
    await write(...args);
    throw new StorageError(0, 'socket hang up');
  };
  await clock.advance(15_000);
  store.write = write;
  expect(await commit()).toMatchObject({ status: 'COMPLETED' });
  expect(lost).toEqual([]);
});

test('a renewal that hangs does not hold up the outcome', async () => {
  const { clock, store, commit } = await hold();
  const write = store.write.bind(store);
  store.write = (_bucket, _name, _body, { signal }) =>
    new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
  await clock.advance(15_000);
  store.write = write;
  expect(await commit()).toMatchObject({ status: 'COMPLETED' });
});

test('a record that another attempt has taken over is lost: its holder is told, and nothing is written', async () => {
  const { clock, dependencies, task, lost, record, update, commit } = await hold();
  const current = await dependencies.records.read('a1');
  const later = { owner: 'two', now: clock.now() + 45_000, leaseSeconds: 45 };
  const found = claim(current?.record, task, later);
  if (found.kind !== 'claimed') throw new Error(found.kind);
  await dependencies.records.swap(current, found.record);
  await clock.advance(15_000);
  expect(lost).toEqual([new LeaseLostError('a1')]);
  await expect(update()).rejects.toThrow(LeaseLostError);
  await expect(commit()).rejects.toThrow('The lease of document a1 was taken over by another attempt.');
  expect(record()?.lease?.owner).toBe('two');
  expect(clock.pendingTimers).toBe(0);
});
