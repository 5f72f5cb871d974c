import fc from 'fast-check';
import { isoTime } from '../../time/iso-time.ts';

test('is what Date writes, whatever was written before', () => {
  const milliseconds = fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 });
  const near = fc.tuple(milliseconds, fc.integer({ min: -1500, max: 1500 })).map(([at, later]) => [at, at + later]);
  fc.assert(
    fc.property(near, (times) => {
      expect(times.map(isoTime)).toEqual(times.map((at) => new Date(at).toISOString()));
    }),
  );
});

test('drops what is less than a millisecond', () => {
  expect(isoTime(Date.UTC(2030, 0, 1) + 7.9)).toBe('2030-01-01T00:00:00.007Z');
});

test('refuses what is no time, and goes on', () => {
  expect(() => isoTime(Number.NaN)).toThrow(RangeError);
  expect(isoTime(0)).toBe('1970-01-01T00:00:00.000Z');
});
