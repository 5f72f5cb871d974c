import fc from 'fast-check';
import { MutationLimit } from '../../../local/cloud-storage/mutation-limit.ts';
import type { StorageApiError } from '../../../local/cloud-storage/storage-error.ts';

function isRefused(limit: MutationLimit, name: string, nowMs: number): boolean {
  try {
    limit.check('b', name, nowMs);
    return false;
  } catch (error) {
    expect((error as StorageApiError).code).toBe(429);
    return true;
  }
}

const step = fc.record({ name: fc.constantFrom('x', 'y', 'z'), after: fc.integer({ min: 0, max: 700 }) });

test('a change is refused exactly when the name was changed within the second before, and nothing older is remembered', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const limit = new MutationLimit(true);
      const changes = new Map<string, number>();
      let now = 0;
      for (const { name, after } of steps) {
        now += after;
        const last = changes.get(name);
        const expected = last !== undefined && now - last < 1000;
        expect(isRefused(limit, name, now)).toBe(expected);
        if (expected) continue;
        limit.changed('b', name, now);
        changes.set(name, now);
        expect(limit.size).toBe([...changes.values()].filter((at) => now - at < 1000).length);
      }
    }),
  );
});

test('a second is from 0 up to, not including, 1,000 ms', () => {
  const limit = new MutationLimit(true);
  limit.changed('b', 'x', 0);
  expect([0, 999, 1000].map((now) => isRefused(limit, 'x', now))).toEqual([true, true, false]);
});

test('a clock that was set back does not lock a name', () => {
  const limit = new MutationLimit(true);
  limit.changed('b', 'x', 3_600_000);
  expect(isRefused(limit, 'x', 5000)).toBe(false);
});

test('the same name in another bucket is another object', () => {
  const limit = new MutationLimit(true);
  limit.changed('a', 'x', 0);
  expect(isRefused(limit, 'x', 0)).toBe(false);
});

test.each([true, false])('a name refused on demand is refused until its time, enforced %s', (enforced) => {
  const limit = new MutationLimit(enforced);
  limit.refuse('b', 'x', 5000, 0);
  limit.refuse('b', 'y', 100, 200);
  expect([0, 4999, 5000].map((now) => isRefused(limit, 'x', now))).toEqual([true, true, false]);
});

test('without the limit any number of changes pass, and none is remembered', () => {
  const limit = new MutationLimit(false);
  limit.changed('b', 'x', 0);
  expect(isRefused(limit, 'x', 0)).toBe(false);
  expect(limit.size).toBe(0);
});
