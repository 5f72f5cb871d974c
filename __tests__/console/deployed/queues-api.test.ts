import { QueuesApi } from '../../../console/deployed/queues-api.ts';
import { RefusedActionError } from '../../../console/shown.ts';
import { type CloudTasks, startCloudTasks } from '../../../local/cloud-tasks/cloud-tasks.ts';

const QUEUE = 'projects/p/locations/l/queues/one';
let tasks: CloudTasks;
let api: QueuesApi;

beforeAll(async () => {
  tasks = await startCloudTasks({ queues: [{ name: QUEUE }] });
  api = new QueuesApi({ baseUrl: `http://127.0.0.1:${tasks.port}`, accessToken: async () => 'token' });
});
afterAll(() => tasks.close());

test('pauses a queue, and shows that it is', async () => {
  await api.act({ do: 'pause', queue: QUEUE });
  expect(await api.queue(QUEUE)).toMatchObject({ name: QUEUE, state: 'PAUSED' });
});

test('what Cloud Tasks does not have, or refuses, is refused in its words', async () => {
  const run = (task: string) => api.act({ do: 'run', task });
  await expect(run(`${QUEUE}/tasks/none`)).rejects.toMatchObject({
    name: 'RefusedActionError',
    status: 404,
    message: expect.stringMatching(/^Cloud Tasks answered 404: ./),
  });
  await expect(run(`${QUEUE}/tasks/a.b`)).rejects.toThrow(RefusedActionError);
});

test('a task that is gone is no failure of a look', async () => {
  expect(await api.task(`${QUEUE}/tasks/none`)).toBeUndefined();
});
