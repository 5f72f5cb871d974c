/** `npm run compat`: shows that cdktn, the community's successor of cdktf, makes the same of the unchanged source. */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleHandlerIfChanged } from '../bundle.ts';
import { newCommand, runCommand } from './command-line.ts';
import { compareEngines, type StackJson } from './engine-comparison.ts';
import { ENVIRONMENT_NAMES, synthesiseEnvironment } from './environment-synth.ts';
import { scratchFolder } from './scratch-folder.ts';

const command = newCommand(
  'npm run compat --',
  'Synthesises every environment of cli/environments.ts from the same source with cdktf and with cdktn, and compares what ' +
    'Terraform would be given.\n' +
    'Exit code: 0 when it is the same in all of them, 1 when not.',
);

const USE_CDKTN = ['--import', pathToFileURL(path.join(import.meta.dirname, 'use-cdktn.ts')).href];

await runCommand(command, compat);

async function compat(_words: unknown, _options: object, signal: AbortSignal): Promise<number> {
  await bundleHandlerIfChanged();
  await using scratch = await scratchFolder('compat-');
  const folder = scratch.path;
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
}
