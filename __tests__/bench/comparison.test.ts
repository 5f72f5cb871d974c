import fc from 'fast-check';
import { type Comparison, verdictOf } from '../../bench/comparison.ts';

const comparison: Comparison = {
  what: 'start',
  baselineName: 'bare server',
  unit: 'ms',
  measured: 160,
  baseline: 100,
  aim: { timesBaseline: 1.6 },
};

test('an aim of so many times the baseline is met at exactly that', () => {
  expect(verdictOf(comparison)).toEqual({ ratio: 1.6, met: true });
});

test('an aim is missed even by what the table does not show', () => {
  expect(verdictOf({ ...comparison, measured: 160.1 }).met).toBe(false);
});

test('an aim to be faster compares the other way round', () => {
  const aim = { timesFaster: 6 };
  expect(verdictOf({ ...comparison, measured: 100, baseline: 600, aim })).toEqual({ ratio: 6, met: true });
  expect(verdictOf({ ...comparison, measured: 100, baseline: 599, aim })).toEqual({ ratio: 5.99, met: false });
});

test('less measured never turns a met aim into a missed one', () => {
  const quantity = fc.double({ min: 0.001, max: 1e6, noNaN: true });
  const aim = fc.oneof(fc.record({ timesBaseline: quantity }), fc.record({ timesFaster: quantity }));
  fc.assert(
    fc.property(quantity, quantity, quantity, aim, (one, other, baseline, aim) => {
      const [less, more] = [Math.min(one, other), Math.max(one, other)].map(
        (measured) => verdictOf({ ...comparison, measured, baseline, aim }).met,
      );
      expect(less || !more).toBe(true);
    }),
  );
});
