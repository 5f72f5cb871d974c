import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { scratchFolder } from '../cli/scratch-folder.ts';
import { type AppSynth, millisecondsOfSynth, synthesisedInto, wordsOfApp } from './app-synth.ts';
import { interleave } from './interleave.ts';
import type { Measurement } from './measurement.ts';
import { median } from './median.ts';
import { copyForTsNode } from './ts-node-copy.ts';

/**
 * Synth of the whole app, against the same app through ts-node as in cdktf's template. The template's `npx`, which takes time of
 * its own, is left out.
 */
export const synthTsNode: Measurement = {
  name: 'synth-ts-node',
  async measure({ runs, signal }) {
    await using folder = await scratchFolder('bench-');
    await using copy = await scratchFolder('bench-');
    await copyForTsNode(copy.path);

    const direct: AppSynth = { words: await wordsOfApp(), folder: folder.path, signal };
    const throughTsNode: AppSynth = {
      words: [path.join('node_modules', 'ts-node', 'dist', 'bin.js'), 'main.ts'],
      folder: copy.path,
      cwd: copy.path,
      signal,
    };
    const { app, tsNode } = await interleave(runs, {
      app: () => millisecondsOfSynth(direct),
      tsNode: () => millisecondsOfSynth(throughTsNode),
    });
    if (!isDeepStrictEqual(await synthesisedInto(folder.path), await synthesisedInto(copy.path))) {
      throw new Error(
        'ts-node synthesised another stack than Node: compare what bench/ts-node-copy.ts copies and rewrites.',
      );
    }
    return [
      {
        what: 'synth',
        baselineName: 'same app through ts-node',
        unit: 'ms',
        measured: median(app),
        baseline: median(tsNode),
        aim: { timesFaster: 6 },
      },
    ];
  },
};
