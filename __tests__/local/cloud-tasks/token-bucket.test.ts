import fc from 'fast-check';
import { TokenBucket } from '../../../local/cloud-tasks/token-bucket.ts';

const START = Date.UTC(2030, 0, 1);

test('gives its burst at once, then nothing', () => {
  const bucket = new TokenBucket(10, 3, START);
  expect([1, 2, 3, 4].map(() => bucket.take(START))).toEqual([true, true, true, false]);
});

test('names the moment of the next token, and keeps it', () => {
  const bucket = new TokenBucket(10, 1, START);
  bucket.take(START);
  expect(bucket.availableAt(START)).toBe(START + 100);
  expect(bucket.take(START + 99)).toBe(false);
  expect(bucket.take(START + 100)).toBe(true);
});

test('saves no more than its burst', () => {
  const bucket = new TokenBucket(1000, 2, START);
  const later = START + 3_600_000;
  expect([1, 2, 3].map(() => bucket.take(later))).toEqual([true, true, false]);
});

test('a lower rate holds from now on', () => {
  const bucket = new TokenBucket(500, 100, START);
  bucket.configure(1, 10, START);
  expect(Array.from({ length: 11 }, () => bucket.take(START)).filter(Boolean)).toHaveLength(10);
  expect(bucket.availableAt(START)).toBe(START + 1000);
});

test('what was saved at the old rate is kept when the rate changes', () => {
  const bucket = new TokenBucket(10, 5, START);
  for (let token = 0; token < 5; token++) bucket.take(START);
  bucket.configure(1, 5, START + 300);
  expect([1, 2, 3, 4].map(() => bucket.take(START + 300))).toEqual([true, true, true, false]);
});

test('a larger burst is saved up to', () => {
  const bucket = new TokenBucket(10, 1, START);
  bucket.configure(10, 3, START);
  const later = START + 3_600_000;
  expect([1, 2, 3, 4].map(() => bucket.take(later))).toEqual([true, true, true, false]);
});

test('a clock that is set back gives and takes nothing, and the bucket fills on from there', () => {
  const bucket = new TokenBucket(10, 2, START);
  bucket.take(START);
  const before = START - 3_600_000;
  expect([1, 2].map(() => bucket.take(before))).toEqual([true, false]);
  expect(bucket.availableAt(before)).toBe(before + 100);
  expect(bucket.take(before + 100)).toBe(true);
});

test('a token that is a microsecond away counts as there', () => {
  const bucket = new TokenBucket(500_000, 1, 0);
  bucket.take(0);
  expect(bucket.availableAt(0.001)).toBe(0.001);
});

/** A bucket in exact thousandths of a token, by the definition: whole rates and whole milliseconds. */
function takesByDefinition(ratePerSecond: number, burst: number, gaps: number[]): boolean[] {
  let thousandths = burst * 1000;
  return gaps.map((gap) => {
    thousandths = Math.min(burst * 1000, thousandths + gap * ratePerSecond);
    if (thousandths < 1000) return false;
    thousandths -= 1000;
    return true;
  });
}

test('takes exactly what the definition allows, for any rate, burst and arrivals', () => {
  const rate = fc.integer({ min: 1, max: 500 });
  const gaps = fc.array(fc.nat(300), { maxLength: 300 });
  fc.assert(
    fc.property(rate, fc.integer({ min: 1, max: 100 }), gaps, (ratePerSecond, burst, arrivals) => {
      const bucket = new TokenBucket(ratePerSecond, burst, START);
      let now = START;
      const taken = arrivals.map((gap) => {
        now += gap;
        return bucket.take(now);
      });
      expect(taken).toEqual(takesByDefinition(ratePerSecond, burst, arrivals));
    }),
  );
});

test('whoever comes when it says always gets a token, and over time exactly the rate', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.01, max: 500, noNaN: true }), fc.integer({ min: 1, max: 100 }), (rate, burst) => {
      const bucket = new TokenBucket(rate, burst, START);
      let now = START;
      const takes = burst + 1000;
      let taken = 0;
      for (let visit = 0; visit < takes; visit++) {
        now = bucket.availableAt(now);
        if (bucket.take(now)) taken++;
      }
      expect(taken).toBe(takes);
      expect((now - START) / 1000).toBeCloseTo((takes - burst) / rate, 2);
    }),
    { numRuns: 50 },
  );
});
