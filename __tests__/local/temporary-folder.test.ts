import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { makeTemporaryFolder } from '../../local/temporary-folder.ts';

const MODULE = pathToFileURL(path.join(import.meta.dirname, '..', '..', 'local', 'temporary-folder.ts')).href;
let parent: string;

beforeEach(() => {
  parent = mkdtempSync(path.join(tmpdir(), 'temporary-folder-'));
});
afterEach(() => rmSync(parent, { recursive: true }));

test('what a killed process left is removed at the next start, and what runs or is no such folder stays', async () => {
  const script = `
    import { makeTemporaryFolder } from '${MODULE}';
    console.log(makeTemporaryFolder('x-', ${JSON.stringify(parent)}).path);
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', script]);
  const ended = once(child, 'exit');
  const [line] = await once(child.stdout, 'data');
  const left = String(line).trim();
  writeFileSync(path.join(left, 'big.pdf'), '');
  mkdirSync(path.join(parent, 'x-being-made'));

  const mine = makeTemporaryFolder('x-', parent);
  expect(existsSync(left)).toBe(true);
  child.kill('SIGKILL');
  await ended;
  const next = makeTemporaryFolder('x-', parent);
  expect(readdirSync(parent).sort()).toEqual(
    ['x-being-made', path.basename(mine.path), path.basename(next.path)].sort(),
  );
  mine.remove();
  next.remove();
  expect(readdirSync(parent)).toEqual(['x-being-made']);
});
