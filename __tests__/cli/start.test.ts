import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { bundleHandlerIfChanged } from '../../bundle.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'start-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function start(...words: string[]): ChildProcess {
  return spawn(process.execPath, [
    '--no-warnings',
    'cli/start.ts',
    '--results',
    path.join(folder, 'results'),
    ...words,
  ]);
}

async function ended(child: ChildProcess) {
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout as NodeJS.ReadableStream),
    text(child.stderr as NodeJS.ReadableStream),
    once(child, 'exit'),
  ]);
  return { stdout, stderr, code: code as number };
}

test('--help shows how to call it', async () => {
  const { stdout, code } = await ended(start('--help'));
  expect(stdout).toMatch(/^Usage: npm start -- \[FILE…\] \[options\]\n/);
  expect(code).toBe(0);
});

test('an unknown option is one line and exit code 2', async () => {
  expect(await ended(start('--bogus'))).toEqual({
    stdout: '',
    stderr: "Unknown option '--bogus'. Try: npm start -- --help\n",
    code: 2,
  });
});

test.each([
  ['--method docling', 'auto or local'],
  ['--ocr force', 'auto or skip'],
])('%s without a docling-serve is one line and exit code 2, before anything is started', async (option, others) => {
  const { DOCLING_URL: _unused, ...env } = process.env;
  const words = ['--no-warnings', 'cli/start.ts', '--results', folder, ...option.split(' '), 'samples/tide-log.txt'];
  expect(await ended(spawn(process.execPath, words, { env }))).toEqual({
    stdout: '',
    stderr:
      `${option} needs a running docling-serve: set DOCLING_URL to its address, such as http://localhost:5001, ` +
      `or choose ${others}.\n`,
    code: 2,
  });
});

test('settings that break a rule of the stack are one line each, and exit code 2', async () => {
  const env = { ...process.env, MAX_ATTEMPTS: 'many', CALLERS: 'allUsers' };
  const child = spawn(
    process.execPath,
    ['--no-warnings', 'cli/start.ts', '--results', path.join(folder, 'none'), '--json'],
    { env },
  );
  expect(await ended(child)).toEqual({
    stdout: '',
    stderr:
      "MAX_ATTEMPTS must be a whole number of at most 9 digits; received 'many'.\n" +
      "Callers are never public; received 'allUsers': name service accounts or groups.\n",
    code: 2,
  });
}, 60_000);

test('a stack that extracts fields needs somebody in the place of Vertex AI: one line, before anything is started', async () => {
  const env = { ...process.env, EXTRACTION_SCHEMA_FILE: 'samples/schemas/invoice.schema.json' };
  const child = spawn(process.execPath, ['--no-warnings', 'cli/start.ts', '--results', folder], { env });
  expect(await ended(child)).toEqual({
    stdout: '',
    stderr:
      'Extraction asks a model on Vertex AI, which the local Google does not have: set GOOGLE_VERTEX_BASE_URL to a server ' +
      'that answers in its place, or leave EXTRACTION_SCHEMA_FILE empty.\n',
    code: 2,
  });
});

test('files that cannot be processed are one line each and exit code 2, before anything is started', async () => {
  const broken = path.join(folder, 'new\nline.txt');
  // 221 bytes, in 113 characters.
  const long = path.join(folder, `${'é'.repeat(108)}x.txt`);
  for (const file of [broken, long]) writeFileSync(file, 'Hello');
  expect(await ended(start('none.txt', 'samples', 'samples/tide-log.txt', broken, long))).toEqual({
    stdout: '',
    stderr:
      'none.txt: there is no such file.\nsamples: is no file.\n' +
      `${folder}/new?line.txt: its name has a line break, which Cloud Storage does not take: rename it.\n` +
      `${long}: a name has at most 220 bytes, so that those of its results fit; received 221: rename it.\n`,
    code: 2,
  });
});

test('--json prints one line for each document, in a plain form, and the exit code says that one failed', async () => {
  const empty = path.join(folder, 'empty.txt');
  const longest = `good${'é'.repeat(106)}.txt`;
  const good = path.join(folder, longest);
  writeFileSync(empty, '');
  writeFileSync(good, 'Hello\n');
  const { stdout, stderr, code } = await ended(start('--json', good, empty));
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { document: string });
  expect(lines.toSorted((a, b) => a.document.localeCompare(b.document))).toEqual([
    {
      document: 'empty.txt',
      status: 'FAILED',
      attempts: 1,
      seconds: expect.any(Number),
      markdown: null,
      reason: expect.stringMatching(/^empty: /),
    },
    {
      document: longest,
      status: 'COMPLETED',
      attempts: 1,
      seconds: expect.any(Number),
      markdown: path.join(folder, 'results', `${longest}.md`),
      reason: null,
    },
  ]);
  expect(stderr).toBe('');
  expect(code).toBe(1);
}, 60_000);

test('--upload-only hands nothing in, and shows the events that come all the same', async () => {
  const twins = ['one.txt', 'two.txt'].map((name) => path.join(folder, name));
  for (const file of twins) writeFileSync(file, 'Hello\n');
  const { stdout, stderr, code } = await ended(start('--upload-only', '--method', 'local', ...twins));
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  const [, events = ''] = stdout.split('\nEvents that were published:\n');
  expect(
    events
      .trimEnd()
      .split('\n')
      .sort((a, b) => a.slice(32).localeCompare(b.slice(32))),
  ).toEqual([
    expect.stringMatching(/^[0-9a-f]{32} {2}COMPLETED {2}one\.txt$/),
    expect.stringMatching(/^[0-9a-f]{32} {2}COMPLETED {2}two\.txt$/),
  ]);
}, 60_000);

test('an output that nobody reads any more ends it quietly, and leaves nothing behind', async () => {
  const child = start('samples/tide-log.txt');
  child.stdout?.destroy();
  const [stderr, [code]] = await Promise.all([text(child.stderr as NodeJS.ReadableStream), once(child, 'exit')]);
  expect(stderr).toBe('');
  expect(code).toBe(130);
  expect(readdirSync(path.join(folder, 'results'))).not.toContain('.lock');
}, 60_000);

test('Ctrl-C ends everything: exit code 130, nothing listens, no lock stays', async () => {
  const child = start('samples/energy-report.pdf');
  let output = '';
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    output += chunk;
    if (output.includes('Started a local Google')) child.kill('SIGINT');
  }
  if (child.exitCode === null) await once(child, 'exit');
  expect(child.exitCode).toBe(130);
  // What takes long the first time is said before it is done.
  expect(output).toMatch(
    /^Bundling the handler…\nSynthesising the stack…\nBundled .*\nStarting a local Google from it…\nStarted a local Google/,
  );
  for (const [, port] of output.matchAll(/127\.0\.0\.1:(\d+)/g)) {
    const socket = connect(Number(port), '127.0.0.1');
    await expect(once(socket, 'connect')).rejects.toThrow('ECONNREFUSED');
  }
  expect(readdirSync(path.join(folder, 'results'))).not.toContain('.lock');
}, 60_000);

test('runs from a folder whose name would mean something else in a URL, by the same bundle wherever its packages lie', async () => {
  const project = path.join(import.meta.dirname, '..', '..');
  const copy = path.join(folder, 'a#b 50% c?d', 'project');
  const left = ['.git', '__tests__', 'dist', 'node_modules', 'results'].map((name) => path.join(project, name));
  cpSync(project, copy, { recursive: true, filter: (source) => !left.includes(source) });
  symlinkSync(path.join(project, 'node_modules'), path.join(copy, '..', 'node_modules'));
  const words = ['--no-warnings', 'cli/start.ts', '--json', 'samples/tide-log.txt'];
  const { stdout, stderr, code } = await ended(spawn(process.execPath, words, { cwd: copy }));
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  expect(JSON.parse(stdout)).toMatchObject({ status: 'COMPLETED', markdown: path.join('results', 'tide-log.txt.md') });
  await bundleHandlerIfChanged();
  const [there, here] = [copy, project].map((root) => readFileSync(path.join(root, 'dist', 'handler.mjs')));
  expect(there?.equals(here as Buffer)).toBe(true);
}, 60_000);
