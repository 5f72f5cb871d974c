import { type CloudTasks, startCloudTasks } from '../../../local/cloud-tasks/cloud-tasks.ts';
import { QUEUE } from './vocabulary.ts';

// How other clients than Node's say the same over REST, as they were seen to.

const uriOverride = { host: 'queue.example', pathOverride: { path: '/work' } };
const LOCATION_QUEUES = `/v2/${QUEUE.slice(0, QUEUE.lastIndexOf('/'))}`;
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

test('gcloud beta: v2beta3 in place of v2', async () => {
  const queue = await rest('GET', `/v2beta3/${QUEUE}`);
  expect([queue.status, queue.json.name]).toEqual([200, QUEUE]);
  const task = await rest('POST', `/v2beta3/${QUEUE}/tasks`, { task: { httpRequest: { url: 'https://t.example/' } } });
  expect([task.status, task.json.name]).toEqual([200, expect.stringMatching(`^${QUEUE}/tasks/`)]);
});

test('gcloud beta tasks queues create: the type, and the settings of App Engine that say nothing', async () => {
  const name = `${QUEUE}-beta`;
  const path = `/v2beta3${LOCATION_QUEUES.slice('/v2'.length)}`;
  const { status, json } = await rest('POST', path, { appEngineHttpQueue: {}, name, type: 'PUSH' });
  expect([status, json.name, json.type]).toEqual([200, name, 'PUSH']);
  expect((await rest('GET', `/v2/${name}`)).json).not.toHaveProperty('type');
});

test('v2beta3 takes what holds for every queue here, and a mask for reading', async () => {
  const ttls = { taskTtl: '2678400s', tombstoneTtl: '3600s' };
  expect((await rest('PATCH', `/v2beta3/${QUEUE}`, ttls)).status).toBe(200);
  expect((await rest('GET', `/v2beta3/${QUEUE}?readMask=name,type`)).json.name).toBe(QUEUE);
});

const routing =
  'App Engine targets are not supported, so there is nothing to route: leave Queue.appEngineHttpQueue out.';

test.each<[field: string, value: unknown, message: string]>([
  ['taskTtl', '864000s', 'Tasks live for 31 days in every queue: leave Queue.taskTtl out.'],
  [
    'tombstoneTtl',
    '7200s',
    'The name of a task that ended is taken for an hour in every queue: leave Queue.tombstoneTtl out.',
  ],
  ['type', 'PULL', 'Only queues that push are supported: leave Queue.type out; received PULL.'],
  ['appEngineHttpQueue', { appEngineRoutingOverride: { service: 'worker' } }, routing],
])('what only a queue of v2beta3 has is refused by name: %s', async (field, value, message) => {
  const { status, json } = await rest('PATCH', `/v2beta3/${QUEUE}`, { [field]: value });
  expect([status, json.error.status, json.error.message]).toEqual([501, 'UNIMPLEMENTED', message]);
  // In v2 there is no such field.
  const v2 = await rest('PATCH', `/v2/${QUEUE}`, { [field]: value });
  expect([v2.status, v2.json.error.message]).toEqual([
    400,
    `Invalid JSON payload received. Unknown name "${field}" at 'queue': Cannot find field.`,
  ]);
});

test("a task's own retries, and a queue's statistics, are refused by name", async () => {
  const task = { httpRequest: { url: 'https://t.example/' }, retryConfig: { maxAttempts: 3 } };
  const created = await rest('POST', `/v2beta3/${QUEUE}/tasks`, { task });
  expect([created.status, created.json.error.message]).toEqual([
    501,
    "A task's own retries are not supported: leave Task.retryConfig out, and set the queue's.",
  ]);
  for (const path of [QUEUE, LOCATION_QUEUES.slice('/v2/'.length)]) {
    const { status, json } = await rest('GET', `/v2beta3/${path}?readMask=name,stats`);
    expect([status, json.error.message]).toEqual([501, 'Queue.stats is not kept here: leave it out of the read mask.']);
  }
});

test('locations: those that have a queue', async () => {
  const [, project = '', , location = ''] = QUEUE.split('/');
  const shown = { name: `projects/${project}/locations/${location}`, locationId: location };
  expect(await rest('GET', `/v2/projects/${project}/locations`)).toEqual({ status: 200, json: { locations: [shown] } });
  expect(await rest('GET', '/v2/projects/other/locations')).toEqual({ status: 200, json: { locations: [] } });
  expect(await rest('GET', `/v2/${shown.name}`)).toEqual({ status: 200, json: shown });
  const { status, json } = await rest('GET', `/v2/projects/${project}/locations/mars-north1`);
  expect([status, json.error.message]).toEqual([404, 'Requested entity was not found.']);
});

test.each([
  ['POST', LOCATION_QUEUES],
  ['PATCH', `/v2/${QUEUE}`],
])('%s with a routing to App Engine is refused, not dropped', async (method, path) => {
  const queue = (appEngineRoutingOverride: object) => ({ name: `${QUEUE}-2`, appEngineRoutingOverride });
  const { status, json } = await rest(method, path, queue({ service: 'worker' }));
  expect([status, json.error.message]).toEqual([
    501,
    'App Engine targets are not supported, so there is nothing to route: leave Queue.appEngineRoutingOverride out.',
  ]);
  expect((await rest(method, path, queue({}))).status).toBe(200);
});

test('a queue below a malformed parent: PERMISSION_DENIED, as recorded', async () => {
  const { status, json } = await rest('POST', '/v2/projects/p!/locations/l/queues', { name: QUEUE });
  expect([status, json.error.status]).toEqual([403, 'PERMISSION_DENIED']);
});
