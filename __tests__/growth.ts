/** How many times as long the larger work is. */
const TIMES = 8;
/** As many short works as make a long one take as long as it; where the time grows with the square, an eighth of that. */
const MOST = 3;
/** Below this, the clock of a thread's computing is too coarse. */
const FEWEST_MICROSECONDS = 40_000;
const MOST_ROUNDS = 5;

/**
 * Requires that the time of a work does not grow with the square of its length. Counted is what this thread computes, which a busy
 * machine hardly changes.
 *
 * @param work with something of that length, on this thread
 * @param length of the smaller one; one of eight times that is compared with eight of this
 * @throws Error when its time grows as with the square of its length
 */
export async function requireLinearTime(work: (length: number) => unknown, length: number): Promise<void> {
  let times = 1;
  let short = await computingOf(work, length, TIMES);
  for (; short < FEWEST_MICROSECONDS; short = await computingOf(work, length, TIMES * times)) times *= 2;
  let long = Number.POSITIVE_INFINITY;
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    long = Math.min(long, await computingOf(work, TIMES * length, times));
    if (long < MOST * short) return;
  }
  throw new Error(
    `A work of ${TIMES} times the length takes ${(long / short).toFixed(1)} times as long as ${TIMES} works.`,
  );
}

/** In microseconds. */
async function computingOf(work: (length: number) => unknown, length: number, times: number): Promise<number> {
  const before = process.threadCpuUsage();
  for (let i = 0; i < times; i++) await work(length);
  const { user, system } = process.threadCpuUsage(before);
  return user + system;
}
