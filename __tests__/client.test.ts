import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkTaskIdFor, taskIdFor } from '../state/document-task.ts';
import { documentationExample } from './documentation.ts';

const project = path.join(import.meta.dirname, '..');
const folder = mkdtempSync(path.join(tmpdir(), 'client-test-'));
const installed = path.join(folder, 'node_modules', 'cloud-tasks-document-processing');
afterAll(() => rmSync(folder, { recursive: true }));

const EXAMPLE = documentationExample('docs/client.md', 'cloud-tasks-document-processing/client');
const EMULATOR_EXAMPLE = documentationExample('docs/emulator.md', 'cloud-tasks-document-processing/emulator');

// What is in a folder of its own every time would only fill the cache of compiled code.
const { NODE_COMPILE_CACHE: _cache, ...env } = process.env;

/** Runs a program in the folder and gives what it printed; throws with all of that when it fails. */
function run(program: string, words: readonly string[], cwd = folder): string {
  try {
    return execFileSync(program, words, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${program} ${words.join(' ')} failed:\n${stdout}${stderr}`);
  }
}

/** Installs the packed package in the empty folder, with nothing beside it but what the client imports. */
beforeAll(() => {
  const tarball = run('npm', ['pack', '--silent', '--pack-destination', folder], project).trim();
  mkdirSync(installed, { recursive: true });
  run('tar', ['-xzf', path.join(folder, tarball), '-C', installed, '--strip-components=1']);
  for (const scope of ['@google-cloud', '@grpc', '@hono']) mkdirSync(path.join(folder, 'node_modules', scope));
  const used = [
    'zod',
    '@google-cloud/tasks',
    '@grpc/grpc-js',
    '@grpc/proto-loader',
    '@hono/node-server',
    'hono',
    'jose',
  ];
  for (const name of used) {
    symlinkSync(path.join(project, 'node_modules', name), path.join(folder, 'node_modules', name), 'junction');
  }
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }');
}, 30_000);

test('the package holds the client, the emulator, their types and nothing of the infrastructure', () => {
  const files = readdirSync(installed, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['client.js', 'client.d.ts', 'emulator.js', 'emulator.d.ts']),
  );
  expect(files.length).toBeLessThan(150);
  for (const { parentPath, name } of files) {
    if (name === 'package.json') continue;
    expect(readFileSync(path.join(parentPath, name), 'utf8')).not.toMatch(/from '(cdktf|constructs|@cdktf)/);
  }
});

test('the examples of the documentation type-check against the types of the package', () => {
  const options = {
    module: 'nodenext',
    target: 'es2022',
    lib: ['es2024'],
    strict: true,
    noEmit: true,
    skipLibCheck: true,
  };
  writeFileSync(path.join(folder, 'example.ts'), EXAMPLE);
  writeFileSync(path.join(folder, 'emulator-example.ts'), EMULATOR_EXAMPLE);
  const compilerOptions = { ...options, types: [] };
  const files = ['example.ts', 'emulator-example.ts'];
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  for (const compiler of ['typescript', 'typescript-7']) {
    run(process.execPath, [path.join(project, 'node_modules', compiler, 'bin', 'tsc')]);
  }
  writeFileSync(path.join(folder, 'example.ts'), EXAMPLE.replace("generation: '1'", 'generation: 1'));
  expect(() => run(process.execPath, [path.join(project, 'node_modules/typescript-7/bin/tsc')])).toThrow(
    /Type 'number' is not assignable to type 'string'/,
  );
});

test('the example runs, and makes the tasks that the handler would make', () => {
  const script = `
    ${EXAMPLE.replace('as const', '').replace(
      '});\nconst source',
      `}, async () => ({ createTask: async ({ parent, task }) => [(console.log(JSON.stringify({ parent, task })), task)] }));
    const source`,
    )}`;
  writeFileSync(path.join(folder, 'example.mjs'), script);
  const created = run(process.execPath, ['example.mjs']).trim().split('\n');
  const [{ parent, task }, check] = created
    .map((line) => JSON.parse(line))
    .sort(byUrl)
    .reverse();
  const payload = JSON.parse(Buffer.from(task.httpRequest.body, 'base64').toString());
  expect(task.name).toBe(`${parent}/tasks/${taskIdFor(payload)}`);
  expect(payload).toMatchObject({
    sourceUri: 'gs://my-project-documents-dev/report.pdf',
    generation: '1',
    filename: 'report.pdf',
  });
  expect(check.task.name).toBe(`${parent}/tasks/${checkTaskIdFor({ ...payload, round: 0 })}`);
});

test('the example of the emulator runs from the package, and its faults happen', () => {
  const codeUnderTest = `
    const { createServer } = await import('node:http');
    const target = createServer((_request, response) => response.end()).listen(0, '127.0.0.1');
    await new Promise((listening) => target.once('listening', listening));
    const url = 'http://127.0.0.1:' + target.address().port;
    const body = JSON.stringify({ task: { name: QUEUE + '/tasks/a', httpRequest: { url } } });
    const create = () => fetch(tasks.url + '/v2/' + QUEUE + '/tasks', { method: 'POST', body });
    for (let tries = 0; tries < 4; tries++) console.log((await create()).status);
  `;
  const script = EMULATOR_EXAMPLE.replace(/^\/\/ … the code under test.*$/m, codeUnderTest).replace(
    /^(tasks\.attempts\(.*?\));.*$/m,
    'for (const { outcome } of $1) console.log(outcome); target.close();',
  );
  writeFileSync(path.join(folder, 'emulator.mjs'), script);
  const [created, attempts] = [
    ['503', '503', '503', '200'],
    ['retrying', 'retrying', 'retrying', 'succeeded'],
  ];
  expect(run(process.execPath, ['emulator.mjs']).trim().split('\n')).toEqual([...created, ...attempts]);
});

/** The check comes before the document. */
function byUrl(a: { task: { httpRequest: { url: string } } }, b: typeof a): number {
  return a.task.httpRequest.url < b.task.httpRequest.url ? -1 : 1;
}
