import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { type SynthesisedStack, synthesiseForThisMachine } from '../../cli/synthesise.ts';
import { type LocalGoogle, startLocalGoogle } from '../../local/local-google.ts';
import { jsonLines } from './documents/memory-deployment.ts';

// The real command as a process, against the real stack on a local Google.
let folder: string;
let stack: SynthesisedStack;
let google: LocalGoogle;
let attempts = 0;
let onAttempts: () => void = () => {};

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'documents-'));
  stack = await synthesiseForThisMachine();
  google = await startLocalGoogle({
    stackFile: stack.stackFile,
    onAttempt: () => {
      attempts++;
      onAttempts();
    },
  });
});

afterAll(async () => {
  await google?.close();
  await stack?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

async function documents(...words: string[]) {
  const env = { ...google.serviceEnvironment, ...google.environment, HOME: folder };
  const child = spawn(process.execPath, ['--no-warnings', 'cli/documents.ts', ...words], { env });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  // How far it is: only said where it takes longer than a second, which depends on the machine.
  const said = err.replaceAll(/^\d+( of \d+)? documents done,.*\n/gm, '');
  return { out, err: said, code: code as number };
}

function untilAttempts(count: number): Promise<void> {
  return new Promise((resolve) => {
    onAttempts = () => attempts >= count && resolve();
    onAttempts();
  });
}

test('enqueues files, lists and shows what failed, replays it, and the service shows its history', async () => {
  // Credentials on disk, of another Google: they must not be used here.
  const wellKnown = path.join(folder, '.config', 'gcloud');
  mkdirSync(wellKnown, { recursive: true });
  const foreign = { type: 'authorized_user', client_id: 'a', client_secret: 'b', refresh_token: 'c' };
  writeFileSync(path.join(wellKnown, 'application_default_credentials.json'), JSON.stringify(foreign));
  const [good, broken] = [path.join(folder, 'good.txt'), path.join(folder, 'broken.pdf')];
  writeFileSync(good, 'Hello\n');
  writeFileSync(broken, '%PDF-1.7\n1 0 obj\n<< /Type /Catalog');

  const enqueued = await documents('enqueue', '--json', good, broken);
  expect({ err: enqueued.err, code: enqueued.code }).toEqual({ err: '', code: 0 });
  expect(jsonLines(enqueued.out)).toMatchObject([{ status: 'PENDING' }, { status: 'PENDING' }]);
  await untilAttempts(2);

  const failed = jsonLines((await documents('list', '--status', 'FAILED', '--json')).out);
  expect(failed).toMatchObject([{ filename: 'broken.pdf', epoch: 0, error: { reason: 'corrupt' } }]);
  const id = String(failed[0]?.documentId);

  expect(await documents('replay', '--all-failed')).toEqual({
    out: `${id}  PENDING     broken.pdf\n`,
    err: '1 replayed, 0 not.\n',
    code: 0,
  });
  await untilAttempts(3);

  const shown = await documents('show', id);
  expect(shown.out).toMatch(new RegExp(`^${id}  FAILED\n`));
  expect(shown.out).toMatch(/\n {2}epoch 0 {3}attempts 1, \S+ to \S+, corrupt: /);

  const token = await google.idToken({ email: 'owner@example.com', audience: google.serviceUrl });
  const response = await fetch(`${google.frontDoorUrl}/documents/${id}`, {
    headers: { Authorization: `Bearer ${token}` },
  });
  const history = [{ epoch: 0, attempts: 1, error: { reason: 'corrupt' } }];
  expect(await response.json()).toMatchObject({ status: 'FAILED', epoch: 1, attempts: 1, history });
});

test('fetches results, cancels and deletes, by commands and by routes', async () => {
  const [one, two] = [path.join(folder, 'one.txt'), path.join(folder, 'two.txt')];
  writeFileSync(one, 'First\n');
  writeFileSync(two, 'Second\n');
  const before = attempts;
  const enqueued = jsonLines((await documents('enqueue', '--json', one, two)).out);
  await untilAttempts(before + 2);
  const [first = '', second = ''] = [one, two].map((file) =>
    String(enqueued.find(({ document }) => document === file)?.documentId),
  );

  expect(await documents('result', first)).toEqual({ out: 'First\n', err: '', code: 0 });
  expect(await documents('cancel', first)).toMatchObject({
    err: `${first}: it is COMPLETED already, and stays so\n`,
    code: 1,
  });
  expect(await documents('delete', first, '--source')).toMatchObject({ err: '', code: 0 });
  expect(await documents('show', first)).toMatchObject({ err: `There is no document ${first}.\n`, code: 1 });

  const token = await google.idToken({ email: 'owner@example.com', audience: google.serviceUrl });
  const call = (method: string, to: string) =>
    fetch(`${google.frontDoorUrl}/documents/${second}${to}`, { method, headers: { Authorization: `Bearer ${token}` } });
  expect(await (await call('GET', '/result')).text()).toBe('Second\n');
  expect(await (await call('POST', '/cancel')).json()).toMatchObject({ status: 'COMPLETED' });
  // The runtime account may read documents, and no more.
  const refused = await call('DELETE', '?source=true');
  expect(refused.status).toBe(403);
  expect(await refused.json()).toMatchObject({
    title: 'Source not removed',
    detail: expect.stringMatching(/Remove gs:/),
  });
  expect((await call('DELETE', '')).status).toBe(204);
  expect((await call('GET', '')).status).toBe(404);
});

/** A call that needs no deployment, and may name none. */
function callOf(words: readonly string[], environment: Record<string, string> = {}) {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--no-warnings', 'cli/documents.ts', ...words], {
    encoding: 'utf8',
    env: { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, ...environment },
  });
  return { stdout, stderr, code: status };
}

test('--help lists the commands', () => {
  const { stdout, code } = callOf(['--help']);
  expect(stdout).toMatch(/^Usage: npm run documents -- COMMAND\n/);
  for (const name of ['list', 'show', 'result', 'replay', 'cancel', 'delete', 'enqueue'])
    expect(stdout).toMatch(new RegExp(`^  ${name} +[A-Z]`, 'm'));
  expect(code).toBe(0);
});

test('each command has a --help of its own, which needs no settings', () => {
  const { stdout, code } = callOf(['replay', '--help']);
  expect(stdout).toMatch(/^Usage: npm run documents -- replay ID… \| --all-failed \[options\]\n/);
  expect(code).toBe(0);
});

const TRY = 'Try: npm run documents --';
test.each([
  [[], `Which command: list, show, result, replay, cancel, delete, enqueue, events? ${TRY} --help\n`],
  [['lst'], `Unknown command 'lst'. Did you mean list? ${TRY} --help\n`],
  [['toString'], `Unknown command 'toString'. ${TRY} --help\n`],
  [['show', '--bogus'], `Unknown option '--bogus'. ${TRY} show --help\n`],
  [
    ['list'],
    'These environment variables are needed and not set: RESULTS_BUCKET. npm run dev prints them for the local Google; ' +
      'a deployment has them in its output documents_environment.\n',
  ],
  [
    ['events'],
    'These environment variables are needed and not set: OUTCOMES_TOPIC. npm run dev prints them for the local Google; a deployment ' +
      'has them in its output documents_environment. OUTCOMES_TOPIC is among them where outcomes are published: set OUTCOMES=true ' +
      'for both.\n',
  ],
  [['show'], `Missing required argument 'ID'. ${TRY} show --help\n`],
])('%j is one line and exit code 2', (words, stderr) => {
  expect(callOf(words)).toEqual({ stdout: '', stderr, code: 2 });
});

test('an option that npm took, for want of --, is one line and exit code 2', () => {
  const taken = { npm_lifecycle_script: 'exec node --no-warnings cli/documents.ts', npm_config_all_failed: 'true' };
  expect(callOf(['replay'], taken)).toEqual({
    stdout: '',
    stderr:
      'npm took --all-failed for an option of its own: write it after --, as in npm run documents -- replay --all-failed\n',
    code: 2,
  });
});

test('so it is where npm left its value behind', () => {
  const taken = { npm_lifecycle_script: 'exec node --no-warnings cli/documents.ts', npm_config_status: 'true' };
  expect(callOf(['list', 'FAILED'], taken).stderr).toMatch(/^npm took --status for an option of its own: /);
});

test("npm's options for another script that runs this one do not count", () => {
  const taken = { npm_lifecycle_script: 'node test.js', npm_config_all_failed: 'true' };
  expect(callOf(['replay', 'a1'], taken).stderr).toMatch(/^These environment variables are needed/);
});
