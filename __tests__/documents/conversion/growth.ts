/** How many times as much the larger work is. */
const TIMES = 8;
/** Work that grows with its length takes 8 times as long, work that grows with its square 64 times. */
const MOST = 24;
const FEWEST_ROUNDS = 2;
const MOST_ROUNDS = 10;

/**
 * How many times as long a work takes when it is eight times as much, both measured in turns, their best rounds compared: a busy machine
 * makes a round slower and none quicker, and more rounds are run where the first ones say nothing.
 *
 * @param work with something of that length
 * @param length of the smaller one
 * @throws Error when its time grows as with the square of its length
 */
export async function requireLinearTime(work: (length: number) => unknown, length: number): Promise<void> {
  await work(length);
  let small = Number.POSITIVE_INFINITY;
  let large = Number.POSITIVE_INFINITY;
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    small = Math.min(small, await timeOf(work, length));
    large = Math.min(large, await timeOf(work, TIMES * length));
    if (round >= FEWEST_ROUNDS && large < MOST * small) return;
  }
  throw new Error(`${TIMES} times the length takes ${Math.round(large / small)} times as long.`);
}

async function timeOf(work: (length: number) => unknown, length: number): Promise<number> {
  const started = performance.now();
  await work(length);
  return performance.now() - started;
}
