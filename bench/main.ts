/** `npm run bench`: what this project promises to be quick and small at, each beside its baseline in the same run. */
import { availableParallelism } from 'node:os';
import { bundleHandler } from '../bundle.ts';
import { newCommand, runCommand } from '../cli/command-line.ts';
import { oneOf, wholeNumber } from '../cli/option-values.ts';
import { backfill } from './backfill.ts';
import { coldStart } from './cold-start.ts';
import type { Comparison } from './comparison.ts';
import { conversionColdStart } from './conversion-cold-start.ts';
import { conversionEventLoop } from './conversion-event-loop.ts';
import { conversionSpeed } from './conversion-speed.ts';
import { conversionThreads } from './conversion-threads.ts';
import { emulatorCreating } from './emulator-creating.ts';
import { emulatorDispatching } from './emulator-dispatching.ts';
import { emulatorHolding } from './emulator-holding.ts';
import { enqueue } from './enqueue.ts';
import { handlerMemory } from './handler-memory.ts';
import { handlerRequests } from './handler-requests.ts';
import type { Measurement } from './measurement.ts';
import { shortDocuments } from './short-documents.ts';
import { synth } from './synth.ts';
import { synthTsNode } from './synth-ts-node.ts';
import { comparisonJson, comparisonTable } from './table.ts';

/** Cloud Tasks in one process: creating, dispatching, holding. */
const emulator: Measurement = {
  name: 'emulator',
  async measure(options) {
    const comparisons = [];
    for (const part of [emulatorCreating, emulatorDispatching, emulatorHolding]) {
      comparisons.push(...(await part.measure(options)));
    }
    return comparisons;
  },
};

const MEASUREMENTS: readonly Measurement[] = [
  synth,
  synthTsNode,
  coldStart,
  enqueue,
  backfill,
  emulator,
  handlerRequests,
  handlerMemory,
  shortDocuments,
  conversionSpeed,
  conversionThreads,
  conversionEventLoop,
  conversionColdStart,
];
const NAMES = MEASUREMENTS.map(({ name }) => name);
const DEFAULT_RUNS = 11;
const MAX_RUNS = 1000;

interface BenchOptions {
  readonly runs: number;
  readonly only?: string;
  readonly json?: boolean;
}

const command = newCommand(
  'npm run bench --',
  'Measures side by side, in interleaved runs after one that warms up, and compares the medians.\n' +
    'Exit code: 0 even when an aim is missed, 1 when something could not be measured, 2 for a mistake in the call.',
)
  .option('--runs <N>', 'runs of each', wholeNumber('--runs', 1, MAX_RUNS), DEFAULT_RUNS)
  .option('--only <NAME>', `one measurement: ${NAMES.join(', ')}`, oneOf('--only', NAMES))
  .option('--json', 'print one line of JSON for each comparison instead of the table');

await runCommand(command, bench);

async function bench(_words: unknown, { runs, only, json }: BenchOptions, signal: AbortSignal): Promise<number> {
  const measurements = MEASUREMENTS.filter(({ name }) => only === undefined || name === only);
  await bundleHandler();

  const comparisons: Comparison[] = [];
  let failures = 0;
  for (const { name, measure } of measurements) {
    console.error(`Measuring ${name}…`);
    try {
      comparisons.push(...(await measure({ runs, signal })));
    } catch (error) {
      signal.throwIfAborted();
      failures++;
      console.error(`${name} could not be measured: ${error instanceof Error ? error.message : error}`);
    }
  }

  if (json) {
    for (const comparison of comparisons) console.log(comparisonJson(comparison));
  } else if (comparisons.length > 0) {
    const machine = `Node ${process.versions.node}, ${process.platform} ${process.arch}, ${availableParallelism()} cores`;
    console.log(`\n${comparisonTable(comparisons)}\n\nMedians of ${runs}. ${machine}.`);
  }
  return failures > 0 ? 1 : 0;
}
