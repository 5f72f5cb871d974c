import { millisecondsOfSynth } from './app-synth.ts';
import { interleave } from './interleave.ts';
import type { Measurement } from './measurement.ts';
import { median } from './median.ts';
import { millisecondsOfNode } from './node-process.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Synth of the whole app, against what no app can go without: loading cdktf. */
export const synth: Measurement = {
  name: 'synth',
  async measure({ runs, signal }) {
    await using folder = await temporaryFolder();
    const { app, cdktf } = await interleave(runs, {
      app: () => millisecondsOfSynth({ words: ['main.ts'], folder: folder.path, signal }),
      cdktf: () => millisecondsOfNode(['-e', "require('cdktf')"], { signal }),
    });
    return [
      {
        what: 'synth',
        baselineName: `node -e "require('cdktf')"`,
        unit: 'ms',
        measured: median(app),
        baseline: median(cdktf),
        aim: { timesBaseline: 1.6 },
      },
    ];
  },
};
