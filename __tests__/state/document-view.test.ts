import * as fc from 'fast-check';
import { type StateListing, stateOf } from '../../state/document-state.ts';
import { viewOf } from '../../state/document-view.ts';
import { CONVERTED, CORRUPT, conversion, end, NOW, opening, RESULT, TASK, tombstone } from './listed-objects.ts';

const iso = (ms: number) => new Date(ms).toISOString();
const LEASE = { owner: 'one', expiresAt: NOW + 45_000, at: iso(NOW + 500) };
const view = (listing: StateListing, lease?: typeof LEASE, now = NOW) => viewOf(stateOf('a1', listing), lease, now);

test('a document that waits', () => {
  const at = iso(NOW);
  expect(view([opening()])).toEqual({ ...TASK, status: 'PENDING', attempts: 0, createdAt: at, updatedAt: at });
});

test('a document that is worked on', () => {
  expect(view([opening()], LEASE)).toEqual({
    ...TASK,
    status: 'PROCESSING',
    attempts: 1,
    lease: LEASE,
    createdAt: iso(NOW),
    updatedAt: LEASE.at,
  });
});

test('a document whose attempt is dead waits, and the attempt counts', () => {
  const found = view([opening(), end(0, 1, 'GIVEN-BACK', { error: CORRUPT })], LEASE, NOW + 46_000);
  expect(found).toMatchObject({ status: 'PENDING', attempts: 2, error: CORRUPT });
  expect(found).not.toHaveProperty('lease');
});

test('a document that was given back says why, also while the next attempt runs', () => {
  const listing = [opening(), end(0, 1, 'GIVEN-BACK', { error: CORRUPT }), end(0, 2, 'TAKEN-OVER')];
  expect(view(listing)).toMatchObject({ status: 'PENDING', attempts: 2, error: CORRUPT, updatedAt: iso(NOW + 2000) });
  expect(view(listing, LEASE)).toMatchObject({ status: 'PROCESSING', attempts: 3, error: CORRUPT });
});

test('a COMPLETED document has its result, and neither an earlier error nor the conversion beside it', () => {
  const before = [opening(), conversion(0, 1), end(0, 1, 'GIVEN-BACK', { error: CORRUPT })];
  expect(view([...before, end(0, 2, 'COMPLETED', { result: RESULT })], LEASE)).toEqual({
    ...TASK,
    status: 'COMPLETED',
    attempts: 2,
    result: RESULT,
    createdAt: iso(NOW),
    updatedAt: iso(NOW + 2000),
  });
});

test('a FAILED document has its error, and what was converted of it', () => {
  const listing = [opening(), conversion(0, 1), end(0, 1, 'FAILED', { error: CORRUPT, attempts: 0 })];
  expect(view(listing)).toMatchObject({ status: 'FAILED', attempts: 0, error: CORRUPT, converted: CONVERTED });
});

test('there is no document before it was accepted, nor after it was deleted', () => {
  expect(view([])).toBeUndefined();
  expect(view([opening(), end(0, 1, 'FAILED'), tombstone(1)])).toBeUndefined();
});

test('the history has every epoch before this one, the latest last, and at most 20', () => {
  const attempts = fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 50 });
  fc.assert(
    fc.property(attempts, (counts) => {
      const rows = counts.flatMap((count, epoch) => [
        opening(epoch, epoch === 0 ? 'accepted' : 'replayed'),
        end(epoch, 1, 'FAILED', { attempts: count, error: CORRUPT }),
      ]);
      const found = view([...rows, opening(counts.length, 'replayed')]);
      expect(found).toMatchObject({ epoch: counts.length, attempts: 0, status: 'PENDING' });
      const times = { createdAt: iso(NOW), updatedAt: iso(NOW + 1000) };
      const kept = counts.map((count, epoch) => ({ epoch, attempts: count, error: CORRUPT, ...times })).slice(-20);
      expect(found?.history ?? []).toEqual(kept);
      expect(found).not.toHaveProperty('error');
    }),
  );
});
