/** `npm run simulate`: the handler under every fault, for as many seeds as there is patience. */
import { describeRun, simulate } from '../simulation/simulate.ts';
import { type Command, type ParsedCommand, runCommand, wholeNumber } from './command-line.ts';

const command: Command = {
  usage: 'npm run simulate -- [options]',
  summary: 'Runs the handler on simulated time through crashes, lost answers and duplicates, and checks its promises.',
  options: {
    seeds: { type: 'string', value: 'N', help: 'how many runs (default: 1000)' },
    from: { type: 'string', value: 'SEED', help: 'the first seed (default: 0)' },
    seed: { type: 'string', value: 'SEED', help: 'this one alone' },
  },
  takesFiles: false,
};

await runCommand(command, run);

async function run({ options }: ParsedCommand, signal: AbortSignal): Promise<number> {
  const from = whole('seed', options.seed) ?? whole('from', options.from) ?? 0;
  const seeds = options.seed !== undefined ? 1 : (whole('seeds', options.seeds, 1) ?? 1000);
  const totals = { accepted: 0, completed: 0, failed: 0, broken: 0 };
  for (let seed = from; seed < from + seeds; seed++) {
    signal.throwIfAborted();
    const one = await simulate(seed);
    totals.accepted += one.accepted;
    totals.completed += one.completed;
    totals.failed += one.failed;
    if (one.broken !== undefined) {
      totals.broken++;
      console.log(describeRun(one));
    }
    if (process.stderr.isTTY && seed % 50 === 0) process.stderr.write(`\r${seed - from} of ${seeds} seeds`);
  }
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  const { accepted, completed, failed, broken } = totals;
  console.log(
    `${countOf(seeds)}: ${accepted} documents accepted, ${completed} COMPLETED, ${failed} FAILED; ` +
      `${countOf(broken)} broke a promise.`,
  );
  return broken === 0 ? 0 : 1;
}

function countOf(seeds: number): string {
  return seeds === 1 ? '1 seed' : `${seeds} seeds`;
}

function whole(name: string, value: unknown, min = 0): number | undefined {
  return value === undefined ? undefined : wholeNumber(`--${name}`, value, min, 2 ** 32 - 1);
}
