import { ENVIRONMENTS } from '../cli/environments.ts';
import { scratchFolder } from '../cli/scratch-folder.ts';
import { millisecondsOfSynth, wordsOfApp } from './app-synth.ts';
import { interleave } from './interleave.ts';
import type { Measurement } from './measurement.ts';
import { median } from './median.ts';
import { millisecondsOfNode } from './node-process.ts';

const BASELINE_NAME = `node -e "require('cdktf')"`;

/** Synth of the whole app, as it is and with every option on, against what no app can go without: loading cdktf. */
export const synth: Measurement = {
  name: 'synth',
  async measure({ runs, signal }) {
    await using folder = await scratchFolder('bench-');
    const app = { words: await wordsOfApp(), folder: folder.path, signal };
    const { asItIs, everythingOn, cdktf } = await interleave(runs, {
      asItIs: () => millisecondsOfSynth(app),
      everythingOn: () => millisecondsOfSynth({ ...app, environment: ENVIRONMENTS['everything-on'] }),
      cdktf: () => millisecondsOfNode(['-e', "require('cdktf')"], { signal }),
    });
    const baseline = median(cdktf);
    const against = { baselineName: BASELINE_NAME, unit: 'ms', baseline } as const;
    return [
      { what: 'synth', ...against, measured: median(asItIs), aim: { timesBaseline: 1.6 } },
      { what: 'synth, every option on', ...against, measured: median(everythingOn), aim: { timesBaseline: 1.8 } },
    ];
  },
};
