import { CloudTasksClient, type CreateTask } from '../../handler/cloud-tasks-client.ts';
import { MissingSettingsError } from '../../handler/setting-names.ts';
import { taskIdFor } from '../../state/document-task.ts';
import { CLIENT_SETTINGS } from './tasks-in-memory.ts';

const PARENT = 'projects/p/locations/us-central1/queues/documents';
const DOCUMENT = { documentId: 'a1', sourceUri: 'gs://documents/a.pdf', generation: '7', filename: 'a.pdf' };

/** Records what is asked of Google's client; the real one is asked in the tests against the local Cloud Tasks. */
function recorder(answer: (request: unknown) => unknown) {
  const requests: unknown[] = [];
  let connections = 0;
  const createTask = async (request: unknown) => {
    requests.push(request);
    return [answer(request)];
  };
  const connect = async () => {
    connections++;
    return { createTask } as unknown as CreateTask;
  };
  return { connect, requests, connections: () => connections };
}

test('creates a task with an OIDC token for the service, a ten-minute deadline and a hashed name', async () => {
  const { connect, requests } = recorder((request) => (request as { task: object }).task);
  const created = await new CloudTasksClient(CLIENT_SETTINGS, connect).createDocumentProcessingTask(DOCUMENT);
  const name = `${PARENT}/tasks/${taskIdFor({ documentId: 'a1', epoch: 0 })}`;
  expect(created.name).toBe(name);
  const payload = { ...DOCUMENT, method: 'auto', ocr: 'auto', epoch: 0 };
  expect(requests).toHaveLength(2);
  expect(requests[1]).toEqual({
    parent: PARENT,
    task: {
      name,
      dispatchDeadline: { seconds: 600 },
      httpRequest: {
        httpMethod: 'POST',
        url: `${CLIENT_SETTINGS.serviceUrl}/tasks/process-document`,
        headers: { 'Content-Type': 'application/json' },
        body: Buffer.from(JSON.stringify(payload)).toString('base64'),
        oidcToken: { serviceAccountEmail: CLIENT_SETTINGS.serviceAccount, audience: CLIENT_SETTINGS.serviceUrl },
      },
    },
  });
});

test('puts the trace of the hand-in on every task, and leaves out what is none', async () => {
  const { connect, requests } = recorder((request) => (request as { task: object }).task);
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  const client = new CloudTasksClient(CLIENT_SETTINGS, connect);
  await client.createDocumentProcessingTask({ ...DOCUMENT, traceparent });
  await client.createDocumentProcessingTask({ ...DOCUMENT, traceparent: 'broken' });
  const sent = requests.map((request) => {
    const { headers, body } = (request as { task: { httpRequest: { headers: object; body: string } } }).task
      .httpRequest;
    return { headers, payload: JSON.parse(Buffer.from(body, 'base64').toString()) };
  });
  const contentType = { 'Content-Type': 'application/json' };
  expect(sent.map(({ headers }) => headers)).toEqual([
    { ...contentType, traceparent },
    { ...contentType, traceparent },
    contentType,
    contentType,
  ]);
  expect(sent.map(({ payload }) => payload.traceparent)).toEqual([traceparent, traceparent, undefined, undefined]);
});

test('without settings it fails with one error that lists the missing names, before anything is connected', async () => {
  const { connect, connections } = recorder(() => ({}));
  const creating = new CloudTasksClient({}, connect).createDocumentProcessingTask(DOCUMENT);
  await expect(creating).rejects.toThrow(MissingSettingsError);
  await expect(creating).rejects.toThrow(
    'Creating a Cloud Tasks task needs settings that are empty: GCP_PROJECT_ID, GCP_LOCATION, CLOUD_TASKS_QUEUE, ' +
      'CLOUD_RUN_SERVICE_URL, CLOUD_RUN_SERVICE_ACCOUNT. Set these environment variables.',
  );
  expect(connections()).toBe(0);
});

test('names only what is missing', async () => {
  const client = new CloudTasksClient({ ...CLIENT_SETTINGS, queue: '' });
  await expect(client.createDocumentProcessingTask(DOCUMENT)).rejects.toMatchObject({ missing: ['CLOUD_TASKS_QUEUE'] });
});

test('a task that exists already is success', async () => {
  const { connect } = recorder(() => {
    throw Object.assign(new Error('Requested entity already exists'), { code: 6 });
  });
  const created = await new CloudTasksClient(CLIENT_SETTINGS, connect).createDocumentProcessingTask(DOCUMENT);
  expect(created.name).toBe(`${PARENT}/tasks/${taskIdFor({ documentId: 'a1', epoch: 0 })}`);
});

test('every other refusal is thrown as it came', async () => {
  const { connect } = recorder(() => {
    throw Object.assign(new Error('The principal lacks IAM permission "iam.serviceAccounts.actAs".'), { code: 7 });
  });
  await expect(
    new CloudTasksClient(CLIENT_SETTINGS, connect).createDocumentProcessingTask(DOCUMENT),
  ).rejects.toMatchObject({
    code: 7,
  });
});

test('a document that is no valid task is refused before it is sent', async () => {
  const { connect, requests } = recorder(() => ({}));
  const client = new CloudTasksClient(CLIENT_SETTINGS, connect);
  await expect(client.createDocumentProcessingTask({ ...DOCUMENT, sourceUri: 'a.pdf' })).rejects.toThrow(
    'must be gs://bucket/object',
  );
  expect(requests).toEqual([]);
});

test('connects once, however many tasks it creates at the same time', async () => {
  const { connect, connections } = recorder((request) => (request as { task: object }).task);
  const client = new CloudTasksClient(CLIENT_SETTINGS, connect);
  await Promise.all(
    ['a', 'b', 'c'].map((documentId) => client.createDocumentProcessingTask({ ...DOCUMENT, documentId })),
  );
  expect(connections()).toBe(1);
});

test('the dispatch deadline is the one it was given', async () => {
  const { connect, requests } = recorder((request) => (request as { task: object }).task);
  await new CloudTasksClient(
    { ...CLIENT_SETTINGS, dispatchDeadlineSeconds: 1800 },
    connect,
  ).createDocumentProcessingTask(DOCUMENT);
  expect(requests).toContainEqual(
    expect.objectContaining({ task: expect.objectContaining({ dispatchDeadline: { seconds: 1800 } }) }),
  );
});

test('of several queues each document always has the same, and all are used', async () => {
  const { connect, requests } = recorder((request) => (request as { task: object }).task);
  const client = new CloudTasksClient({ ...CLIENT_SETTINGS, queue: 'one,two,three' }, connect);
  const ids = Array.from({ length: 60 }, (_, index) => `document-${index}`);
  for (const documentId of [...ids, ...ids]) await client.createDocumentProcessingTask({ ...DOCUMENT, documentId });
  const queues = requests.map((request) => (request as { parent: string }).parent.split('/').at(-1));
  expect(queues.slice(120)).toEqual(queues.slice(0, 120));
  expect(new Set(queues)).toEqual(new Set(['one', 'two', 'three']));
});

const CHECK = { ...DOCUMENT, method: 'auto', ocr: 'auto', epoch: 0, round: 0 } as const;

test('before each task is made one that looks after the document, sixteen minutes later', async () => {
  const { connect, requests } = recorder((request) => (request as { task: object }).task);
  await new CloudTasksClient(CLIENT_SETTINGS, connect, { now: () => 1_500 }).createDocumentProcessingTask(DOCUMENT);
  expect(requests[0]).toMatchObject({
    parent: PARENT,
    task: {
      name: expect.stringMatching(/\/tasks\/[0-9a-f]{32}-a1-0-check-0$/),
      scheduleTime: { seconds: 962 },
      httpRequest: {
        url: `${CLIENT_SETTINGS.serviceUrl}/tasks/check-document`,
        body: Buffer.from(JSON.stringify(CHECK)).toString('base64'),
      },
    },
  });
});

test('each look has a name of its own', async () => {
  const { connect } = recorder((request) => (request as { task: object }).task);
  const client = new CloudTasksClient(CLIENT_SETTINGS, connect);
  const names = [CHECK, { ...CHECK, round: 1 }, { ...CHECK, epoch: 1 }].map(async (check) => {
    return (await client.createDocumentCheckTask(check)).name;
  });
  expect(new Set(await Promise.all(names)).size).toBe(3);
});

test('the sweep after a deleted document has a name of its own, comes as late as a look, and says nothing but the id', async () => {
  const { connect, requests } = recorder((request) => (request as { task: object }).task);
  await new CloudTasksClient(CLIENT_SETTINGS, connect, { now: () => 1_500 }).createDocumentSweepTask('a1', 3);
  expect(requests).toMatchObject([
    {
      task: {
        name: expect.stringMatching(/\/tasks\/[0-9a-f]{32}-a1-3-sweep$/),
        scheduleTime: { seconds: 962 },
        httpRequest: {
          url: `${CLIENT_SETTINGS.serviceUrl}/tasks/check-document`,
          body: Buffer.from('{"documentId":"a1","epoch":3,"sweep":true}').toString('base64'),
        },
      },
    },
  ]);
});
