/** `npm run bench`: what this project promises to be quick and small at, each beside its baseline in the same run. */
import { availableParallelism } from 'node:os';
import { bundleHandler } from '../bundle.ts';
import { type Command, type ParsedCommand, runCommand, UsageError } from '../cli/command-line.ts';
import { coldStart } from './cold-start.ts';
import type { Comparison } from './comparison.ts';
import { conversionColdStart } from './conversion-cold-start.ts';
import { conversionEventLoop } from './conversion-event-loop.ts';
import { conversionSpeed } from './conversion-speed.ts';
import { emulator } from './emulator.ts';
import { enqueue } from './enqueue.ts';
import { handlerMemory } from './handler-memory.ts';
import { handlerRequests } from './handler-requests.ts';
import type { Measurement } from './measurement.ts';
import { synth } from './synth.ts';
import { synthTsNode } from './synth-ts-node.ts';
import { comparisonTable, jsonLine } from './table.ts';

const MEASUREMENTS: readonly Measurement[] = [
  synth,
  synthTsNode,
  coldStart,
  enqueue,
  emulator,
  handlerRequests,
  handlerMemory,
  conversionSpeed,
  conversionEventLoop,
  conversionColdStart,
];
const NAMES = MEASUREMENTS.map(({ name }) => name).join(', ');
const DEFAULT_RUNS = 11;
const MAX_RUNS = 1000;

const command: Command = {
  usage: 'npm run bench -- [options]',
  summary:
    'Measures side by side, in interleaved runs after one that warms up, and compares the medians.\n' +
    'Exit code: 0 even when an aim is missed, 1 when something could not be measured, 2 for a mistake in the call.',
  options: {
    runs: { type: 'string', value: 'N', help: `runs of each (default: ${DEFAULT_RUNS})` },
    only: { type: 'string', value: 'NAME', help: `one measurement: ${NAMES}` },
    json: { type: 'boolean', help: 'print one line of JSON for each comparison instead of the table' },
  },
  takesFiles: false,
};

await runCommand(command, bench);

async function bench({ options }: ParsedCommand, signal: AbortSignal): Promise<number> {
  const runs = runsOf(options.runs);
  const measurements = chosen(options.only);
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

  if (options.json) {
    for (const comparison of comparisons) console.log(jsonLine(comparison));
  } else if (comparisons.length > 0) {
    const machine = `Node ${process.versions.node}, ${process.platform} ${process.arch}, ${availableParallelism()} cores`;
    console.log(`\n${comparisonTable(comparisons)}\n\nMedians of ${runs}. ${machine}.`);
  }
  return failures > 0 ? 1 : 0;
}

function runsOf(value: ParsedCommand['options'][string]): number {
  if (value === undefined) return DEFAULT_RUNS;
  const runs = Number(value);
  if (!Number.isInteger(runs) || runs < 1 || runs > MAX_RUNS) {
    throw new UsageError(`--runs must be a whole number from 1 to ${MAX_RUNS}; received '${value}'.`);
  }
  return runs;
}

function chosen(name: ParsedCommand['options'][string]): readonly Measurement[] {
  if (name === undefined) return MEASUREMENTS;
  const found = MEASUREMENTS.filter((measurement) => measurement.name === name);
  if (found.length === 0) throw new UsageError(`--only must be one of ${NAMES}; received '${name}'.`);
  return found;
}
