/** `npm run compat`: shows that cdktn, the community's successor of cdktf, makes the same of the unchanged source. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundleHandlerIfChanged } from '../bundle.ts';
import { type Command, runCommand } from './command-line.ts';
import { compareEngines, type StackJson } from './engine-comparison.ts';
import { ENVIRONMENT_NAMES, synthesiseEnvironment } from './environment-synth.ts';

const command: Command = {
  usage: 'npm run compat',
  summary:
    'Synthesises every environment of cli/environments.ts from the same source with cdktf and with cdktn, and compares what\n' +
    'Terraform would be given.\n' +
    'Exit code: 0 when it is the same in all of them, 1 when not.',
  options: {},
  takesFiles: false,
};

const USE_CDKTN = ['--import', path.join(import.meta.dirname, 'use-cdktn.ts')];

await runCommand(command, compat);

async function compat(_parsed: unknown, signal: AbortSignal): Promise<number> {
  await bundleHandlerIfChanged();
  const folder = await mkdtemp(path.join(tmpdir(), 'compat-'));
  try {
    let differing = 0;
    for (const environment of ENVIRONMENT_NAMES) {
      const [byCdktf, byCdktn] = await Promise.all([
        synthesiseEnvironment(environment, path.join(folder, `${environment}-cdktf`), { signal }),
        synthesiseEnvironment(environment, path.join(folder, `${environment}-cdktn`), {
          signal,
          nodeOptions: USE_CDKTN,
        }),
      ]);
      const { line, isSame } = compareEngines(environment, byCdktf.json as StackJson, byCdktn.json as StackJson);
      console.log(line);
      if (!isSame) differing++;
    }
    return differing > 0 ? 1 : 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
