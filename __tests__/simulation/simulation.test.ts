import { BrokenPromise } from '../../simulation/invariants.ts';
import type { Sabotage } from '../../simulation/sabotage.ts';
import { describeRun, type Run, simulate } from '../../simulation/simulate.ts';

async function simulateAll(seeds: number, sabotage?: Sabotage): Promise<Run[]> {
  const runs: Run[] = [];
  for (let seed = 0; seed < seeds; seed++) runs.push(await simulate(seed, sabotage));
  return runs;
}

test('300 seeds: whatever goes wrong, everything that was accepted has exactly one outcome, and an event of it', async () => {
  const runs = await simulateAll(300);
  expect(runs.filter(({ broken }) => broken !== undefined).map(describeRun)).toEqual([]);
  const total = (count: (run: Run) => number) => runs.reduce((sum, run) => sum + count(run), 0);
  // Neither an empty world nor one in which all is lost would show anything.
  expect(total((run) => run.accepted)).toBeGreaterThan(1000);
  expect(total((run) => run.completed)).toBeGreaterThan(700);
  expect(total((run) => run.failed)).toBeGreaterThan(100);
  expect(total((run) => run.events)).toBeGreaterThan(1000);
}, 60_000);

test('the same seed is the same run', async () => {
  expect(await simulate(7)).toEqual(await simulate(7));
});

describe('the checks notice when a part of the mechanism is taken out', () => {
  test.each<[Sabotage, number, RegExp]>([
    ['first writer', 80, /is said once/],
    ['fence', 80, /by the attempt that holds it|by an attempt that holds it/],
    ['lease', 80, /is worked on by one attempt at a time/],
    ['resumption', 80, /no model is asked again about/],
    ['telling', 80, /is told before its task is acknowledged/],
    ['watchdog', 80, /has an outcome in the end; it is (PENDING|PROCESSING|undefined)/],
  ])(
    'the %s',
    async (sabotage, seeds, promise) => {
      const broken = (await simulateAll(seeds, sabotage)).flatMap((run) => run.broken ?? []);
      expect(broken.length).toBeGreaterThan(0);
      for (const error of broken) expect(error).toBeInstanceOf(BrokenPromise);
      expect(broken.map(({ message }) => message).join('\n')).toMatch(promise);
    },
    60_000,
  );
});
