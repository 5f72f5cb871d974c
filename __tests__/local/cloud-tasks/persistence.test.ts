import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Answer } from '../../../local/cloud-tasks/attempt.ts';
import { type CloudTasks, type CloudTasksOptions, startCloudTasks } from '../../../local/cloud-tasks/cloud-tasks.ts';
import { CloudTasksService } from '../../../local/cloud-tasks/service.ts';
import { bytesOf } from '../../../local/cloud-tasks/task-body.ts';
import { systemClock } from '../../../time/clock.ts';
import { VirtualClock } from '../../../time/virtual-clock.ts';
import { LOCATION, QUEUE, response } from './vocabulary.ts';

const URL_OF_TARGET = 'https://t.example/';
let folder: string;
let clock: VirtualClock;
let sent: Record<string, string>[];
let answer: Answer;
let running: CloudTasks | undefined;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'emulator-'));
  clock = new VirtualClock();
  sent = [];
  answer = response(200);
});

afterEach(async () => {
  await running?.close();
  running = undefined;
  rmSync(folder, { recursive: true });
});

async function start(options: CloudTasksOptions = {}): Promise<CloudTasks> {
  const send = async ({ headers }: { headers: Readonly<Record<string, string>> }) => {
    sent.push(headers);
    return answer;
  };
  running = await startCloudTasks({ clock, send, data: folder, ...options });
  return running;
}

async function restart(options: CloudTasksOptions = {}): Promise<CloudTasks> {
  await running?.close();
  return start(options);
}

const journal = () => path.join(folder, 'changes-1.jsonl');
const create = (tasks: CloudTasks, id: string, task: object = {}) =>
  tasks.call('CreateTask', {
    parent: QUEUE,
    task: { name: `${QUEUE}/tasks/${id}`, httpRequest: { url: URL_OF_TARGET }, ...task },
  });
const listed = (tasks: CloudTasks) => tasks.call('ListTasks', { parent: QUEUE }).tasks.map(({ task }) => task.name);

test.each([
  ['small', 1],
  ['large', 100],
])('a task comes back whole, with a %s body of any bytes', async (_size, times) => {
  const body = Buffer.from(Array.from({ length: 256 * times }, (_, byte) => byte));
  const httpRequest = { url: URL_OF_TARGET, headers: { A: 'ü' }, body, oidcToken: { serviceAccountEmail: 'a@b.c' } };
  const before = create(await start({ queues: [{ name: QUEUE }] }), 'a', {
    httpRequest,
    scheduleTime: clock.now() + 60_000,
  }).task;
  const { task } = (await restart()).call('GetTask', { name: before.name, responseView: 'FULL' });
  const { schedulePosition, ...kept } = before;
  expect(JSON.parse(JSON.stringify(task))).toMatchObject(JSON.parse(JSON.stringify(kept)));
  expect(bytesOf(task.httpRequest.body ?? '').equals(body)).toBe(true);
});

test('a task that failed goes on with its counts and its backoff', async () => {
  answer = response(500);
  const queues = [{ name: QUEUE, retryConfig: { minBackoffMs: 60_000 } }];
  create(await start({ queues }), 'a');
  await clock.advance(1000);
  await restart();
  await clock.advance(58_999);
  expect(sent).toHaveLength(1);
  await clock.advance(1);
  expect(sent[1]).toMatchObject({ 'X-CloudTasks-TaskRetryCount': '1', 'X-CloudTasks-TaskPreviousResponse': '500' });
});

test('an attempt that was on its way is repeated: at least once, never less', async () => {
  create(await start({ queues: [{ name: QUEUE }], send: () => new Promise(() => {}) }), 'a');
  await restart();
  await clock.advance(0);
  expect(sent).toEqual([expect.objectContaining({ 'X-CloudTasks-TaskRetryCount': '1' })]);
});

test('what ended stays ended, and its name is still taken', async () => {
  const tasks = await start({ queues: [{ name: QUEUE }] });
  create(tasks, 'done');
  await tasks.drain();
  tasks.call('PauseQueue', { name: QUEUE });
  create(tasks, 'deleted');
  tasks.call('DeleteTask', { name: `${QUEUE}/tasks/deleted` });
  const after = await restart();
  expect(listed(after)).toEqual([]);
  for (const id of ['done', 'deleted']) expect(() => create(after, id)).toThrow('existed too recently');
  expect(sent).toHaveLength(1);
});

test('queues come back with settings, state, policy and purge; deleted ones stay deleted', async () => {
  const tasks = await start({ queues: [{ name: QUEUE }] });
  const other = `${LOCATION}/queues/other`;
  tasks.call('PauseQueue', { name: QUEUE });
  create(tasks, 'purged');
  tasks.call('PurgeQueue', { name: QUEUE });
  const retryConfig = { maxAttempts: 7 };
  tasks.call('UpdateQueue', { queue: { name: QUEUE, retryConfig }, updateMask: ['retry_config.max_attempts'] });
  const policy = tasks.call('SetIamPolicy', { resource: QUEUE, policy: { bindings: [{ role: 'r', members: ['m'] }] } });
  tasks.call('CreateQueue', { parent: LOCATION, queue: { name: other } });
  tasks.call('DeleteQueue', { name: other });
  const purgeTime = clock.now();
  const after = await restart();
  expect(after.call('GetQueue', { name: QUEUE })).toMatchObject({
    state: 'PAUSED',
    purgeTime,
    settings: { retryConfig: { maxAttempts: 7, maxDoublings: 16 } },
  });
  expect(listed(after)).toEqual([]);
  expect(after.call('GetIamPolicy', { resource: QUEUE })).toEqual(policy);
  expect(() => after.call('CreateQueue', { parent: LOCATION, queue: { name: other } })).toThrow('existed too recently');
});

test('a queue that is configured at the start keeps its tasks, its state and what the configuration leaves open', async () => {
  const tasks = await start({ queues: [{ name: QUEUE, retryConfig: { maxAttempts: 7 } }] });
  tasks.call('PauseQueue', { name: QUEUE });
  create(tasks, 'a');
  const after = await restart({ queues: [{ name: QUEUE, rateLimits: { maxDispatchesPerSecond: 5 } }] });
  expect(after.call('GetQueue', { name: QUEUE })).toMatchObject({
    state: 'PAUSED',
    settings: { retryConfig: { maxAttempts: 7 }, rateLimits: { maxDispatchesPerSecond: 5 } },
  });
  expect(listed(after)).toHaveLength(1);
});

test('a queue that was resumed runs after a restart', async () => {
  const tasks = await start({ queues: [{ name: QUEUE, state: 'PAUSED' }] });
  tasks.call('ResumeQueue', { name: QUEUE });
  expect((await restart()).call('GetQueue', { name: QUEUE }).state).toBe('RUNNING');
});

test('tasks that are created after a restart come after those before it, and no page leaves one out', async () => {
  const tasks = await start({ queues: [{ name: QUEUE, state: 'PAUSED' }] });
  for (const id of ['a', 'b']) create(tasks, id);
  const after = await restart();
  create(after, 'c');
  const first = after.call('ListTasks', { parent: QUEUE, pageSize: 2 });
  const second = after.call('ListTasks', { parent: QUEUE, pageSize: 2, pageToken: first.nextPageToken });
  expect(second.tasks.map(({ task }) => task.name)).toEqual([`${QUEUE}/tasks/c`]);
});

test('a last line that was cut off is dropped: nobody was told of it', async () => {
  create(await start({ queues: [{ name: QUEUE, state: 'PAUSED' }] }), 'a');
  await running?.close();
  appendFileSync(journal(), '{"kind":"task","task":{"name":"pro');
  expect(listed(await start())).toEqual([`${QUEUE}/tasks/a`]);
});

test('a folder of an earlier version, with one file without numbers, is read', async () => {
  create(await start({ queues: [{ name: QUEUE, state: 'PAUSED' }] }), 'a');
  await running?.close();
  renameSync(journal(), path.join(folder, 'journal.jsonl'));
  expect(listed(await start())).toEqual([`${QUEUE}/tasks/a`]);
});

test('a damaged line is one clear error, and the file is left as it is', async () => {
  await start();
  await running?.close();
  writeFileSync(journal(), 'nonsense\n');
  await expect(start()).rejects.toThrow(
    `${journal()} is damaged (line 1: Unexpected token 'o', "nonsense" is not valid JSON). Restore the file, or empty its folder to start with nothing.`,
  );
  expect(readFileSync(journal(), 'utf8')).toBe('nonsense\n');
  rmSync(journal());
  await start();
});

test('a folder belongs to one emulator at a time', async () => {
  await start();
  await expect(startCloudTasks({ data: folder })).rejects.toThrow(
    `Process ${process.pid} uses ${folder} already: end it, or choose another folder.`,
  );
});

test('what cannot be kept is not acknowledged, and no task is left behind', () => {
  let full = false;
  const service = new CloudTasksService({
    clock,
    send: async () => answer,
    queues: [{ name: QUEUE, state: 'PAUSED' }],
    authorize: () => 'allowed',
    serviceAccountExists: () => true,
    onAttempt: () => {},
    taskTombstoneMs: 0,
    record: () => {
      if (full) throw new Error('ENOSPC: no space left on device, write');
    },
  });
  full = true;
  const task = { httpRequest: { url: URL_OF_TARGET } };
  expect(() => service.call('CreateTask', { parent: QUEUE, task }, undefined)).toThrow('ENOSPC');
  expect(service.call('ListTasks', { parent: QUEUE }, undefined).tasks).toEqual([]);
});

test('a closed emulator takes nothing more', async () => {
  const tasks = await start({ queues: [{ name: QUEUE, state: 'PAUSED' }] });
  await tasks.close();
  expect(() => create(tasks, 'a')).toThrow('The emulator was closed: it keeps nothing any more.');
});

test('a kill -9 in the middle of many creates loses no task that was acknowledged', async () => {
  const script = path.join(import.meta.dirname, 'fixtures', 'emulator-process.ts');
  const child = spawn(process.execPath, ['--no-warnings', script, folder, QUEUE], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const [url] = await once(createInterface(child.stdout), 'line');
  const acknowledged: string[] = [];
  const createUntilItDies = async (worker: number) => {
    for (let task = 0; ; task++) {
      const name = `${QUEUE}/tasks/w${worker}-${task}`;
      const answered = await fetch(`${url}/v2/${QUEUE}/tasks`, {
        method: 'POST',
        body: JSON.stringify({ task: { name, httpRequest: { url: URL_OF_TARGET } } }),
      }).catch(() => undefined);
      if (!answered) return;
      if (answered.status === 200) acknowledged.push(name);
      if (acknowledged.length === 200) child.kill('SIGKILL');
    }
  };
  await Promise.all([0, 1, 2, 3].map(createUntilItDies));
  expect(await ended).toEqual([null, 'SIGKILL']);
  // The killed one lived in real time.
  const after = await start({ clock: systemClock });
  const kept = new Set(listed(after));
  expect(acknowledged.length).toBeGreaterThanOrEqual(200);
  expect(acknowledged.filter((name) => !kept.has(name))).toEqual([]);
});
