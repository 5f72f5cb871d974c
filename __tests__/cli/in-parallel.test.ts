import { inParallel } from '../../cli/in-parallel.ts';

test('works on each item once, so many at a time', async () => {
  const done: number[] = [];
  const begun: (() => void)[] = [];
  let most = 0;
  const working = inParallel([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
    await new Promise<void>((resolve) => begun.push(resolve));
    done.push(item);
  });
  while (done.length < 7) {
    for (let turns = 0; turns < 100; turns++) await null;
    most = Math.max(most, begun.length);
    begun.shift()?.();
  }
  await working;
  expect(done).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(most).toBe(3);
});

test('takes an item only when there is room for it', async () => {
  let taken = 0;
  async function* endless() {
    for (;;) yield ++taken;
  }
  const { promise, reject } = Promise.withResolvers<void>();
  const working = inParallel(endless(), 2, () => promise);
  for (let turns = 0; turns < 100; turns++) await null;
  expect(taken).toBe(2);
  reject(new Error('enough'));
  await expect(working).rejects.toThrow('enough');
});

test('after a failure takes no further item, and waits for those that were begun', async () => {
  const begun: number[] = [];
  const ended: number[] = [];
  const { promise: slow, resolve } = Promise.withResolvers<void>();
  const working = inParallel([1, 2, 3, 4], 2, async (item) => {
    begun.push(item);
    if (item === 1) throw new Error('first');
    await slow;
    ended.push(item);
  });
  let settled = false;
  working.catch(() => {}).finally(() => (settled = true));
  for (let turns = 0; turns < 100; turns++) await null;
  expect(settled).toBe(false);
  resolve();
  await expect(working).rejects.toThrow('first');
  expect(begun).toEqual([1, 2]);
  expect(ended).toEqual([2]);
});

test('a list that breaks off is the failure', async () => {
  async function* broken() {
    yield 1;
    throw new Error('page 2 is gone');
  }
  await expect(inParallel(broken(), 4, async () => {})).rejects.toThrow('page 2 is gone');
});
