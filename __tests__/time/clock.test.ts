import { jest } from '@jest/globals';
import { systemClock } from '../../time/clock.ts';

const HOUR = 3_600_000;

beforeEach(() => jest.useFakeTimers({ now: Date.UTC(2030, 0, 1) }));
afterEach(() => jest.useRealTimers());

/** How often a timer of so many milliseconds has run. */
function timer(ms: number) {
  const fired = jest.fn();
  const handle = systemClock.setTimeout(fired, ms);
  return { times: () => fired.mock.calls.length, handle };
}

test.each([1, 4_999, 5_000, 5_001, 12_345, HOUR, 30 * 24 * HOUR])(
  'a timer of %d ms runs once, and not before',
  (ms) => {
    const { times } = timer(ms);
    jest.advanceTimersByTime(ms - 1);
    expect(times()).toBe(0);
    jest.advanceTimersByTime(1);
    expect(times()).toBe(1);
    jest.advanceTimersByTime(HOUR);
    expect(times()).toBe(1);
  },
);

test('what came due while the machine slept runs within five seconds of its waking', () => {
  const { times } = timer(HOUR);
  jest.advanceTimersByTime(60_000);
  jest.setSystemTime(Date.now() + 8 * HOUR);
  jest.advanceTimersByTime(5_000);
  expect(times()).toBe(1);
});

test('a clock that is set back keeps nobody waiting', () => {
  const { times } = timer(HOUR);
  jest.setSystemTime(Date.now() - 8 * HOUR);
  jest.advanceTimersByTime(HOUR);
  expect(times()).toBe(1);
});

test('a long timer can be cancelled at any time', () => {
  const { times, handle } = timer(HOUR);
  jest.advanceTimersByTime(60_000);
  systemClock.clearTimeout(handle);
  jest.advanceTimersByTime(2 * HOUR);
  expect(times()).toBe(0);
});
