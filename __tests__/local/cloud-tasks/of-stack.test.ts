import { type CloudTasks, startCloudTasks } from '../../../local/cloud-tasks/cloud-tasks.ts';
import { cloudTasksOfStack } from '../../../local/cloud-tasks/of-stack.ts';
import { TerraformStack } from '../../../local/terraform-stack.ts';
import { VirtualClock } from '../../../time/virtual-clock.ts';
import { CALLER, INVOKER, PROJECT, QUEUE, RUNTIME, stackJson } from '../fixtures/stack.ts';
import { callMethod, officialClient, WIRES } from './clients.ts';
import { response } from './vocabulary.ts';

// The stack's grants, as the official client meets them.

const lacks = (permission: string, resource: string) =>
  `The principal (user or service account) lacks IAM permission "${permission}" for the resource "${resource}" (or the resource may not exist).`;

describe.each(WIRES)('over %s', (wire) => {
  const clock = new VirtualClock();
  let tasks: CloudTasks;
  let client: ReturnType<typeof officialClient>;
  let tokenOf: (email: string) => string;

  beforeAll(async () => {
    const context = { folder: '.', variables: { project_id: PROJECT }, projectNumber: '123456789012' };
    const { options, issuer, enqueuer } = await cloudTasksOfStack(new TerraformStack(stackJson(), context), clock);
    expect(enqueuer).toBe(RUNTIME);
    tasks = await startCloudTasks({ ...options, clock, send: async () => response(200) });
    client = officialClient(wire, tasks.port);
    tokenOf = (email) => issuer.accessToken(email).token;
  });

  afterAll(async () => {
    await client.close();
    await tasks.close();
  });

  const create = (token: string | undefined, serviceAccountEmail = INVOKER) => {
    const httpRequest = { url: 'https://t.example/', oidcToken: { serviceAccountEmail } };
    return callMethod(client, 'CreateTask', { parent: QUEUE, task: { httpRequest } }, token);
  };

  test('who may enqueue and act as the invoker creates a task', async () => {
    await expect(create(tokenOf(RUNTIME))).resolves.toMatchObject({ name: expect.stringContaining(`${QUEUE}/tasks/`) });
  });

  test('without the enqueuer grant: PERMISSION_DENIED, as in production', async () => {
    await expect(create(tokenOf(CALLER))).rejects.toMatchObject({
      code: 7,
      message: expect.stringContaining(lacks('cloudtasks.tasks.create', QUEUE)),
    });
  });

  test('without serviceAccountUser on the account of the token: PERMISSION_DENIED', async () => {
    await expect(create(tokenOf(RUNTIME), RUNTIME)).rejects.toMatchObject({
      code: 7,
      message: expect.stringContaining(lacks('iam.serviceAccounts.actAs', RUNTIME)),
    });
  });

  test('an account that the stack does not have: NOT_FOUND, for the owner', async () => {
    await expect(
      create(tokenOf('owner@example.com'), `nobody@${PROJECT}.iam.gserviceaccount.com`),
    ).rejects.toMatchObject({
      code: 5,
      message: expect.stringContaining('there is no service account nobody@'),
    });
  });

  test.each([undefined, 'ya29.made-up'])('with the token %s: UNAUTHENTICATED', async (token) => {
    await expect(create(token)).rejects.toMatchObject({
      code: 16,
      message: expect.stringContaining('Request is missing required authentication credential.'),
    });
  });

  test('testIamPermissions tells what the caller has', async () => {
    const permissions = ['cloudtasks.tasks.create', 'cloudtasks.queues.delete'];
    const answer = await callMethod(client, 'TestIamPermissions', { resource: QUEUE, permissions }, tokenOf(RUNTIME));
    expect(answer).toMatchObject({ permissions: ['cloudtasks.tasks.create'] });
  });
});
