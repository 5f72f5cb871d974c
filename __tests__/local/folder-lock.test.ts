import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { FolderInUseError, FolderLock } from '../../local/folder-lock.ts';
import { Lines } from './cloud-run/lines.ts';

const SCRIPT = fileURLToPath(new URL('./fixtures/lock-process.ts', import.meta.url));
let folder: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'folder-lock-'));
});
afterEach(async () => {
  const ended = children.splice(0).map((child) => {
    child.kill('SIGKILL');
    return child.exitCode ?? child.signalCode ?? once(child, 'exit');
  });
  // Before their folders are gone: what is made next, by another suite too, may be the same to the file system, and would be taken.
  await Promise.all(ended);
  rmSync(folder, { recursive: true });
});

const lock = (at = folder) => new FolderLock(at, path.join(at, 'lock'));

function attempt(): FolderLock | undefined {
  try {
    return lock();
  } catch (error) {
    expect(error).toBeInstanceOf(FolderInUseError);
    return undefined;
  }
}

/** `Z` for a process that has ended and waits for its parent to notice. */
function stateOf(pid: number): string | undefined {
  return /^State:\s*(\w)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
}

/** A process that takes folders when it is told to. */
async function locker(command = process.execPath, args = ['--no-warnings', SCRIPT]) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const lines = new Lines();
  createInterface({ input: child.stdout }).on('line', lines.add);
  await lines.until('ready');
  return { lines, pid: child.pid as number, take: (at: string) => child.stdin.write(`${at}\n`) };
}

test('a folder that is taken is refused, with who has it, until it is let go', () => {
  const first = lock();
  expect(() => lock()).toThrow(new FolderInUseError(folder, `Process ${process.pid}`));
  expect(() => lock()).toThrow(`Process ${process.pid} uses ${folder} already: end it, or choose another folder.`);
  first.release();
  expect(readdirSync(folder)).toEqual([]);
  lock().release();
});

test('another path to the same folder is the same folder, another folder is not', () => {
  const first = lock();
  const alias = path.join(folder, 'alias');
  symlinkSync(folder, alias);
  expect(() => lock(alias)).toThrow(FolderInUseError);
  const inner = path.join(folder, 'inner');
  mkdirSync(inner);
  lock(inner).release();
  first.release();
});

test.each([String(process.pid), '1', '999999999', '', 'rubbish'])(
  'what a lock file says (%j) counts for nothing: in a container every start has the same id',
  (holder) => {
    writeFileSync(path.join(folder, 'lock'), holder);
    lock().release();
  },
);

test('a process that was killed holds nothing, not even while its parent has not noticed', async () => {
  // The shell becomes a program that never asks what became of the process it started.
  const { lines, take } = await locker('sh', [
    '-c',
    'exec 3<&0; "$0" --no-warnings "$1" <&3 & echo "id $!"; exec sleep 1000',
    process.execPath,
    SCRIPT,
  ]);
  take(folder);
  await lines.until('took');
  expect(() => lock()).toThrow(FolderInUseError);
  const pid = Number(lines.all.find((line) => line.startsWith('id '))?.slice(3));
  process.kill(pid, 'SIGKILL');
  // Its threads end one by one; nobody but this test is so quick.
  let taken: FolderLock | undefined;
  while (taken === undefined) {
    await new Promise((resolve) => setImmediate(resolve));
    taken = attempt();
  }
  // There it still is.
  while (stateOf(pid) !== 'Z') await new Promise((resolve) => setImmediate(resolve));
  taken.release();
});

test('of three that start on stale locks exactly one gets each of a hundred folders', async () => {
  const folders = Array.from({ length: 100 }, (_, index) => path.join(folder, String(index)));
  for (const one of folders) {
    mkdirSync(one);
    writeFileSync(path.join(one, 'lock'), '999999999');
  }
  const lockers = await Promise.all([locker(), locker(), locker()]);
  for (const one of folders) for (const { take } of lockers) take(one);
  await Promise.all(lockers.map(({ lines }) => lines.until(` ${folders.at(-1)}`)));
  const taken = lockers.flatMap(({ lines }) => lines.all.filter((line) => line.startsWith('took ')));
  expect(taken.sort()).toEqual(folders.map((one) => `took ${one}`).sort());
  expect(lockers.flatMap(({ lines }) => lines.all.filter((line) => line.startsWith('in use ')))).toHaveLength(200);
});
