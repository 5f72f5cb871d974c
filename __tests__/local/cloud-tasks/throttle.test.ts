import fc from 'fast-check';
import { retryAfterMs, Throttle } from '../../../local/cloud-tasks/throttle.ts';

const NOW = Date.UTC(2030, 0, 1, 12);

describe('Throttle', () => {
  test.each([429, 503])('a %i holds the queue for a second, longer each time in a row, up to a minute', (status) => {
    const throttle = new Throttle();
    let now = NOW;
    const holds = Array.from({ length: 8 }, () => {
      throttle.record(status, 0, now);
      const hold = throttle.heldUntil - now;
      now = throttle.heldUntil;
      return hold / 1000;
    });
    expect(holds).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  });

  test.each([200, 404, 409, 500, 504])('a %i holds nothing, and ends the row', (status) => {
    const throttle = new Throttle();
    throttle.record(status, 0, NOW);
    expect(throttle.heldUntil).toBeLessThan(NOW);
    throttle.record(503, 0, NOW);
    throttle.record(status, 0, NOW + 1000);
    throttle.record(503, 0, NOW + 2000);
    expect(throttle.heldUntil).toBe(NOW + 3000);
  });

  test('answers that come while it holds do not count as further ones', () => {
    const throttle = new Throttle();
    for (let answer = 0; answer < 40; answer++) throttle.record(503, 0, NOW + answer);
    expect(throttle.heldUntil).toBe(NOW + 1000);
  });

  test('a longer Retry-After counts, a shorter one does not', () => {
    const throttle = new Throttle();
    throttle.record(503, 30_000, NOW);
    expect(throttle.heldUntil).toBe(NOW + 30_000);
    throttle.record(503, 1, NOW + 30_000);
    expect(throttle.heldUntil).toBe(NOW + 32_000);
  });
});

describe('retryAfterMs', () => {
  test.each([
    [undefined, 0],
    ['7', 7000],
    [' 7 ', 7000],
    ['0', 0],
    ['Tue, 01 Jan 2030 12:00:30 GMT', 30_000],
    ['Tue, 01 Jan 2030 11:00:00 GMT', 0],
    ['soon', 0],
    ['-5', 0],
    ['99999999999', 3_600_000],
  ])('%p is %i ms', (header, ms) => {
    expect(retryAfterMs(header, NOW)).toBe(ms);
  });

  test('is from nothing to an hour, whatever a target sends', () => {
    fc.assert(
      fc.property(fc.string(), (header) => {
        const ms = retryAfterMs(header, NOW);
        expect(ms >= 0 && ms <= 3_600_000).toBe(true);
      }),
    );
  });
});
