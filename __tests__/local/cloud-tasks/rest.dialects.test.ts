import { type CloudTasks, startCloudTasks } from '../../../local/cloud-tasks/cloud-tasks.ts';
import { QUEUE } from './vocabulary.ts';

// How other clients than Node's say the same over REST, as they were seen to.

const uriOverride = { host: 'queue.example', pathOverride: { path: '/work' } };
let tasks: CloudTasks;

beforeEach(async () => {
  tasks = await startCloudTasks({
    queues: [{ name: QUEUE, state: 'PAUSED', httpTarget: { uriOverride } }],
    send: () => new Promise(() => {}),
  });
});
afterEach(() => tasks.close());

async function rest(method: string, path: string, body?: object, headers: Record<string, string> = {}) {
  const answer = await fetch(tasks.url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  // biome-ignore lint/suspicious/noExplicitAny: as a plain HTTP client sees it.
  return { status: answer.status, json: (await answer.json()) as any };
}

test.each(['PATCH', 'patch'])("Java's client: a POST that says to be a %s updates", async (method) => {
  const path = `/v2/${QUEUE}?updateMask=rate_limits.max_dispatches_per_second`;
  const { status, json } = await rest(
    'POST',
    path,
    { rateLimits: { maxDispatchesPerSecond: 7 } },
    {
      'X-HTTP-Method-Override': method,
    },
  );
  expect([status, json.rateLimits.maxDispatchesPerSecond]).toEqual([200, 7]);
});

test('only a POST can say to be another method', async () => {
  const { status, json } = await rest('GET', `/v2/${QUEUE}`, undefined, { 'X-HTTP-Method-Override': 'DELETE' });
  expect([status, json.name]).toEqual([200, QUEUE]);
});

test('gcloud tasks buffer without an id: a slash where it would be', async () => {
  const { status, json } = await rest('POST', `/v2/${QUEUE}/tasks/:buffer`, {});
  expect([status, json.task.name]).toEqual([200, expect.stringMatching(/\/tasks\/\d+$/)]);
});

test('firebase-admin: the path without the version', async () => {
  const { status, json } = await rest('POST', `/${QUEUE}/tasks`, {
    task: { httpRequest: { url: 'https://t.example/' } },
  });
  expect([status, json.name]).toEqual([200, expect.stringMatching(`^${QUEUE}/tasks/`)]);
});
