import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import zlib from 'node:zlib';
import { stop } from 'esbuild';
import { bundleHandler, bundleHandlerIfChanged } from '../bundle.ts';

let folder: string;
let file: string;
let stamp: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'bundle-'));
  file = path.join(folder, 'handler.mjs');
  stamp = `${file}.inputs.json`;
  // One that was made before a file of the handler changed.
  await writeFile(file, 'outdated');
  await writeFile(stamp, JSON.stringify({ files: { 'handler/main.ts': '0 0' } }));
  await bundleHandlerIfChanged(file);
});
afterAll(async () => {
  await stop();
  await rm(folder, { recursive: true });
});

test('the bundle answers /health from a folder without node_modules, with nothing set', async () => {
  const env = { PATH: process.env.PATH ?? '', HOST: '127.0.0.1', PORT: '0' };
  const child = spawn(process.execPath, [file], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const { port } = JSON.parse(line) as { port: number };
    const response = await fetch(`http://127.0.0.1:${port}/health`);
    expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }]);
  } finally {
    child.kill('SIGKILL');
  }
});

test('a Node that cannot pack it is told so', async () => {
  const { zstdCompressSync } = zlib;
  Object.assign(zlib, { zstdCompressSync: undefined });
  try {
    await expect(bundleHandler(file)).rejects.toThrow(
      `Bundling needs Node 22.15 or later; received ${process.version}: run it with a newer one.`,
    );
  } finally {
    Object.assign(zlib, { zstdCompressSync });
  }
});

test('wrong settings are one line of the log each, and exit code 1', async () => {
  const env = { PATH: process.env.PATH ?? '', PORT: 'eighty', LOG_LEVEL: 'loud' };
  const child = spawn(process.execPath, [file], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: Record<string, unknown>[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line)));
  const [code] = await once(child, 'close');
  expect(lines.map(({ severity, message }) => `${severity} ${message}`)).toEqual([
    'CRITICAL LOG_LEVEL must be trace, debug, info, warn, error or fatal; received "loud".',
    'CRITICAL PORT must be a port from 0 to 65535; received "eighty".',
  ]);
  expect(code).toBe(1);
});

test('functions have the names of the source, without a call at the start for each', async () => {
  const source = await readFile(file, 'utf8');
  // esbuild's `keepNames` calls `__name` for each.
  expect([source.includes('function createApp('), source.includes('__name(')]).toEqual([true, false]);
});

test('what changed is bundled again, and is known by every file that it was made of', async () => {
  expect((await stat(file)).size).toBeGreaterThan(100_000);
  const inputs = Object.keys(JSON.parse(await readFile(stamp, 'utf8')).files);
  expect(inputs).toEqual(expect.arrayContaining(['bundle.ts', 'handler/main.ts', 'documents/conversion/pdf/pdf.ts']));
  expect(inputs.some((input) => input.includes('node_modules/@google-cloud/tasks/'))).toBe(true);
});

test('nothing is bundled again while nothing has changed', async () => {
  await utimes(file, 0, 0);
  await bundleHandlerIfChanged(file);
  expect((await stat(file)).mtimeMs).toBe(0);
});

test('what changes while it is bundled is bundled again the next time', async () => {
  const entryPoint = path.join(folder, 'entry.ts');
  await writeFile(entryPoint, "console.log('old');");
  const later = new Date(Date.now() + 60_000);
  await utimes(entryPoint, later, later);
  const made = path.join(folder, 'changed.mjs');
  await bundleHandler(made, { entryPoint, converters: false });
  const { files } = JSON.parse(await readFile(`${made}.inputs.json`, 'utf8')) as { files: Record<string, string> };
  const [entry] = Object.entries(files).filter(([name]) => name.endsWith('entry.ts'));
  expect(entry?.[1]).toBe('changed while it was bundled');
});
