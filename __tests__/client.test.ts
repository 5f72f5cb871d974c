import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { devNull, tmpdir } from 'node:os';
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
function run(program: string, words: readonly string[], cwd = folder, variables: NodeJS.ProcessEnv = {}): string {
  try {
    return execFileSync(program, words, {
      cwd,
      env: { ...env, ...variables },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
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
  for (const scope of ['@cdktf', '@google-cloud', '@grpc', '@hono'])
    mkdirSync(path.join(folder, 'node_modules', scope));
  const used = [
    'zod',
    'cdktf',
    'constructs',
    '@cdktf/provider-google',
    'fastest-levenshtein',
    'google-auth-library',
    '@google-cloud/tasks',
    '@grpc/proto-loader',
    '@hono/node-server',
    'hono',
    'jose',
    'esbuild',
  ];
  for (const name of used) {
    symlinkSync(path.join(project, 'node_modules', name), path.join(folder, 'node_modules', name), 'junction');
  }
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }');
});

test('the package holds what its exports name, the bundle, and nothing that is for the project itself', () => {
  const files = readdirSync(installed, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => path.relative(installed, path.join(parentPath, name)));
  const { exports, typesVersions } = JSON.parse(readFileSync(path.join(installed, 'package.json'), 'utf8'));
  const named = Object.values<{ types: string; default: string }>(exports).flatMap(Object.values<string>);
  expect(files).toEqual(expect.arrayContaining(named.map((name) => path.normalize(name))));
  expect(files).toContain('dist/handler.mjs');
  const folders =
    /^dist\/(handler\.mjs|npm\/(documents|events|google|handler|local|stacks|state|time)\/.+|npm\/[a-z-]+\.(js|d\.ts))$/;
  expect(files.filter((name) => !folders.test(name)).sort()).toEqual(['LICENSE', 'README.md', 'package.json']);
  // For compilers that know no exports, as the templates of cdktf set them up.
  const types = Object.entries<{ types: string }>(exports).map(([name, { types }]) => [name.slice(2), [types]]);
  expect(typesVersions).toEqual({ '*': Object.fromEntries(types) });
});

test('the client and the emulator need nothing of the infrastructure', () => {
  const imported = new Set<string>();
  const follow = (file: string) => {
    if (imported.has(file)) return;
    imported.add(file);
    for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(/(?:from |import\()'([^']+)'/g)) {
      expect(name).not.toMatch(/^(cdktf|constructs|@cdktf|esbuild)/);
      if (name.startsWith('.')) follow(path.resolve(path.dirname(file), name));
    }
  };
  for (const name of ['client.js', 'emulator.js']) follow(path.join(installed, 'dist/npm', name));
  expect(imported.size).toBeGreaterThan(40);
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

const BUNDLE_EXAMPLE = documentationExample('docs/package.md', "'cloud-tasks-document-processing/bundle'");
const STACK_EXAMPLE = documentationExample('docs/package.md', "'cloud-tasks-document-processing/stacks'");

/** The names of all resources of a stack that an app has synthesised. */
function resourcesOf(outdir: string, stack: string): string[] {
  const { resource } = JSON.parse(readFileSync(path.join(folder, outdir, 'stacks', stack, 'cdk.tf.json'), 'utf8'));
  return Object.entries<object>(resource).flatMap(([type, ones]) => Object.keys(ones).map((name) => `${type}.${name}`));
}

test.each([
  ['an ES module', 'module', 'typescript-7', { module: 'nodenext', target: 'es2022' }],
  // Without the DOM, as the template of cdktf has it.
  [
    'CommonJS',
    'commonjs',
    'typescript',
    { module: 'commonjs', moduleResolution: 'node10', target: 'es2022', lib: ['es2022'] },
  ],
])(
  'the example of the stack is an app as %s, whose types hold without skipLibCheck',
  (_kind, type, compiler, options) => {
    const app = path.join(folder, type);
    mkdirSync(app);
    writeFileSync(path.join(app, 'package.json'), JSON.stringify({ type }));
    writeFileSync(path.join(app, 'main.ts'), STACK_EXAMPLE);
    // Its await stands where only an ES module can have it.
    const files = type === 'module' ? ['main.ts', 'bundle.ts'] : ['main.ts'];
    writeFileSync(path.join(app, 'bundle.ts'), BUNDLE_EXAMPLE);
    const compilerOptions = {
      ...options,
      strict: true,
      typeRoots: [path.join(project, 'node_modules/@types')],
      types: ['node'],
    };
    writeFileSync(path.join(app, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
    run(process.execPath, [path.join(project, 'node_modules', compiler, 'bin/tsc')], app);
    run(process.execPath, ['main.js'], app);
    const outdir = path.join(type, 'cdktf.out');
    for (const stack of ['documents-dev', 'documents-prod']) {
      const resources = resourcesOf(outdir, stack);
      expect(resources.length).toBeGreaterThan(20);
      expect(resources).toContain('google_storage_bucket_object.bundle');
      const assets = readdirSync(path.join(folder, outdir, 'stacks', stack, 'assets'), {
        recursive: true,
        encoding: 'utf8',
      });
      expect(assets.some((name) => name.endsWith('handler.mjs'))).toBe(true);
    }
    const types = resourcesOf(outdir, 'own').map((name) => name.split('.')[0]);
    expect(types.sort()).toEqual([
      'google_cloud_run_v2_service',
      'google_cloud_run_v2_service_iam_binding',
      'google_cloud_tasks_queue',
      'google_cloud_tasks_queue_iam_member',
      'google_service_account',
      'google_storage_bucket',
      'google_storage_bucket_iam_member',
    ]);
  },
);

/** A machine that has no credentials, and no metadata server to ask for some. */
const NO_CREDENTIALS = {
  GOOGLE_APPLICATION_CREDENTIALS: '',
  CLOUDSDK_CONFIG: devNull,
  GCE_METADATA_HOST: '',
  METADATA_SERVER_DETECTION: 'none',
};

const CREATING = `
  const settings = { projectId: 'p', location: 'l', queue: 'q', serviceUrl: 'http://127.0.0.1:1', serviceAccount: 'invoker@p' };
  const document = { sourceUri: 'gs://my-bucket/report.pdf', generation: '1', documentId: 'a1', filename: 'report.pdf' };
`;

test('without credentials the error can be caught, and the process goes on', () => {
  const script = `
    import { setTimeout } from 'node:timers/promises';
    import { CloudTasksClient } from 'cloud-tasks-document-processing/client';
    ${CREATING}
    const tasks = new CloudTasksClient(settings);
    for (const _ of ['the first call', 'the next one']) {
      await tasks.createDocumentProcessingTask(document).catch(({ message }) => console.log(message));
    }
    // What is rejected and nobody's is found at the end of a turn.
    await setTimeout(1);
    console.log('goes on');
  `;
  writeFileSync(path.join(folder, 'no-credentials.mjs'), script);
  const said = run(process.execPath, ['no-credentials.mjs'], folder, {
    ...NO_CREDENTIALS,
    CLOUD_TASKS_EMULATOR_HOST: '',
  });
  const missing = expect.stringMatching(/^Could not load the default credentials\./);
  expect(said.trim().split('\n')).toEqual([missing, missing, 'goes on']);
});

test('CLOUD_TASKS_EMULATOR_HOST alone leads to an emulator, without credentials', () => {
  const script = `
    import { CloudTasksClient } from 'cloud-tasks-document-processing/client';
    import { startCloudTasks } from 'cloud-tasks-document-processing/emulator';
    ${CREATING}
    const queue = 'projects/p/locations/l/queues/q';
    const emulator = await startCloudTasks({ queues: [{ name: queue, state: 'PAUSED' }] });
    process.env.CLOUD_TASKS_EMULATOR_HOST = '127.0.0.1:' + emulator.port;
    const { name } = await new CloudTasksClient(settings).createDocumentProcessingTask(document);
    const { tasks } = emulator.call('ListTasks', { parent: queue });
    console.log(tasks.length, tasks.some(({ task }) => task.name === name));
    await emulator.close();
  `;
  writeFileSync(path.join(folder, 'bare-emulator.mjs'), script);
  expect(run(process.execPath, ['bare-emulator.mjs'], folder, NO_CREDENTIALS)).toBe('2 true\n');
});

test("a machine's own credentials do not go to an emulator", () => {
  const script = `
    import { createServer } from 'node:http';
    import { CloudTasksClient } from 'cloud-tasks-document-processing/client';
    ${CREATING}
    const server = createServer((request, response) => {
      console.log(request.headers.authorization);
      response.end('{}');
    }).listen(0, '127.0.0.1');
    await new Promise((listening) => server.once('listening', listening));
    process.env.CLOUD_TASKS_EMULATOR_HOST = '127.0.0.1:' + server.address().port;
    await new CloudTasksClient(settings).createDocumentProcessingTask(document);
    server.close();
  `;
  writeFileSync(path.join(folder, 'no-token.mjs'), script);
  const unreadable = { ...NO_CREDENTIALS, GOOGLE_APPLICATION_CREDENTIALS: path.join(folder, 'is-not-there.json') };
  expect(run(process.execPath, ['no-token.mjs'], folder, unreadable)).toBe('undefined\nundefined\n');
});

test('CommonJS and jest take it by the lines of the documentation', () => {
  const show = 'console.log(typeof CloudTasksClient);';
  writeFileSync(
    path.join(folder, 'required.cjs'),
    `${documentationExample('docs/client.md', 'require(', 'js')}${show}`,
  );
  expect(run(process.execPath, ['required.cjs'])).toBe('function\n');

  const example = documentationExample('docs/client.md', 'await import(', 'js');
  const suite = `test('it is there', async () => { ${example} expect(typeof CloudTasksClient).toBe('function'); });`;
  const suites = path.join(folder, 'suites');
  mkdirSync(suites);
  writeFileSync(path.join(suites, 'imported.test.cjs'), suite);
  const jest = path.join(project, 'node_modules', 'jest', 'bin', 'jest.js');
  const options = ['--rootDir', suites, '--testMatch', '**/*.test.cjs', '--ci', '--silent', '--json'];
  const result = run(process.execPath, ['--experimental-vm-modules', jest, ...options]);
  expect(JSON.parse(result)).toMatchObject({ success: true, numPassedTests: 1 });
});

test('CommonJS requires every face of the package', () => {
  const script = `
    const { name, exports: faces } = require('cloud-tasks-document-processing/package.json');
    for (const face of Object.keys(faces)) console.log(face, Object.keys(require(name + face.slice(1))).length > 0);`;
  writeFileSync(path.join(folder, 'faces.cjs'), script.replace('cloud-tasks-document-processing/', `${installed}/`));
  expect(run(process.execPath, ['faces.cjs'])).toBe(
    './client true\n./emulator true\n./stacks true\n./processing true\n./bundle true\n',
  );
});

/** The check comes before the document. */
function byUrl(a: { task: { httpRequest: { url: string } } }, b: typeof a): number {
  return a.task.httpRequest.url < b.task.httpRequest.url ? -1 : 1;
}
