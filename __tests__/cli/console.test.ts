import { spawnSync } from 'node:child_process';

function run(...words: string[]) {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--no-warnings', 'cli/console.ts', ...words], {
    env: { PATH: process.env.PATH ?? '' },
    encoding: 'utf8',
  });
  return { stdout, stderr, status };
}

test('without a deployment it says what is missing, in one line', () => {
  const { stderr, status } = run();
  expect(status).toBe(2);
  expect(stderr).toMatch(
    /^These environment variables are needed and not set: GCP_PROJECT_ID, .*RESULTS_BUCKET\. npm run dev prints them.*\n$/,
  );
});

test('a port is a port', () => {
  expect(run('--port', '70000')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('--port must be a whole number from 0 to 65535; received "70000".'),
  });
});
