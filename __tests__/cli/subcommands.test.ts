import { spawnSync } from 'node:child_process';

function documents(...words: string[]) {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--no-warnings', 'cli/documents.ts', ...words], {
    encoding: 'utf8',
    env: { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE },
  });
  return { stdout, stderr, code: status };
}

test('--help lists the commands', () => {
  const { stdout, code } = documents('--help');
  expect(stdout).toMatch(/^Usage: npm run documents -- COMMAND\n/);
  for (const name of ['list', 'show', 'replay', 'enqueue']) expect(stdout).toContain(`  npm run documents -- ${name} `);
  expect(code).toBe(0);
});

test('each command has a --help of its own, which needs no settings', () => {
  const { stdout, code } = documents('replay', '--help');
  expect(stdout).toMatch(/^Usage: npm run documents -- replay ID… \| --all-failed \[options\]\n/);
  expect(code).toBe(0);
});

test.each([
  [[], 'The command must be one of list, show, replay, enqueue; received none. Try: npm run documents -- --help\n'],
  [
    ['lst'],
    "The command must be one of list, show, replay, enqueue; received 'lst'. Try: npm run documents -- --help\n",
  ],
  [
    ['toString'],
    "The command must be one of list, show, replay, enqueue; received 'toString'. Try: npm run documents -- --help\n",
  ],
  [['show', '--bogus'], "Unknown option '--bogus'. Try: npm run documents -- show --help\n"],
  [
    ['list'],
    'These environment variables are needed and not set: RESULTS_BUCKET. npm run dev prints them for the local Google; ' +
      'a deployment has them in its output documents_environment.\n',
  ],
])('%j is one line and exit code 2', (words, stderr) => {
  expect(documents(...words)).toEqual({ stdout: '', stderr, code: 2 });
});
