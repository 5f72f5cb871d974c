/** `npm run scan`: has Checkov look for weaknesses in what was synthesised. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { bundleHandlerIfChanged } from '../bundle.ts';
import { newCommand, runCommand } from './command-line.ts';
import { ENVIRONMENT_NAMES, synthesiseEnvironment } from './environment-synth.ts';
import { scratchFolder } from './scratch-folder.ts';

/** Checkov's checks that fail and may; why is said in docs/deploying.md. */
const ACCEPTED = ['CKV_GCP_62', 'CKV_GCP_78'];

const command = newCommand(
  'npm run scan --',
  'Synthesises every environment of cli/environments.ts and has Checkov look at each. What it finds and is accepted, and why, is in ' +
    'docs/deploying.md.\n' +
    'Exit code: 0 when it finds nothing else, and when Checkov is not to be had here, which a line says; 1 when it does.',
);

await runCommand(command, scan);

async function scan(_words: unknown, _options: object, signal: AbortSignal): Promise<number> {
  await using scratch = await scratchFolder('scan-');
  const folder = scratch.path;
  const checkov = async (...words: string[]) => (await promisify(execFile)('checkov', words, { signal })).stdout;
  try {
    await checkov('--version');
    await bundleHandlerIfChanged();
    for (const name of ENVIRONMENT_NAMES) await synthesiseEnvironment(name, path.join(folder, name), { signal });
    // Nothing is asked of its makers' servers, nor told them.
    const quietly = ['--compact', '--quiet', '--skip-download', '--skip-check', ACCEPTED.join(',')];
    await checkov('--directory', folder, '--framework', 'terraform_json', ...quietly);
    console.log(
      `Checkov finds nothing in ${ENVIRONMENT_NAMES.join(', ')} but what is accepted: ${ACCEPTED.join(', ')}.`,
    );
    return 0;
  } catch (error) {
    signal.throwIfAborted();
    const { code, stdout, stderr } = error as { code?: unknown; stdout?: string; stderr?: string };
    if (code === 'ENOENT') {
      console.log('Not run: checkov is not there. Install it: pipx install checkov.');
      return 0;
    }
    if (typeof code !== 'number') throw error;
    console.error(`${stdout}\n${stderr}`.trim());
    return 1;
  }
}
