import { interleave } from '../../bench/interleave.ts';

/** Takes samples that number themselves, and notes which kind was taken when. */
function recorder() {
  const taken: string[] = [];
  const take = (kind: string) => async () => taken.push(kind);
  return { taken, kinds: { a: take('a'), b: take('b') } };
}

test('takes the kinds in turn, every other round backwards, after a round to warm up', async () => {
  const { taken, kinds } = recorder();
  await interleave(3, kinds);
  expect(taken).toEqual(['a', 'b', 'b', 'a', 'a', 'b', 'b', 'a']);
});

test('returns the samples of each kind without those of the round that warms up', async () => {
  const { kinds } = recorder();
  expect(await interleave(2, kinds)).toEqual({ a: [4, 5], b: [3, 6] });
});

test('takes one at a time', async () => {
  let running = 0;
  const alone = async () => {
    running++;
    await new Promise(setImmediate);
    return running--;
  };
  expect(await interleave(2, { a: alone, b: alone })).toEqual({ a: [1, 1], b: [1, 1] });
});

test('ends at the first sample that cannot be taken', async () => {
  const { taken, kinds } = recorder();
  const b = () => Promise.reject(new Error('no b'));
  await expect(interleave(2, { ...kinds, b })).rejects.toThrow('no b');
  expect(taken).toEqual(['a']);
});
