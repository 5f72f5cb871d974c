import fc from 'fast-check';
import { retriesExhausted, retryDelayMs } from '../../../local/cloud-tasks/backoff.ts';
import { DEFAULT_RETRY_CONFIG, type RetryConfig } from '../../../local/cloud-tasks/queue-config.ts';

const config = (changes: Partial<RetryConfig>): RetryConfig => ({ ...DEFAULT_RETRY_CONFIG, ...changes });

/** The reference's rule, written out step by step: double, then add, never above the maximum. */
function delaysByDefinition({ minBackoffMs, maxBackoffMs, maxDoublings }: RetryConfig, count: number): number[] {
  const delays: number[] = [];
  let delay = minBackoffMs;
  for (let step = 0; step < count; step++) {
    delays.push(Math.min(delay, maxBackoffMs));
    delay = step < maxDoublings ? delay * 2 : delay + minBackoffMs * 2 ** maxDoublings;
  }
  return delays;
}

describe('retryDelayMs', () => {
  test("is the reference's example: 10, 20, 40, 80, 160, 240, 300, 300", () => {
    const example = config({ minBackoffMs: 10_000, maxBackoffMs: 300_000, maxDoublings: 3 });
    const seconds = [1, 2, 3, 4, 5, 6, 7, 8].map((failures) => retryDelayMs(example, failures) / 1000);
    expect(seconds).toEqual([10, 20, 40, 80, 160, 240, 300, 300]);
  });

  test('grows linearly from the start without doublings', () => {
    const linear = config({ minBackoffMs: 1000, maxBackoffMs: 10_000, maxDoublings: 0 });
    expect([1, 2, 3].map((failures) => retryDelayMs(linear, failures))).toEqual([1000, 2000, 3000]);
  });

  test('stays 0 with a minimum of 0, however often it fails', () => {
    expect(retryDelayMs(config({ minBackoffMs: 0, maxDoublings: 5000 }), 100_000)).toBe(0);
  });

  test('is what the definition says, for any configuration', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.nat(5_000_000), fc.nat(20), (minBackoffMs, more, maxDoublings) => {
        const any = config({ minBackoffMs, maxBackoffMs: minBackoffMs + more, maxDoublings });
        const delays = Array.from({ length: 40 }, (_, index) => retryDelayMs(any, index + 1));
        expect(delays).toEqual(delaysByDefinition(any, 40));
      }),
    );
  });

  test('never shrinks and never exceeds the maximum', () => {
    fc.assert(
      fc.property(
        fc.nat(10_000),
        fc.nat(1e7),
        fc.nat(1e6),
        fc.integer({ min: 1, max: 1e6 }),
        (min, more, maxDoublings, n) => {
          const any = config({ minBackoffMs: min, maxBackoffMs: min + more, maxDoublings });
          expect(retryDelayMs(any, n + 1)).toBeGreaterThanOrEqual(retryDelayMs(any, n));
          expect(retryDelayMs(any, n)).toBeLessThanOrEqual(min + more);
        },
      ),
    );
  });
});

describe('retriesExhausted', () => {
  test.each([
    { maxAttempts: 5, maxRetryDurationMs: 0, attempts: 4, since: 1e9, exhausted: false },
    { maxAttempts: 5, maxRetryDurationMs: 0, attempts: 5, since: 0, exhausted: true },
    { maxAttempts: 5, maxRetryDurationMs: 60_000, attempts: 5, since: 59_999, exhausted: false },
    { maxAttempts: 5, maxRetryDurationMs: 60_000, attempts: 4, since: 60_000, exhausted: false },
    { maxAttempts: 5, maxRetryDurationMs: 60_000, attempts: 5, since: 60_000, exhausted: true },
    { maxAttempts: -1, maxRetryDurationMs: 60_000, attempts: 9999, since: 59_999, exhausted: false },
    { maxAttempts: -1, maxRetryDurationMs: 60_000, attempts: 1, since: 60_000, exhausted: true },
    { maxAttempts: -1, maxRetryDurationMs: 0, attempts: 1e6, since: 1e12, exhausted: false },
  ])(
    '$maxAttempts attempts in $maxRetryDurationMs ms: after $attempts attempts and $since ms, $exhausted',
    ({ maxAttempts, maxRetryDurationMs, attempts, since, exhausted }) => {
      expect(retriesExhausted(config({ maxAttempts, maxRetryDurationMs }), attempts, since)).toBe(exhausted);
    },
  );
});
