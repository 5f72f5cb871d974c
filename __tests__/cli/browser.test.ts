import { spawnSync } from 'node:child_process';

/** Where there is no Chromium. */
function run(...words: string[]) {
  const env = { ...process.env, PATH: '/nowhere', CHROMIUM: '' };
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--no-warnings', 'cli/browser.ts', ...words], {
    env,
    encoding: 'utf8',
  });
  return { stdout, stderr, status };
}

const LINE =
  'No Chromium: the tests in a browser were skipped. apt-get install chromium, or name one with CHROMIUM=/path.\n';

test('without a Chromium it is one line and no failure', () => {
  expect(run()).toEqual({ stdout: LINE, stderr: '', status: 0 });
});

test('where one is required, it is a failure', () => {
  expect(run('--required')).toEqual({ stdout: LINE, stderr: '', status: 1 });
});
