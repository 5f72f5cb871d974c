import { createServer, type IncomingMessage } from 'node:http';
import { Hono } from 'hono';
import type { Attempt } from '../../../local/cloud-tasks/attempt.ts';
import { type CloudTasks, type CloudTasksOptions, startCloudTasks } from '../../../local/cloud-tasks/cloud-tasks.ts';
import { closeServer, listen } from '../../../local/listen.ts';
import { VirtualClock } from '../../../time/virtual-clock.ts';
import { QUEUE } from './vocabulary.ts';

/** What a test started; ended after it, also when it failed. */
const started: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((service) => service.close()));
});

async function start(options: CloudTasksOptions = {}): Promise<CloudTasks> {
  const tasks = await startCloudTasks(options);
  started.push(tasks);
  return tasks;
}

/** A real target that answers with the statuses in turn. */
async function startTarget(...statuses: number[]) {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    response.writeHead(statuses[requests.length - 1] ?? 200).end();
  });
  const port = await listen(server, { port: 0, what: 'the target', option: '' });
  started.push({ close: () => closeServer(server) });
  return { url: `http://127.0.0.1:${port}/work`, requests };
}

function createTask(tasks: CloudTasks, url: string, id: string) {
  return tasks.call('CreateTask', { parent: QUEUE, task: { name: `${QUEUE}/tasks/${id}`, httpRequest: { url } } });
}

test('delivers, retries after the backoff on its clock, and lists the attempts', async () => {
  const target = await startTarget(500, 200);
  const clock = new VirtualClock();
  const logged: Attempt[] = [];
  const tasks = await start({
    clock,
    queues: [{ name: QUEUE, retryConfig: { minBackoffMs: 3_600_000 } }],
    onAttempt: (attempt) => logged.push(attempt),
  });
  createTask(tasks, target.url, 'a');
  await tasks.waitIdle();
  expect(target.requests).toHaveLength(1);
  await clock.advance(3_600_000);
  await tasks.drain();
  expect(target.requests.map(({ headers }) => headers['x-cloudtasks-taskretrycount'])).toEqual(['0', '1']);
  expect(tasks.attempts(`${QUEUE}/tasks/a`)).toMatchObject([
    { number: 1, answer: { status: 500 }, outcome: 'retrying', nextAttemptTime: clock.now() },
    { number: 2, answer: { status: 200 }, outcome: 'succeeded' },
  ]);
  expect(logged).toEqual(tasks.attempts(`${QUEUE}/tasks/a`));
});

test('drain moves a virtual clock on, through backoffs and faults, while no attempt is on its way', async () => {
  const target = await startTarget(500);
  const clock = new VirtualClock();
  const begin = clock.now();
  const tasks = await start({ clock, queues: [{ name: QUEUE, retryConfig: { minBackoffMs: 3_600_000 } }] });
  tasks.faults.onAttempt({ kind: 'dropAnswer' });
  tasks.faults.onAttempt({ kind: 'answer', status: 503, retryAfter: '30' }, { times: 2 });
  createTask(tasks, target.url, 'a');
  await tasks.drain();
  expect(tasks.attempts(`${QUEUE}/tasks/a`).map(({ outcome }) => outcome)).toEqual([
    ...Array(3).fill('retrying'),
    'succeeded',
  ]);
  expect(clock.now() - begin).toBe(3 * 3_600_000);
});

test('close ends what is on its way, and nothing keeps listening', async () => {
  const arrived = Promise.withResolvers<IncomingMessage>();
  const server = createServer((request) => arrived.resolve(request));
  const port = await listen(server, { port: 0, what: 'the target', option: '' });
  started.push({ close: () => closeServer(server) });
  const tasks = await start({ queues: [{ name: QUEUE }] });
  createTask(tasks, `http://127.0.0.1:${port}/`, 'a');
  const request = await arrived.promise;
  const dropped = new Promise<void>((resolve) => request.socket.once('close', () => resolve()));
  await tasks.close();
  await dropped;
  await expect(fetch(tasks.url)).rejects.toThrow('fetch failed');
});

test('a port in use is one clear error', async () => {
  const first = await start();
  await expect(start({ port: first.port })).rejects.toThrow(
    `Port ${first.port} for Cloud Tasks is in use: end what listens there, or choose another port with port (in a local Google: ports.tasks).`,
  );
});

test('a queue that breaks a rule is refused at the start', async () => {
  const queues = [{ name: QUEUE, rateLimits: { maxDispatchesPerSecond: 501 } }];
  await expect(start({ queues })).rejects.toThrow(
    'RateLimits.maxDispatchesPerSecond must be less than or equal to 500.',
  );
});

test('names can be used again as soon as a test wants it', async () => {
  const clock = new VirtualClock();
  const send = async () => ({ kind: 'response', status: 200, headers: {}, body: Buffer.of() }) as const;
  const tasks = await start({ clock, send, queues: [{ name: QUEUE }], taskTombstoneMs: 5_000 });
  createTask(tasks, 'http://127.0.0.1:9/', 'a');
  await clock.advance(4_999);
  expect(() => createTask(tasks, 'http://127.0.0.1:9/', 'a')).toThrow('existed too recently');
  await clock.advance(1);
  expect(() => createTask(tasks, 'http://127.0.0.1:9/', 'a')).not.toThrow();
});

test('shows its queues, says that one has changed, and has another app answer beside the API', async () => {
  let changes = 0;
  const beside = new Hono().get('/page', (c) => c.text('a page'));
  const tasks = await start({ queues: [{ name: QUEUE, state: 'PAUSED' }], onChange: () => changes++, beside });
  const before = changes;
  createTask(tasks, 'http://127.0.0.1:9/', 'a');
  expect(changes).toBeGreaterThan(before);
  expect(tasks.queues()).toMatchObject([{ name: QUEUE, state: 'PAUSED', size: 1 }]);
  expect(await (await fetch(`${tasks.url}/page`)).text()).toBe('a page');
  expect((await fetch(`${tasks.url}/v2/${QUEUE}`)).status).toBe(200);
});
