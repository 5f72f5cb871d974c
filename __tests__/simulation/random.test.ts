import fc from 'fast-check';
import { Random } from '../../simulation/random.ts';

const seed = fc.integer({ min: 0, max: 2 ** 32 - 1 });

test('the same seed is the same chance, another is another', () => {
  const chances = (from: number) => {
    const random = new Random(from);
    return Array.from({ length: 20 }, () => random.next());
  };
  fc.assert(
    fc.property(seed, (one) => {
      expect(chances(one)).toEqual(chances(one));
      expect(chances(one)).not.toEqual(chances(one === 0 ? 1 : one - 1));
    }),
  );
});

test('a number is between its ends, both included, and whole', () => {
  const random = new Random(1);
  const seen = new Set(Array.from({ length: 200 }, () => random.between(-2, 2)));
  expect([...seen].toSorted((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2]);
});

test('every item is picked, and no other', () => {
  const random = new Random(1);
  const seen = new Set(Array.from({ length: 200 }, () => random.pick(['a', 'b', 'c'])));
  expect([...seen].toSorted()).toEqual(['a', 'b', 'c']);
});

test('what is impossible never happens, what is certain always', () => {
  const random = new Random(1);
  for (let time = 0; time < 100; time++) expect([random.chance(0), random.chance(1)]).toEqual([false, true]);
});
