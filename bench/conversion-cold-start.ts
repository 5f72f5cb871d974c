import path from 'node:path';
import { BUNDLE_FILE, bundleHandler } from '../bundle.ts';
import { scratchFolder } from '../cli/scratch-folder.ts';
import { startOf } from './cold-start.ts';
import { interleave } from './interleave.ts';
import type { Measurement } from './measurement.ts';
import { median } from './median.ts';

/** What the converters cost a new instance that has not been given a document yet: they are loaded when the first one comes. */
export const conversionColdStart: Measurement = {
  name: 'conversion-cold-start',
  async measure({ runs, signal }) {
    await using folder = await scratchFolder('bench-');
    const without = path.join(folder.path, 'without.mjs');
    await bundleHandler(without, { converters: false });
    const samples = await interleave(runs, {
      measured: () => startOf(BUNDLE_FILE, folder.path, signal),
      baseline: () => startOf(without, folder.path, signal),
    });
    const millisecondsOf = (starts: readonly { readonly milliseconds: number }[]) =>
      median(starts.map(({ milliseconds }) => milliseconds));
    return [
      {
        what: 'cold start with converters',
        baselineName: 'bundle without any',
        unit: 'ms',
        measured: millisecondsOf(samples.measured),
        baseline: millisecondsOf(samples.baseline),
        aim: { timesBaseline: 1.05 },
      },
    ];
  },
};
