import { CloudTasksClient } from '@google-cloud/tasks';
import { PassThroughClient } from 'google-auth-library';
import { type CloudTasks, startCloudTasks } from '../../../local/cloud-tasks/cloud-tasks.ts';
import { LOCATION, QUEUE } from './vocabulary.ts';

// The official client over its REST transport, unchanged.

let tasks: CloudTasks;
let client: CloudTasksClient;
const TARGET = 'https://target.example/work';

beforeEach(async () => {
  tasks = await startCloudTasks({
    queues: [{ name: QUEUE, state: 'PAUSED' }],
    send: async () => ({ kind: 'response', status: 404, headers: {}, body: new Uint8Array() }),
  });
  client = new CloudTasksClient({
    fallback: true,
    protocol: 'http',
    apiEndpoint: '127.0.0.1',
    port: tasks.port,
    authClient: new PassThroughClient(),
  });
});

afterEach(async () => {
  await client.close();
  await tasks.close();
});

const create = (task: object, more: object = {}) =>
  client.createTask({ parent: QUEUE, task: { httpRequest: { url: TARGET }, ...task }, ...more });

describe('tasks', () => {
  test('createTask gives back the whole task when asked for the full view', async () => {
    const scheduleTime = { seconds: Math.floor(Date.now() / 1000) + 3600, nanos: 250_000_000 };
    const [created] = await create(
      {
        name: `${QUEUE}/tasks/a-1`,
        httpRequest: {
          url: TARGET,
          httpMethod: 'PUT',
          headers: { 'X-Mixed-Case': 'preserve-me', 'content-type': 'application/json' },
          body: Buffer.from('{"hello":"world"}'),
          oidcToken: { serviceAccountEmail: 'invoker@p.iam', audience: 'https://aud' },
        },
        scheduleTime,
        dispatchDeadline: { seconds: 540 },
      },
      { responseView: 'FULL' },
    );
    expect(created).toMatchObject({
      name: `${QUEUE}/tasks/a-1`,
      httpRequest: {
        url: TARGET,
        httpMethod: 'PUT',
        headers: {
          'X-Mixed-Case': 'preserve-me',
          'content-type': 'application/json',
          'User-Agent': 'Google-Cloud-Tasks',
        },
        body: Buffer.from('{"hello":"world"}'),
        oidcToken: { serviceAccountEmail: 'invoker@p.iam', audience: 'https://aud' },
      },
      scheduleTime: { seconds: String(scheduleTime.seconds), nanos: 250_000_000 },
      dispatchDeadline: { seconds: '540', nanos: 0 },
      dispatchCount: 0,
      view: 'FULL',
    });
  });

  test('a schedule time too far ahead fails with code 3 and names the time', async () => {
    const scheduleTime = { seconds: Date.UTC(2999, 0, 1, 8) / 1000 };
    await expect(create({ scheduleTime })).rejects.toMatchObject({
      code: 3,
      message: expect.stringContaining('The Task.scheduleTime, 2999-01-01T00:00:00-08:00, is too far in the future.'),
    });
  });

  test('the basic view has no body; getTask gives it in the full view', async () => {
    const name = `${QUEUE}/tasks/a`;
    const [created] = await create({ name, httpRequest: { url: TARGET, body: Buffer.from('secret') } });
    expect(created).toMatchObject({ view: 'BASIC', httpRequest: { body: Buffer.alloc(0) } });
    const [full] = await client.getTask({ name, responseView: 'FULL' });
    expect(full.httpRequest?.body).toEqual(Buffer.from('secret'));
    const [basic] = await client.getTask({ name });
    expect(basic.httpRequest?.body).toEqual(Buffer.alloc(0));
  });

  test('a task without a name gets a number', async () => {
    const [created] = await create({});
    expect(created.name).toMatch(/^projects\/local-project\/locations\/us-central1\/queues\/documents\/tasks\/\d+$/);
  });

  test('creating a name twice fails with code 6 and the recorded message', async () => {
    await create({ name: `${QUEUE}/tasks/a` });
    await expect(create({ name: `${QUEUE}/tasks/a` })).rejects.toMatchObject({
      code: 6,
      message: expect.stringContaining('Requested entity already exists'),
    });
  });

  test('listTasks pages through everything once', async () => {
    const names = Array.from({ length: 25 }, (_, id) => `${QUEUE}/tasks/t${id}`);
    for (const name of names) await create({ name });
    const [listed] = await client.listTasks({ parent: QUEUE, pageSize: 10 });
    expect(listed.map(({ name }) => name)).toEqual(names);
    const [page, next] = await client.listTasks({ parent: QUEUE, pageSize: 10 }, { autoPaginate: false });
    expect([page.length, next]).toEqual([10, expect.objectContaining({ pageToken: expect.any(String) })]);
  });

  test('deleteTask deletes; getting it then says that it existed', async () => {
    const name = `${QUEUE}/tasks/a`;
    await create({ name });
    await client.deleteTask({ name });
    await expect(client.getTask({ name })).rejects.toMatchObject({
      code: 5,
      message: expect.stringContaining('The task no longer exists, though a task with this name existed recently.'),
    });
  });

  test('runTask dispatches from a paused queue, and the task tells of the attempt', async () => {
    const name = `${QUEUE}/tasks/a`;
    await create({ name });
    const [dispatched] = await client.runTask({ name });
    expect(dispatched).toMatchObject({ dispatchCount: 1, responseCount: 0 });
    await tasks.waitIdle();
    const [failed] = await client.getTask({ name });
    expect(failed).toMatchObject({
      dispatchCount: 1,
      responseCount: 1,
      firstAttempt: { dispatchTime: { seconds: expect.any(String) }, responseTime: null },
      lastAttempt: { responseStatus: { code: 5, message: 'NOT_FOUND(5): HTTP status code 404' } },
    });
    expect(tasks.attempts(name)).toMatchObject([{ number: 1, forced: true, outcome: 'retrying' }]);
  });
});

describe('queues', () => {
  const name = `${LOCATION}/queues/new`;
  const defaults = {
    name,
    state: 'RUNNING',
    rateLimits: { maxDispatchesPerSecond: 500, maxBurstSize: 100, maxConcurrentDispatches: 1000 },
    retryConfig: {
      maxAttempts: 100,
      minBackoff: { seconds: '0', nanos: 100_000_000 },
      maxBackoff: { seconds: '3600', nanos: 0 },
      maxDoublings: 16,
    },
  };

  test('a new queue has the defaults of the real service', async () => {
    const [created] = await client.createQueue({ parent: LOCATION, queue: { name } });
    expect(created).toMatchObject(defaults);
    const [got] = await client.getQueue({ name });
    expect(got).toMatchObject(defaults);
  });

  test('updateQueue changes what the mask names, and nothing else', async () => {
    await client.createQueue({ parent: LOCATION, queue: { name } });
    const [updated] = await client.updateQueue({
      queue: { name, rateLimits: { maxDispatchesPerSecond: 5 }, retryConfig: { maxAttempts: 3, maxDoublings: 2 } },
      updateMask: { paths: ['rate_limits', 'retry_config.max_attempts'] },
    });
    expect(updated).toMatchObject({
      ...defaults,
      rateLimits: { maxDispatchesPerSecond: 5, maxBurstSize: 10, maxConcurrentDispatches: 1000 },
      retryConfig: { ...defaults.retryConfig, maxAttempts: 3 },
    });
  });

  test('updateQueue without a mask updates everything, and creates the queue where there is none', async () => {
    const queue = { name, retryConfig: { maxAttempts: 3 } };
    const [created] = await client.updateQueue({ queue });
    expect(created.retryConfig?.maxAttempts).toBe(3);
    const [updated] = await client.updateQueue({ queue: { name } });
    expect(updated).toMatchObject(defaults);
  });

  test('pause, resume and purge answer with the queue', async () => {
    await create({});
    expect((await client.resumeQueue({ name: QUEUE }))[0].state).toBe('RUNNING');
    expect((await client.pauseQueue({ name: QUEUE }))[0].state).toBe('PAUSED');
    const earliest = Math.floor(Date.now() / 1000);
    const [purged] = await client.purgeQueue({ name: QUEUE });
    const purgedAt = Number(purged.purgeTime?.seconds);
    expect([purgedAt >= earliest, purgedAt <= Date.now() / 1000]).toEqual([true, true]);
    expect((await client.listTasks({ parent: QUEUE }))[0]).toEqual([]);
  });

  test('listQueues lists those of the location, by name', async () => {
    for (const id of ['zz', 'aa', 'mm']) {
      await client.createQueue({ parent: LOCATION, queue: { name: `${LOCATION}/queues/${id}` } });
    }
    const [queues] = await client.listQueues({ parent: LOCATION, pageSize: 2 });
    expect(queues.map((queue) => queue.name?.split('/').at(-1))).toEqual(['aa', 'documents', 'mm', 'zz']);
    const [elsewhere] = await client.listQueues({ parent: 'projects/local-project/locations/europe-west1' });
    expect(elsewhere).toEqual([]);
  });

  test("a deleted queue's name cannot be used again", async () => {
    await client.deleteQueue({ name: QUEUE });
    await expect(client.createQueue({ parent: LOCATION, queue: { name: QUEUE } })).rejects.toMatchObject({
      // REST knows only HTTP 400 here; the client's own mapping makes it INVALID_ARGUMENT or FAILED_PRECONDITION.
      message: expect.stringContaining(
        'The queue cannot be created because a queue with this name existed too recently.',
      ),
    });
  });

  test('an IAM policy is kept, and its etag guards it', async () => {
    const bindings = [{ role: 'roles/cloudtasks.enqueuer', members: ['user:a@example.com'] }];
    const [first] = await client.setIamPolicy({ resource: QUEUE, policy: { bindings } });
    expect((await client.getIamPolicy({ resource: QUEUE }))[0].bindings).toMatchObject(bindings);
    await client.setIamPolicy({ resource: QUEUE, policy: { bindings: [], etag: first.etag ?? '' } });
    await expect(
      client.setIamPolicy({ resource: QUEUE, policy: { bindings, etag: first.etag ?? '' } }),
    ).rejects.toThrow('There were concurrent policy changes.');
    const permissions = ['cloudtasks.tasks.create'];
    expect((await client.testIamPermissions({ resource: QUEUE, permissions }))[0]).toMatchObject({ permissions });
  });
});
