import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UsageError } from '../../cli/command-line.ts';
import { MAX_NAME_BYTES, ResultsFolder } from '../../cli/results-folder.ts';

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(path.join(tmpdir(), 'results-folder-'));
});
afterEach(() => rmSync(parent, { recursive: true }));

test('is made where it does not exist, and freed at the end', async () => {
  const folder = path.join(parent, 'a', 'b');
  {
    using results = ResultsFolder.take(folder);
    const file = await results.write('x.md', Buffer.from('# X'));
    expect(readFileSync(file, 'utf8')).toBe('# X');
  }
  using again = ResultsFolder.take(folder);
  expect(again.uniqueName('x')).toBe('x');
});

test('a second run beside the first is told to wait or to go elsewhere', () => {
  using _first = ResultsFolder.take(parent);
  expect(() => ResultsFolder.take(parent)).toThrow(
    new UsageError(
      `Process ${process.pid} uses ${parent} already: end it, or choose another folder. (The folder is chosen with --results DIR.)`,
    ),
  );
});

test.each(['999999999', '', 'rubbish'])('a lock that no living process holds (%j) is taken over', (holder) => {
  writeFileSync(path.join(parent, '.lock'), holder);
  {
    using _results = ResultsFolder.take(parent);
    expect(readFileSync(path.join(parent, '.lock'), 'utf8')).toBe(String(process.pid));
  }
  expect(existsSync(path.join(parent, '.lock'))).toBe(false);
});

test('a folder that cannot be written is one clear line', () => {
  const file = path.join(parent, 'file');
  writeFileSync(file, '');
  const folder = path.join(file, 'results');
  expect(() => ResultsFolder.take(folder)).toThrow(
    new UsageError(`Cannot write to ${folder} (ENOTDIR): allow it, or choose another with --results DIR.`),
  );
});

test('a file in place of the folder, a folder that cannot be, and no name are one clear line each', () => {
  const file = path.join(parent, 'file');
  writeFileSync(file, '');
  expect(() => ResultsFolder.take(file)).toThrow(`${file} is not a folder: choose another with --results DIR.`);
  expect(() => ResultsFolder.take('')).toThrow('--results needs the name of a folder; received an empty one.');
  // There mkdir answers ENOENT although the parent exists, which recursive mkdirSync takes for a reason to try for ever.
  if (existsSync('/proc')) expect(() => ResultsFolder.take('/proc/x')).toThrow('Cannot write to /proc/x (ENOENT)');
});

test('a result of an earlier run is gone when its document is processed again', async () => {
  using results = ResultsFolder.take(parent);
  const file = await results.write('a.md', Buffer.from('old'));
  await results.remove('a.md');
  expect(existsSync(file)).toBe(false);
  await results.remove('a.md');
});

test('the longest name fits with all that is put behind it', async () => {
  using results = ResultsFolder.take(parent);
  const longest = `${'é'.repeat(MAX_NAME_BYTES / 2)}-99999999.rejected-answer.json`;
  expect(existsSync(await results.write(longest, Buffer.from('{}')))).toBe(true);
});

test('two documents of one name have results of their own', () => {
  using results = ResultsFolder.take(parent);
  expect(['a.pdf', 'b.pdf', 'a.pdf', 'a.pdf'].map((name) => results.uniqueName(name))).toEqual([
    'a.pdf',
    'b.pdf',
    'a.pdf-2',
    'a.pdf-3',
  ]);
});
