import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { emulatorWelcome } from '../../cli/emulator-welcome.ts';
import { closeServer, listen } from '../../local/listen.ts';

const SCRIPT = path.join(import.meta.dirname, '..', '..', 'cli', 'emulator.ts');
const QUEUE = 'projects/p/locations/l/queues/one';

/** The emulator as a user starts it. */
function run(...words: string[]) {
  const child = spawn(process.execPath, ['--no-warnings', SCRIPT, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  return { child, ended: once(child, 'close'), output: () => output };
}

/** Waits until a running emulator has printed something. */
async function printed({ child, output }: ReturnType<typeof run>, pattern: RegExp): Promise<string> {
  for (;;) {
    const match = pattern.exec(output());
    if (match) return match[1] ?? match[0];
    await once(child.stdout, 'data');
  }
}

test('serves the queues it is given, says each attempt, keeps its data, and ends with Ctrl-C', async () => {
  const data = mkdtempSync(path.join(tmpdir(), 'emulator-'));
  const target = createServer((_request, response) => response.writeHead(204).end());
  const targetPort = await listen(target, { port: 0, what: 'the target', option: '' });
  try {
    const first = run('--port', '0', '--queue', QUEUE, '--queue', `${QUEUE}-two`, '--data', data);
    const port = await printed(first, /Cloud Tasks runs on 127\.0\.0\.1:(\d+)/);
    const base = `http://127.0.0.1:${port}/v2`;
    expect(first.output()).toContain(`  ${QUEUE}\n  ${QUEUE}-two\n`);
    const httpRequest = { url: `http://127.0.0.1:${targetPort}/` };
    const post = (body: object) => fetch(`${base}/${QUEUE}/tasks`, { method: 'POST', body: JSON.stringify(body) });
    expect((await post({ task: { name: `${QUEUE}/tasks/now`, httpRequest } })).status).toBe(200);
    await printed(first, /^\d\d:\d\d:\d\d now attempt 1: 204, succeeded$/m);
    const scheduleTime = new Date(Date.now() + 3_600_000).toISOString();
    expect((await post({ task: { name: `${QUEUE}/tasks/later`, httpRequest, scheduleTime } })).status).toBe(200);
    first.child.kill('SIGINT');
    expect(await first.ended).toEqual([0, null]);

    const second = run('--port', '0', '--data', data);
    const secondPort = await printed(second, /Cloud Tasks runs on 127\.0\.0\.1:(\d+)/);
    const kept = await fetch(`http://127.0.0.1:${secondPort}/v2/${QUEUE}/tasks/later`);
    expect(kept.status).toBe(200);
    second.child.kill('SIGTERM');
    expect(await second.ended).toEqual([0, null]);
  } finally {
    await closeServer(target);
    rmSync(data, { recursive: true });
  }
});

test.each([
  [['--port', 'x'], 2, '--port must be a whole number from 0 to 65534; received "x".'],
  [
    ['--queue', 'mine'],
    2,
    "--queue must be projects/PROJECT/locations/LOCATION/queues/QUEUE, with letters, digits and hyphens; received 'mine'.",
  ],
  [['--port', '0', '--data', SCRIPT], 2, `--data must be a folder that can be written; received '${SCRIPT}' (ENOTDIR)`],
  [['--host', 'here'], 2, "--host must be an IP address of this machine, or 0.0.0.0 for all of them; received 'here'."],
  [['--stack', '/nowhere.json'], 2, 'The stack /nowhere.json is not there: make it with npx cdktf synth.'],
  [['--stack', '/tmp'], 2, 'The stack /tmp cannot be read (EISDIR): make it with npx cdktf synth.'],
  [['--stack', SCRIPT], 2, `The stack ${SCRIPT} is no JSON: make it with npx cdktf synth.`],
])('%j ends with one clear line and code %i', async (words, code, message) => {
  const { ended, output } = run(...words);
  expect(await ended).toEqual([code, null]);
  expect(output()).toContain(message);
  expect(output().trim().split('\n')).toHaveLength(1);
});

test('a port in use is one clear line', async () => {
  const other = createServer();
  const port = await listen(other, { port: 0, what: 'another server', option: '' });
  try {
    const { ended, output } = run('--port', String(port));
    expect(await ended).toEqual([2, null]);
    expect(output()).toBe(`Port ${port} is in use: end what listens there, or choose another with --port PORT.\n`);
  } finally {
    await closeServer(other);
  }
});

test('with a stack the welcome tells where tokens come from', () => {
  const welcome = emulatorWelcome({ port: 1, queues: [QUEUE], metadata: '127.0.0.1:2', caller: 'runtime@p.iam' });
  expect(welcome).toContain('Tokens of runtime@p.iam:\n  export GCE_METADATA_HOST=127.0.0.1:2');
  expect(welcome).toContain('-H "Authorization: Bearer $TOKEN"');
});

test('with --host it answers to a container, and warns; without rate limits it does not wait', async () => {
  const running = run('--port', '0', '--host', '0.0.0.0', '--queue', QUEUE, '--no-rate-limits');
  const port = await printed(running, /Cloud Tasks runs on 127\.0\.0\.1:(\d+)/);
  expect(running.output()).toContain('Warning: it listens on 0.0.0.0. Whoever reaches that may use it');
  const status = async (host: string) => {
    const request = get({ host: '127.0.0.1', port, path: `/v2/${QUEUE}`, headers: { host } });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.resume();
    return response.statusCode;
  };
  expect(await status('emulator:8123')).toBe(200);
  expect(await status('evil.example:8123')).toBe(403);
  const slow = JSON.stringify({ rateLimits: { maxDispatchesPerSecond: 0.001 } });
  await fetch(`http://127.0.0.1:${port}/v2/${QUEUE}`, { method: 'PATCH', body: slow });
  // More than the burst of such a queue, whose next one would leave after minutes.
  const task = JSON.stringify({ task: { httpRequest: { url: 'http://127.0.0.1:1/' } } });
  for (let number = 0; number < 30; number++) {
    await fetch(`http://127.0.0.1:${port}/v2/${QUEUE}/tasks`, { method: 'POST', body: task });
  }
  while ((running.output().match(/attempt 1: /g) ?? []).length < 30) await once(running.child.stdout, 'data');
  running.child.kill('SIGINT');
  expect(await running.ended).toEqual([0, null]);
});

test('shows the console at / of its port, to whoever has the token, and the API as before', async () => {
  const emulator = run('--port', '0', '--queue', QUEUE);
  const url = new URL(await printed(emulator, /^Console {2}(http:\S+)$/m));
  expect(url.hash).toMatch(/^#token=[\w-]{32}$/);
  const page = await fetch(new URL('/', url));
  expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
  expect(await page.text()).toContain('/assets/console.js');
  expect((await fetch(new URL('/api/about', url))).status).toBe(401);
  const headers = { Authorization: `Bearer ${url.hash.slice('#token='.length)}` };
  const about = await fetch(new URL('/api/about', url), { headers });
  expect(await about.json()).toMatchObject({
    kind: 'emulator',
    project: 'p',
    places: ['tasks', 'queues', 'faults'],
  });
  expect((await fetch(new URL(`/v2/${QUEUE}`, url))).status).toBe(200);
  expect((await fetch(new URL('/.well-known/openid-configuration', url))).status).toBe(200);
  emulator.child.kill('SIGINT');
  await emulator.ended;
});

test('a page stays open across restarts where there is a folder', async () => {
  const data = mkdtempSync(path.join(tmpdir(), 'emulator-'));
  const tokens = [];
  for (let start = 0; start < 2; start++) {
    const emulator = run('--port', '0', '--data', data);
    tokens.push(await printed(emulator, /#token=(\S+)/));
    emulator.child.kill('SIGINT');
    await emulator.ended;
  }
  expect(tokens[0]).toBe(tokens[1]);
  rmSync(data, { recursive: true });
});

test('there is no console where others may reach the port', async () => {
  const emulator = run('--port', '0', '--host', '0.0.0.0');
  const port = await printed(emulator, /Cloud Tasks runs on 127\.0\.0\.1:(\d+)/);
  expect(emulator.output()).not.toContain('Console');
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404);
  emulator.child.kill('SIGINT');
  await emulator.ended;
});
