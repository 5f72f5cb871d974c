import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ServiceInstance } from '../../../local/cloud-run/instance.ts';
import { HANDLER_FILE } from '../fixtures/stack.ts';
import { startInstance } from './fixture-instance.ts';
import { Lines } from './lines.ts';
import { gone, isAlive, standsStill } from './processes.ts';

const probe = { initial_delay_seconds: 0, period_seconds: 1, failure_threshold: 30, timeout_seconds: 1 };
const start = (command: string[], overrides = {}) =>
  ServiceInstance.start({ command, environment: {}, folder: '/', probe: undefined, onLine: () => {}, ...overrides });

test('an instance answers on a port of its own, in a clean environment', async () => {
  const instance = await startInstance(new Lines(), { K_SERVICE: 'demo' });
  const { environment } = (await (await fetch(`http://127.0.0.1:${instance.port}/`)).json()) as { environment: object };
  expect(environment).toEqual({ K_SERVICE: 'demo', PORT: String(instance.port) });
  await instance.stop();
});

test('lines of both outputs are passed on', async () => {
  const lines = new Lines();
  const instance = await startInstance(lines);
  await instance.stop();
  expect(lines.all).toEqual(['listening', 'got SIGTERM']);
});

test('an instance is ended with SIGTERM, in its own way', async () => {
  const instance = await startInstance();
  const pid = instance.pid as number;
  expect(isAlive(pid)).toBe(true);
  await instance.stop();
  await expect(instance.exited).resolves.toBe('exit code 0');
  expect(isAlive(pid)).toBe(false);
});

test('one that ignores SIGTERM is killed after its grace', async () => {
  const lines = new Lines();
  const instance = await startInstance(lines, { IGNORE_SIGTERM: 'true' });
  const stopped = instance.stop(200);
  await lines.until('got SIGTERM');
  expect(isAlive(instance.pid as number)).toBe(true);
  await stopped;
  await expect(instance.exited).resolves.toBe('SIGKILL');
});

test('an instance without its CPU does nothing, and goes on where it was', async () => {
  const instance = await startInstance();
  instance.pause();
  const answer = fetch(`http://127.0.0.1:${instance.port}/`);
  await standsStill(instance.pid as number);
  instance.resume();
  expect((await answer).status).toBe(200);
  await instance.stop();
});

test('one without its CPU has it again for its end', async () => {
  const lines = new Lines();
  const instance = await startInstance(lines);
  instance.pause();
  await instance.stop();
  expect(lines.all).toEqual(['listening', 'got SIGTERM']);
  await expect(instance.exited).resolves.toBe('exit code 0');
});

test('one that uses more than its memory is killed, and Cloud Run says so', async () => {
  const lines = new Lines();
  const program = `
    require('node:http').createServer(() => { globalThis.all = Buffer.alloc(300 * 1024 ** 2, 1); }).listen(process.env.PORT);`;
  const instance = await start(['node', '-e', program], { memoryBytes: 200 * 1024 ** 2, onLine: lines.add });
  await expect(fetch(`http://127.0.0.1:${instance.port}/`)).rejects.toThrow('fetch failed');
  await expect(instance.exited).resolves.toBe('SIGKILL');
  expect(lines.all).toEqual([expect.stringMatching(/^Memory limit of 200 MiB exceeded with [23]\d\d MiB used\. Cons/)]);
});

test('each line comes with the process that it is of', async () => {
  const pids: (number | undefined)[] = [];
  const program = "console.log('a'); console.error('b'); require('node:http').createServer().listen(process.env.PORT);";
  const instance = await start(['node', '-e', program], {
    onLine: (_line: string, pid?: number) => void pids.push(pid),
  });
  await instance.stop();
  expect(pids).toEqual([instance.pid, instance.pid]);
});

test('what an instance started ends with it', async () => {
  const lines = new Lines();
  const program = `
    const { spawn } = require('node:child_process');
    console.log('child', spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' }).pid);
    require('node:http').createServer().listen(process.env.PORT);`;
  const instance = await start(['node', '-e', program], { onLine: lines.add });
  const child = Number(lines.all[0]?.split(' ')[1]);
  process.kill(instance.pid as number, 'SIGKILL');
  await expect(instance.exited).resolves.toBe('SIGKILL');
  await gone(child);
});

test('one that ends before it is ready did not start', async () => {
  await expect(start(['node', '-e', 'process.exit(7)'])).rejects.toThrow(
    'The container did not start: it ended before it was ready (exit code 7).',
  );
});

test('one that ends by an error is quoted with what was thrown', async () => {
  const program =
    "throw Object.assign(new RangeError('An extractor needs its part.'), { code: 'E1', list: [1, { a: [] }] })";
  await expect(start(['node', '-e', program])).rejects.toThrow(
    'it ended before it was ready (exit code 1). It said last: RangeError: An extractor needs its part.',
  );
});

test.each([
  ['{"severity":"CRITICAL","message":"PORT must be a port."}', 'PORT must be a port.'],
  ['null', 'null'],
  ['out of luck', 'out of luck'],
])('one that says %s before it ends is quoted', async (line, words) => {
  const program = `console.log(${JSON.stringify(line)}); process.exit(1)`;
  await expect(start(['node', '-e', program])).rejects.toThrow(
    `The container did not start: it ended before it was ready (exit code 1). It said last: ${words}`,
  );
});

test('a program that is not on this machine did not start', async () => {
  await expect(start(['no-such-program'])).rejects.toThrow(
    'The container did not start: it ended before it was ready (spawn no-such-program ENOENT).',
  );
});

test("one that its probe never accepts is killed at the end of the probe's window", async () => {
  const lines = new Lines();
  const program = `
    console.log(process.pid);
    require('node:http').createServer((_, response) => response.writeHead(500).end()).listen(process.env.PORT);`;
  const options = {
    probe: { ...probe, http_get: { path: '/' }, period_seconds: 0.2, failure_threshold: 2 },
    onLine: lines.add,
  };
  await expect(start(['node', '-e', program], options)).rejects.toThrow(
    'The container did not start: its startup probe did not succeed within 0.4 s.',
  );
  expect(isAlive(Number(lines.all[0]))).toBe(false);
});

test('without an HTTP probe it is enough to listen', async () => {
  const instance = await start(['node', HANDLER_FILE]);
  expect((await fetch(`http://127.0.0.1:${instance.port}/`)).status).toBe(200);
  await instance.stop();
});

test.each([[''], ['paused']])('an instance ends although the local Google is killed %s', async (state) => {
  const file = fileURLToPath(new URL('../fixtures/parent.ts', import.meta.url));
  const parent = spawn(process.execPath, [file, state], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(line);
  expect(isAlive(pid)).toBe(true);
  parent.kill('SIGKILL');
  await gone(pid);
});
