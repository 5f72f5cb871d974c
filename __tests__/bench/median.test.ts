import fc from 'fast-check';
import { median } from '../../bench/median.ts';

const numbers = fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1 });

test('is the value in the middle, whatever the order', () => {
  expect(median([30, 1, 2])).toBe(2);
});

test('is half way between the two in the middle of an even number', () => {
  expect(median([10, 1, 4, 2])).toBe(3);
});

test('has at most half of the values below it and at most half above', () => {
  fc.assert(
    fc.property(numbers, (values) => {
      const middle = median(values);
      expect(values.filter((value) => value < middle).length).toBeLessThanOrEqual(values.length / 2);
      expect(values.filter((value) => value > middle).length).toBeLessThanOrEqual(values.length / 2);
    }),
  );
});

test('leaves the values in their order', () => {
  const values = [3, 1, 2];
  median(values);
  expect(values).toEqual([3, 1, 2]);
});

test('refuses no values', () => {
  expect(() => median([])).toThrow(new RangeError('The median needs at least one value; received none.'));
});
