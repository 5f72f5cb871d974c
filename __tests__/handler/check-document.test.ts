import { cancelDocument } from '../../handler/cancel-document.ts';
import { checkDocument } from '../../handler/check-document.ts';
import { processDocument } from '../../handler/process-document.ts';
import type { DocumentCheck } from '../../state/document-task.ts';
import { type End, openingOf } from '../../state/state-objects.ts';
import { noteCalls, setUp } from './handler-in-memory.ts';

const ATTEMPT = { documentId: 'a1', epoch: 0, number: 1 };
const iso = (ms: number) => new Date(ms).toISOString();

async function watched({ isAccepted = true } = {}) {
  const parts = setUp();
  const { dependencies, clock, task } = parts;
  const { states } = dependencies;
  if (isAccepted) await states.open('a1', 0, openingOf(task, 'accepted', clock.now()));
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
  /** Looks, lets the time between two looks pass, and looks again with what the first has seen. */
  const lookTwice = async () => {
    await look(0);
    await clock.advance(960_000);
    const looking = look(1, checks[0]?.seen);
    // Where somebody else has just written a name, Cloud Storage has the watchdog wait before it says so.
    await clock.advance(2000);
    return looking;
  };
  const claim = (owner: string, number = 1) =>
    states.claim({ ...ATTEMPT, number }, { owner, expiresAt: clock.now() + 45_000, at: iso(clock.now()) });
  const end = (kind: End['kind'], number = 1) =>
    states.end({ ...ATTEMPT, number }, { kind, by: 'other', at: iso(clock.now()), attempts: number });
  return { ...parts, states, look, lookTwice, claim, end, checks };
}

test('the first look only remembers how the document is, and looks again later', async () => {
  const { look, checks, task, view } = await watched();
  const before = view();
  expect(await look(0)).toBeUndefined();
  expect(checks).toEqual([{ ...task, round: 1, seen: '1 -' }]);
  expect(view()).toEqual(before);
});

test('a document that nothing happened to between two looks is FAILED', async () => {
  const { lookTwice, checks, view } = await watched();
  expect(await lookTwice()).toMatchObject({ kind: 'FAILED', error: { reason: 'abandoned' } });
  expect(view()).toMatchObject({
    status: 'FAILED',
    attempts: 0,
    error: {
      reason: 'abandoned',
      message: 'No attempt came to an end: each was cut off, or the task was deleted. Replay the document.',
    },
  });
  expect(checks).toHaveLength(1);
});

test('a document whose last attempt died without a word is FAILED, and the attempt counts', async () => {
  const { lookTwice, claim, clock, view } = await watched();
  await claim('dead');
  await clock.advance(46_000);
  expect(await lookTwice()).toMatchObject({ kind: 'FAILED', attempts: 1 });
  expect(view()).toMatchObject({ status: 'FAILED', attempts: 1 });
});

test.each([
  ['began', 'claim'],
  ['was given back', 'end'],
  ['was renewed', 'renew'],
] as const)('a document whose attempt %s meanwhile is left alone', async (_what, change) => {
  const { look, checks, clock, claim, end, states, view } = await watched();
  if (change === 'renew') await claim('one');
  await clock.advance(46_000);
  await look(0);
  await clock.advance(60_000);
  if (change === 'claim') await claim('one');
  if (change === 'end') {
    await claim('one');
    await end('GIVEN-BACK');
  }
  if (change === 'renew') {
    const { generation = '' } = (await states.lease(ATTEMPT)) ?? {};
    await states.renew(ATTEMPT, { owner: 'one', expiresAt: clock.now(), at: iso(clock.now()) }, generation);
  }
  await clock.advance(900_000);
  expect(await look(1, checks[0]?.seen)).toBeUndefined();
  expect(view()).toMatchObject({ status: 'PENDING' });
  expect(checks).toMatchObject([{ round: 1 }, { round: 2 }]);
});

test('a live lease is never given up, even where nothing seems to have changed', async () => {
  const { look, claim, view } = await watched();
  const lease = await claim('one');
  expect(await look(1, `1 ${lease?.generation}`)).toBeUndefined();
  expect(view()).toMatchObject({ status: 'PROCESSING' });
});

test('a look that stalls after it has read the lease does not take for run out what was renewed meanwhile', async () => {
  const { look, claim, store, clock, view } = await watched();
  const lease = await claim('one');
  const stat = store.stat.bind(store);
  store.stat = async (...args) => {
    const found = await stat(...args);
    store.stat = stat;
    await clock.advance(60_000);
    return found;
  };
  expect(await look(1, `1 ${lease?.generation}`)).toBeUndefined();
  expect(view()).toMatchObject({ status: 'PENDING' });
});

test('an attempt that begins while the document is given up keeps it', async () => {
  const { look, lookTwice, claim, states, checks, view } = await watched();
  const real = states.claim.bind(states);
  states.claim = async (...args) => {
    states.claim = real;
    await claim('faster');
    return real(...args);
  };
  expect(await lookTwice()).toBeUndefined();
  expect(view()).toMatchObject({ status: 'PROCESSING', lease: { owner: 'faster' } });
  expect(checks).toHaveLength(2);
  expect(await look(2, checks[1]?.seen)).toBeUndefined();
});

test.each(['outcome', 'replay', 'deletion', 'conflict'] as const)('an %s ends the looking', async (what) => {
  const { look, checks, end, states, task, clock } = await watched();
  if (what !== 'conflict') await end(what === 'outcome' ? 'COMPLETED' : 'FAILED');
  if (what === 'replay') await states.open('a1', 1, openingOf(task, 'replayed', clock.now()));
  if (what === 'deletion') await states.open('a1', 1, { kind: 'deleted', at: iso(clock.now()) });
  const other = what === 'conflict' ? { generation: '7' } : {};
  expect(await look(1, '1 -', 0, other)).toBeUndefined();
  expect(checks).toEqual([]);
});

test('a look at a document that is done takes one list', async () => {
  const { look, dependencies, store, task } = await watched();
  await processDocument(task, { retryCount: 0, draining: new AbortController().signal }, dependencies);
  const calls = noteCalls(store);
  await look(0);
  expect(calls).toEqual(['list state/6ce14823-a1/']);
});

test('a task of another service that no attempt opened an epoch for is FAILED at the second look', async () => {
  const { lookTwice, checks, view } = await watched({ isAccepted: false });
  expect(await lookTwice()).toMatchObject({ kind: 'FAILED', attempts: 0, error: { reason: 'abandoned' } });
  expect(checks).toMatchObject([{ round: 1, seen: '1 -' }]);
  expect(view()).toMatchObject({ status: 'FAILED', attempts: 0, epoch: 0 });
});

test('somebody who ends the document faster than the watchdog wins', async () => {
  const { lookTwice, dependencies, states, view } = await watched();
  const end = states.end.bind(states);
  states.end = async (...args) => {
    states.end = end;
    await cancelDocument('a1', dependencies);
    return end(...args);
  };
  expect(await lookTwice()).toBeUndefined();
  expect(view()).toMatchObject({ status: 'FAILED', error: { reason: 'cancelled' } });
});

test('a look that was cut off before makes its successor first, so that an outage cannot end the looking', async () => {
  const { look, checks, store } = await watched();
  store.list = () => {
    throw new Error('out of reach');
  };
  await expect(look(3, 'then', 1)).rejects.toThrow('out of reach');
  expect(checks).toMatchObject([{ round: 4, seen: 'then' }]);
});
