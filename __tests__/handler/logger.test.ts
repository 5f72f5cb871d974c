import { spawnSync } from 'node:child_process';
import { createLogger } from '../../handler/logger.ts';

test("lines are one JSON object each, in Cloud Logging's words", () => {
  const lines: string[] = [];
  createLogger('info', { write: (line) => lines.push(line) }).warn({ documentId: 'a1' }, 'Attempt ended');
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    severity: 'WARNING',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    documentId: 'a1',
    message: 'Attempt ended',
  });
});

test('lines below the level are left out', () => {
  const lines: string[] = [];
  createLogger('error', { write: (line) => lines.push(line) }).info('quiet');
  expect(lines).toEqual([]);
});

test('lines are on standard output when the call returns: a process that is killed then loses none', () => {
  const program = `
    import { createLogger } from ${JSON.stringify(new URL('../../handler/logger.ts', import.meta.url).href)};
    const logger = createLogger('info');
    for (let i = 0; i < 100; i++) logger.info({ i }, 'working');
    process.kill(process.pid, 'SIGKILL');`;
  const { stdout, stderr, signal } = spawnSync(process.execPath, [
    '--no-warnings',
    '--input-type=module',
    '-e',
    program,
  ]);
  expect({ stderr: String(stderr), signal }).toEqual({ stderr: '', signal: 'SIGKILL' });
  const numbers = String(stdout)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).i);
  expect(numbers).toEqual(Array.from({ length: 100 }, (_, i) => i));
});
