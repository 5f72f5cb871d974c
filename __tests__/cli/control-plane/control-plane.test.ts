import { ControlPlane } from '../../../cli/control-plane/control-plane.ts';

let plane: ControlPlane;
beforeEach(async () => {
  plane = await ControlPlane.start();
});
afterEach(() => plane[Symbol.asyncDispose]());

/** Calls an API of it, by the provider's variable for its address. */
async function call(api: string, method: string, path: string, body?: object) {
  const response = await fetch(`${plane.environment[`GOOGLE_${api}_CUSTOM_ENDPOINT`]}${path}`, {
    method,
    ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const text = await response.text();
  return { status: response.status, answer: text === '' ? undefined : JSON.parse(text) };
}

const QUEUES = 'projects/p/locations/l/queues';
const queue = {
  name: `${QUEUES}/q`,
  rateLimits: { maxDispatchesPerSecond: 500 },
  retryConfig: { maxAttempts: 5, maxRetryDuration: '0s' },
};
const RUNTIME = 'runtime@p.iam.gserviceaccount.com';
const grant = (role: string, member = `serviceAccount:${RUNTIME}`) => ({ bindings: [{ role, members: [member] }] });

test('what it does not know is refused and remembered', async () => {
  expect(await call('CLOUD_TASKS', 'POST', `${QUEUES}/q:pause`)).toMatchObject({ status: 404 });
  await call('CLOUD_TASKS', 'POST', QUEUES, queue);
  const message = `The fake control plane does not know POST tasks/v2/${QUEUES}/q:pause.`;
  expect(await call('CLOUD_TASKS', 'POST', `${QUEUES}/q:pause`)).toEqual({
    status: 501,
    answer: { error: { code: 501, message } },
  });
  expect(plane.unknown).toEqual([`POST tasks/v2/${QUEUES}/q:pause`]);
});

test('a queue comes back with what Cloud Tasks fills in, and without what protobuf leaves out', async () => {
  const { answer } = await call('CLOUD_TASKS', 'POST', QUEUES, queue);
  expect(answer).toMatchObject({
    state: 'RUNNING',
    rateLimits: { maxBurstSize: 100 },
    retryConfig: { maxDoublings: 16 },
  });
  expect(answer.retryConfig).not.toHaveProperty('maxRetryDuration');
});

test("a deleted queue's name stays blocked, and one that is there is not made twice", async () => {
  await call('CLOUD_TASKS', 'POST', QUEUES, queue);
  expect((await call('CLOUD_TASKS', 'POST', QUEUES, queue)).status).toBe(409);
  await call('CLOUD_TASKS', 'DELETE', `${QUEUES}/q`);
  expect(plane.resources).toEqual([]);
  expect((await call('CLOUD_TASKS', 'POST', QUEUES, queue)).status).toBe(400);
});

test('a policy names only accounts that are there, and changes by its etag', async () => {
  await call('CLOUD_TASKS', 'POST', QUEUES, queue);
  const set = (policy: object) => call('CLOUD_TASKS', 'POST', `${QUEUES}/q:setIamPolicy`, { policy });
  expect((await set(grant('roles/cloudtasks.enqueuer'))).answer.error.message).toBe(
    `Service account ${RUNTIME} does not exist.`,
  );
  await call('IAM', 'POST', 'projects/p/serviceAccounts', { accountId: 'runtime', serviceAccount: {} });
  const { answer } = await set(grant('roles/cloudtasks.enqueuer'));
  expect((await set({ ...grant('roles/viewer'), etag: 'another' })).status).toBe(409);
  expect((await set({ ...grant('roles/viewer'), etag: answer.etag })).status).toBe(200);
});

test('a revision that lacks what it needs to start does not become ready', async () => {
  const template = {
    serviceAccount: RUNTIME,
    scaling: {},
    containers: [{ env: [{ name: 'CLOUD_TASKS_QUEUE', value: 'q' }] }],
  };
  const { answer } = await call('CLOUD_RUN_V2', 'POST', 'projects/p/locations/l/services?serviceId=s', { template });
  expect(answer.error).toEqual({ code: 9, message: `${RUNTIME} does not exist.` });
  const service = await call('CLOUD_RUN_V2', 'GET', 'projects/p/locations/l/services/s');
  expect(service.answer).not.toHaveProperty('latestReadyRevision');
});

test('a call that takes from a service what it uses says so', async () => {
  await call('IAM', 'POST', 'projects/p/serviceAccounts', { accountId: 'runtime', serviceAccount: {} });
  await call('CLOUD_TASKS', 'POST', QUEUES, queue);
  const policy = grant('roles/cloudtasks.enqueuer');
  await call('CLOUD_TASKS', 'POST', `${QUEUES}/q:setIamPolicy`, { policy });
  const settings = { GCP_PROJECT_ID: 'p', GCP_LOCATION: 'l', CLOUD_TASKS_QUEUE: 'q' };
  const env = Object.entries(settings).map(([name, value]) => ({ name, value }));
  const template = { serviceAccount: RUNTIME, scaling: {}, containers: [{ env }] };
  await call('CLOUD_RUN_V2', 'POST', 'projects/p/locations/l/services?serviceId=s', { template });
  const enqueuer = `serviceAccount:${RUNTIME} has no roles/cloudtasks.enqueuer on ${QUEUES}/q.`;
  expect(plane.calls.at(-1)?.breaks).not.toContain(enqueuer);
  await call('CLOUD_TASKS', 'DELETE', `${QUEUES}/q`);
  expect(plane.calls.at(-1)?.breaks).toEqual([enqueuer]);
});

test('what serves is the last revision that started', async () => {
  await call('IAM', 'POST', 'projects/p/serviceAccounts', { accountId: 'runtime', serviceAccount: {} });
  const withSecret = [{ name: 'KEY', valueSource: { secretKeyRef: { secret: 'key' } } }];
  const templateOf = (env: object[]) => ({
    template: {
      serviceAccount: RUNTIME,
      scaling: {},
      containers: [{ env: [{ name: 'CLOUD_TASKS_QUEUE', value: 'q' }, ...env] }],
    },
  });
  const policies = (policy: object) =>
    call('SECRET_MANAGER', 'POST', 'projects/p/secrets/key:setIamPolicy', { policy });
  await policies(grant('roles/secretmanager.secretAccessor'));
  await call('CLOUD_RUN_V2', 'POST', 'projects/p/locations/l/services?serviceId=s', templateOf(withSecret));
  plane.containersStart = false;
  const { answer } = await call('CLOUD_RUN_V2', 'PATCH', 'projects/p/locations/l/services/s', templateOf([]));
  expect(answer.error.message).toBe('The container does not start.');
  await policies({ bindings: [] });
  expect(plane.calls.at(-1)?.breaks).toEqual([`serviceAccount:${RUNTIME} may not read projects/p/secrets/key.`]);
});
