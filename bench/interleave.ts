/**
 * Takes a sample of each kind, again and again, so that whatever else the machine does meets all kinds alike. Every other
 * round goes backwards, for the same reason. A first round warms the machine's caches up and does not count.
 *
 * @param runs how many samples to take of each kind, 1 or more
 * @returns the samples of each kind, in the order they were taken
 */
export async function interleave<Kind extends string, Sample>(
  runs: number,
  kinds: Readonly<Record<Kind, () => Promise<Sample>>>,
): Promise<Record<Kind, Sample[]>> {
  const names = Object.keys(kinds) as Kind[];
  const samples = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Kind, Sample[]>;
  for (let round = 0; round <= runs; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const sample = await kinds[name]();
      if (round > 0) samples[name].push(sample);
    }
  }
  return samples;
}
