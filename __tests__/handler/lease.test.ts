import { StorageError } from '../../google/object-store.ts';
import { HeldLease, LeaseLostError, leaseOf } from '../../handler/lease.ts';
import { attemptName, type End, openingOf } from '../../state/state-objects.ts';
import { noteCalls, RESULTS, setUp } from './handler-in-memory.ts';

const RESULT = { markdownUri: 'gs://r/m', metadataUri: 'gs://r/j', characters: 1 };
const ERROR = { reason: 'error', message: 'No.' };
const ATTEMPT = { documentId: 'a1', epoch: 0, number: 1 };
const LEASE_NAME = attemptName(ATTEMPT, 'lease');
const patience = new AbortController().signal;

async function hold() {
  const parts = setUp();
  const { dependencies, clock, task } = parts;
  const { states, settings } = dependencies;
  await states.open('a1', 0, openingOf(task, 'accepted', clock.now()));
  const stored = await states.claim(ATTEMPT, leaseOf('one', clock.now(), settings.deadlines));
  if (stored === undefined) throw new Error('not claimed');
  const lost: LeaseLostError[] = [];
  const { deadlines } = settings;
  const lease = new HeldLease(ATTEMPT, stored, { states, clock, deadlines, onLost: (error) => lost.push(error) });
  const commit = () => lease.end({ kind: 'COMPLETED', result: RESULT }, patience);
  const giveBack = () => lease.end({ kind: 'GIVEN-BACK', error: ERROR }, patience);
  const expiresAt = async () => (await states.lease(ATTEMPT))?.expiresAt;
  const endBy = (by: string, kind: End['kind']) =>
    states.end(ATTEMPT, { kind, by, at: new Date(clock.now()).toISOString(), attempts: 1 });
  return { ...parts, states, lease, lost, commit, giveBack, expiresAt, endBy };
}

test('renews every 15 s, always for 45 s more, until it has ended', async () => {
  const { clock, expiresAt, commit } = await hold();
  const start = clock.now();
  await clock.advance(15_000);
  expect(await expiresAt()).toBe(start + 60_000);
  await clock.advance(15_000);
  expect(await expiresAt()).toBe(start + 75_000);
  expect(await commit()).toMatchObject({ kind: 'COMPLETED', by: 'one', attempts: 1, result: RESULT });
  expect(clock.pendingTimers).toBe(0);
});

test('15 s of work take one read and one write', async () => {
  const { clock, store } = await hold();
  const calls = noteCalls(store);
  await clock.advance(15_000);
  expect(calls).toEqual([`stat ${attemptName(ATTEMPT, 'end')}`, `write ${LEASE_NAME}`]);
});

test('a renewal that fails is tried again, and the lease outlives two failures', async () => {
  const { clock, store, expiresAt, commit } = await hold();
  const start = clock.now();
  const write = store.write;
  store.write = async () => {
    throw new StorageError(503, 'Backend Error');
  };
  await clock.advance(30_000);
  store.write = write;
  await clock.advance(14_999);
  expect(await expiresAt()).toBe(start + 45_000);
  expect(await commit()).toMatchObject({ kind: 'COMPLETED' });
});

test('a renewal whose answer was lost does not cost the lease', async () => {
  const { clock, store, lost, expiresAt } = await hold();
  const start = clock.now();
  const write = store.write.bind(store);
  store.write = async (...args) => {
    await write(...args);
    throw new StorageError(0, 'socket hang up');
  };
  await clock.advance(15_000);
  store.write = write;
  await clock.advance(30_000);
  expect(lost).toEqual([]);
  // It was found with another generation after 30 s, taken for its own, and renewed again after 45 s.
  expect(await expiresAt()).toBe(start + 45_000 + 45_000);
});

test('a renewal that hangs holds up neither the next one nor the outcome', async () => {
  const { clock, store, commit, expiresAt } = await hold();
  const start = clock.now();
  const write = store.write;
  store.write = (_bucket, _name, _body, { signal }) =>
    new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
  await clock.advance(15_000);
  store.write = write;
  await clock.advance(29_999);
  expect(await expiresAt()).toBe(start + 45_000);
  store.write = (_bucket, name, _body, { signal }) =>
    name === LEASE_NAME
      ? new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
      : write.call(store, _bucket, name, _body, { contentType: 'text/plain', metadata: {} });
  await clock.advance(1);
  await commit();
  expect(clock.pendingTimers).toBe(0);
});

test('a lease that has run out by its own clock is not renewed any more, and its end counts if nobody was faster', async () => {
  const { clock, store, lost, expiresAt, commit } = await hold();
  const start = clock.now();
  const write = store.write;
  store.write = async () => {
    throw new StorageError(503, 'Backend Error');
  };
  await clock.advance(44_999);
  store.write = write;
  await clock.advance(60_001);
  expect(await expiresAt()).toBe(start + 45_000);
  expect(lost).toEqual([]);
  expect(await commit()).toMatchObject({ kind: 'COMPLETED', by: 'one' });
});

test.each([0, 60_000])(
  'whoever ends the attempt first takes it, and it is noticed within 15 s: after %i ms',
  async (after) => {
    const { clock, store, lost, commit, giveBack, endBy, states } = await hold();
    if (after > 0) {
      // Its renewals were out of reach, so that the lease has run out meanwhile.
      const { write } = store;
      store.write = () => Promise.reject(new StorageError(503, 'Backend Error'));
      await clock.advance(after);
      store.write = write;
    }
    await endBy('two', 'TAKEN-OVER');
    await clock.advance(15_000);
    expect(lost).toEqual([new LeaseLostError('a1')]);
    await expect(giveBack()).rejects.toThrow(LeaseLostError);
    await expect(commit()).rejects.toThrow(
      "Document a1 is not this attempt's any more: it was taken over, given up, cancelled or deleted.",
    );
    expect(await states.endOf(ATTEMPT)).toMatchObject({ kind: 'TAKEN-OVER', by: 'two' });
    expect(clock.pendingTimers).toBe(0);
  },
);

test('a lease whose object is gone is lost: its document was deleted', async () => {
  const { clock, store, lost } = await hold();
  store.objects.delete(RESULTS, LEASE_NAME);
  await clock.advance(15_000);
  expect(lost).toHaveLength(1);
  expect(clock.pendingTimers).toBe(0);
});

test('of its own ends the first one counts', async () => {
  const { clock, commit, giveBack } = await hold();
  await commit();
  await clock.advance(1000);
  expect(await giveBack()).toMatchObject({ kind: 'COMPLETED', result: RESULT });
});
