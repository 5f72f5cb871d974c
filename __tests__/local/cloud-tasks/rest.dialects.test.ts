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

test('what only v2beta3 has is refused by name', async () => {
  const { status, json } = await rest('PATCH', `/v2beta3/${QUEUE}`, { taskTtl: '3600s' });
  expect([status, json.error.message]).toEqual([400, expect.stringContaining('taskTtl')]);
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
