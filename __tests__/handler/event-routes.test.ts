import type { PubsubMessage } from '../../google/pubsub.ts';
import { createApp } from '../../handler/app.ts';
import { Drain } from '../../handler/drain.ts';
import { createLogger } from '../../handler/logger.ts';
import { readSettings } from '../../handler/settings.ts';
import { openingOf } from '../../state/state-objects.ts';
import { asText, converterOf, DOCUMENTS, RESULTS, setUp } from './handler-in-memory.ts';
import { tasksInMemory } from './tasks-in-memory.ts';

const INVOKER = 'invoker@my-project.iam.gserviceaccount.com';
const UPLOADS = 'uploads@my-project.iam.gserviceaccount.com';
const ENVIRONMENT = {
  GCP_PROJECT_ID: 'my-project',
  GCP_LOCATION: 'us-central1',
  CLOUD_TASKS_QUEUE: 'documents',
  CLOUD_RUN_SERVICE_URL: 'https://documents-1.us-central1.run.app',
  CLOUD_RUN_SERVICE_ACCOUNT: INVOKER,
  DOCUMENTS_BUCKET: DOCUMENTS,
  RESULTS_BUCKET: RESULTS,
  UPLOADS_SERVICE_ACCOUNT: UPLOADS,
  UPLOADS_SUFFIXES: '.txt',
  ACCEPT_REMOVED_SIGNATURE: 'true',
};

function start(environment: Record<string, string> = ENVIRONMENT) {
  const { dependencies, ...parts } = setUp({ converter: converterOf(asText) });
  const settings = readSettings(environment);
  const lines: Record<string, unknown>[] = [];
  const drain = new Drain();
  const { tasks, created, cloudTasks } = tasksInMemory(parts.clock, settings);
  const published: PubsubMessage[] = [];
  const topic = { isDown: false };
  const outcomes = {
    publish: async (message: PubsubMessage) => {
      if (topic.isDown) throw new Error('The topic is down.');
      published.push(message);
    },
  };
  const app = createApp({
    ...dependencies,
    settings,
    tasks,
    drain,
    outcomes,
    keys: async () => {
      throw new Error('no keys');
    },
    logger: createLogger('info', { write: (line) => lines.push(JSON.parse(line)) }),
  });

  async function call(path: string, email: string, body: unknown, headers: Record<string, string> = {}) {
    const seconds = parts.clock.now() / 1000;
    const times = { iat: seconds, exp: seconds + 3600 };
    const claims = {
      iss: 'https://accounts.google.com',
      aud: settings.serviceUrl,
      email,
      email_verified: true,
      ...times,
    };
    const [head, payload] = [{ alg: 'RS256' }, claims].map((part) =>
      Buffer.from(JSON.stringify(part)).toString('base64url'),
    );
    const response = await app.request(path, {
      method: 'POST',
      headers: { Authorization: `Bearer ${head}.${payload}.SIGNATURE_REMOVED_BY_GOOGLE`, ...headers },
      body: JSON.stringify(body),
    });
    return { status: response.status, text: await response.text() };
  }
  /** Pub/Sub tells of an object. */
  const tell = (objectId: string, objectGeneration: string, email = UPLOADS) =>
    call('/events/upload', email, {
      message: { attributes: { eventType: 'OBJECT_FINALIZE', bucketId: DOCUMENTS, objectId, objectGeneration } },
      subscription: 's',
    });
  const deliver = (payload: unknown, headers = {}) => call('/tasks/process-document', INVOKER, payload, headers);
  return {
    ...parts,
    states: dependencies.states,
    call,
    tell,
    deliver,
    lines,
    created,
    cloudTasks,
    published,
    topic,
    drain,
  };
}

const messages = (lines: Record<string, unknown>[]) => lines.map(({ message, error }) => [message, error]);

test('an upload is handed in as POST /documents does, and is the same document whoever says so and how often', async () => {
  const { tell, call, clock, task, created } = start();
  expect(await tell('a.txt', task.generation)).toEqual({ status: 204, text: '' });
  const names = [...created.keys()];
  expect(names).toHaveLength(2);
  await clock.advance(1000);
  expect(await tell('a.txt', task.generation)).toMatchObject({ status: 204 });
  await clock.advance(1000);
  const { text } = await call('/documents', INVOKER, { sourceUri: task.sourceUri });
  expect([...created.keys()]).toEqual(names);
  expect(created.get(names[0] as string)).toMatchObject({ documentId: JSON.parse(text).documentId });
});

test.each([
  ['an object that is gone', 'gone.txt', 'gs://p-documents/gone.txt#7 does not exist. Upload the document first.'],
  ['a generation that was overwritten', 'a.txt', 'gs://p-documents/a.txt#7 does not exist. Upload the document first.'],
  ['no document by its name', 'a.bin', 'a.bin is no document by its name.'],
])('%s is acknowledged, as it would come again, and logged', async (_, name, error) => {
  const { tell, lines, created } = start();
  expect(await tell(name, '7')).toEqual({ status: 204, text: '' });
  expect(messages(lines)).toEqual([['Upload ignored', error]]);
  expect(created.size).toBe(0);
});

test('what may work later is not acknowledged', async () => {
  const { tell, clock, task, cloudTasks, created } = start();
  cloudTasks.down = true;
  expect(await tell('a.txt', task.generation)).toMatchObject({ status: 500 });
  cloudTasks.down = false;
  await clock.advance(1000);
  expect(await tell('a.txt', task.generation)).toMatchObject({ status: 204 });
  expect(created.size).toBe(2);
});

test('an instance that drains leaves uploads to another', async () => {
  const { tell, task, drain } = start();
  drain.begin();
  expect(await tell('a.txt', task.generation)).toMatchObject({ status: 503 });
});

test.each([
  ['another identity', ENVIRONMENT, INVOKER],
  ['anybody where no uploads are taken', { ...ENVIRONMENT, UPLOADS_SERVICE_ACCOUNT: '' }, UPLOADS],
])('%s is refused', async (_, environment, email) => {
  const { tell, task, created } = start(environment);
  const answer = await tell('a.txt', task.generation, email);
  expect(answer).toMatchObject({ status: 403 });
  expect(JSON.parse(answer.text).detail).toBe("Only the push subscription's service account may tell of uploads.");
  expect(created.size).toBe(0);
});

describe('outcomes', () => {
  test('are published before the task is acknowledged, once', async () => {
    const { deliver, task, published } = start();
    expect(await deliver(task)).toMatchObject({ status: 200 });
    expect(await deliver(task)).toMatchObject({ status: 200 });
    expect(published.map(({ attributes }) => attributes)).toEqual([
      { documentId: 'a1', status: 'COMPLETED', epoch: '0' },
    ]);
  });

  test('that cannot be published are stored all the same, and the task comes again', async () => {
    const { deliver, task, published, topic, view, lines } = start();
    topic.isDown = true;
    expect(await deliver(task)).toMatchObject({ status: 500 });
    expect(view()).toMatchObject({ status: 'COMPLETED', attempts: 1 });
    expect(messages(lines)).toContainEqual(['The outcome is stored, and still to be published', undefined]);
    topic.isDown = false;
    expect(await deliver(task)).toMatchObject({ status: 200 });
    expect(published).toHaveLength(1);
    expect(view()).toMatchObject({ attempts: 1 });
  });

  test('that no attempt could publish are left from one look of the watchdog to the next, until one can', async () => {
    const { deliver, call, task, published, topic, created } = start();
    topic.isDown = true;
    await deliver(task, { 'X-CloudTasks-TaskRetryCount': '4' });
    const check = (round: number) => call('/tasks/check-document', INVOKER, { ...task, round });
    // Without a retry: the queue may allow none.
    expect(await check(0)).toMatchObject({ status: 200 });
    expect([...created.values()]).toEqual([{ ...task, round: 1 }]);
    topic.isDown = false;
    expect(await check(1)).toMatchObject({ status: 200 });
    expect(created.size).toBe(1);
    expect(published).toHaveLength(1);
  });

  test('that could not be published for seven days are given up, and the log says so', async () => {
    const { deliver, call, task, topic, created, lines } = start();
    topic.isDown = true;
    await deliver(task);
    const round = Math.ceil((7 * 86_400) / 960);
    expect(await call('/tasks/check-document', INVOKER, { ...task, round })).toMatchObject({ status: 200 });
    expect(created.size).toBe(0);
    const message = 'The outcome could not be published within 7 days, and will not be';
    expect(lines).toContainEqual(expect.objectContaining({ severity: 'ERROR', documentId: 'a1', message }));
  });

  test('of a cancel that cannot be published are left to the watchdog, also where a replay has made none', async () => {
    const { call, deliver, task, topic, created, published } = start();
    await call('/documents', INVOKER, { sourceUri: task.sourceUri, documentId: 'a1' });
    created.clear();
    topic.isDown = true;
    expect(await call('/documents/a1/cancel', INVOKER, {})).toMatchObject({ status: 200 });
    expect([...created.values()]).toMatchObject([{ documentId: 'a1', epoch: 0, round: 0 }]);
    topic.isDown = false;
    await deliver(task);
    expect(published).toHaveLength(1);
  });

  test('of epochs that nobody could tell of are told with the next one, in their order', async () => {
    const { deliver, task, published, states, clock } = start();
    const end = { kind: 'FAILED', by: 'one', at: new Date(clock.now()).toISOString(), attempts: 1 } as const;
    await states.open('a1', 0, openingOf(task, 'accepted', clock.now()));
    await states.end({ documentId: 'a1', epoch: 0, number: 1 }, end);
    await states.open('a1', 1, openingOf(task, 'replayed', clock.now()));
    expect(await deliver({ ...task, epoch: 1 })).toMatchObject({ status: 200 });
    expect(published.map(({ attributes }) => [attributes.epoch, attributes.status])).toEqual([
      ['0', 'FAILED'],
      ['1', 'COMPLETED'],
    ]);
  });

  test('of a cancel are published, or left to its task', async () => {
    const { call, deliver, task, published, topic } = start();
    await call('/documents', INVOKER, { sourceUri: task.sourceUri, documentId: 'a1' });
    topic.isDown = true;
    expect(await call('/documents/a1/cancel', INVOKER, {})).toMatchObject({ status: 200 });
    topic.isDown = false;
    expect(await call('/documents/a1/cancel', INVOKER, {})).toMatchObject({ status: 200 });
    await deliver(task);
    expect(published.map(({ attributes }) => attributes.reason)).toEqual(['cancelled']);
  });
});
