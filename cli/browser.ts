/** `npm run browser`: the console's tests in a real browser, where one is to be had. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { newCommand, runCommand } from './command-line.ts';

/** Where Debian puts it, and where others do. */
const PLACES = ['chromium', 'chromium-browser', 'google-chrome'];

const command = newCommand(
  'npm run browser --',
  'Runs the tests of the console in a real Chromium: CHROMIUM in the environment, or the one on the path. Exit code: 0 when they ' +
    'pass or there is no Chromium, 1 when not, or with --required when there is none.',
)
  .usage('[FILE…] [options]')
  .argument('[FILE...]')
  .option('--required', 'fail where there is no Chromium');

await runCommand(command, browser);

async function browser(files: readonly string[], { required = false }: { required?: boolean }): Promise<number> {
  const chromium = process.env.CHROMIUM || foundOnPath();
  if (chromium === undefined) {
    console.log(
      'No Chromium: the tests in a browser were skipped. apt-get install chromium, or name one with CHROMIUM=/path.',
    );
    return required ? 1 : 0;
  }
  const root = path.join(import.meta.dirname, '..');
  const jest = path.join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  const options = ['--no-warnings', '--experimental-vm-modules', jest, '--config', 'jest.browser.config.js', ...files];
  const env = { ...process.env, CHROMIUM: chromium };
  const [code] = await once(spawn(process.execPath, options, { cwd: root, env, stdio: 'inherit' }), 'exit');
  return code === 0 ? 0 : 1;
}

function foundOnPath(): string | undefined {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return PLACES.flatMap((name) => folders.map((folder) => path.join(folder, name))).find((file) => existsSync(file));
}
