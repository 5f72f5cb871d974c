/** `npm run simulate`: the handler under every fault, for as many seeds as there is patience. */
import { Option } from 'commander';
import { describeRun, simulate } from '../simulation/simulate.ts';
import { systemClock } from '../time/clock.ts';
import { newCommand, runCommand } from './command-line.ts';
import { wholeNumber } from './option-values.ts';
import { Progress } from './progress.ts';

const MAX_SEED = 2 ** 32 - 1;

interface SimulateOptions {
  readonly seeds: number;
  readonly from: number;
  readonly seed?: number;
}

const command = newCommand(
  'npm run simulate --',
  'Runs the handler on simulated time through crashes, lost answers and duplicates, and checks its promises.',
)
  .option('--seeds <N>', 'how many runs', wholeNumber('--seeds', 1, MAX_SEED), 1000)
  .option('--from <SEED>', 'the first seed', wholeNumber('--from', 0, MAX_SEED), 0)
  .addOption(
    new Option('--seed <SEED>', 'this one alone')
      .argParser(wholeNumber('--seed', 0, MAX_SEED))
      .conflicts(['seeds', 'from']),
  );

await runCommand(command, run);

async function run(
  _words: unknown,
  { seeds, from, seed: only }: SimulateOptions,
  signal: AbortSignal,
): Promise<number> {
  const first = only ?? from;
  const count = only === undefined ? seeds : 1;
  const totals = { accepted: 0, completed: 0, failed: 0, broken: 0 };
  using progress = new Progress({ output: process.stderr, clock: systemClock });
  for (let seed = first; seed < first + count; seed++) {
    signal.throwIfAborted();
    const one = await simulate(seed);
    totals.accepted += one.accepted;
    totals.completed += one.completed;
    totals.failed += one.failed;
    if (one.broken !== undefined) {
      totals.broken++;
      progress.above(() => console.log(describeRun(one)));
    }
    progress.advance('seeds', { total: count });
  }
  progress.end();
  const { accepted, completed, failed, broken } = totals;
  console.log(
    `${countOf(count)}: ${accepted} documents accepted, ${completed} COMPLETED, ${failed} FAILED; ` +
      `${countOf(broken)} broke a promise.`,
  );
  return broken === 0 ? 0 : 1;
}

function countOf(seeds: number): string {
  return seeds === 1 ? '1 seed' : `${seeds} seeds`;
}
