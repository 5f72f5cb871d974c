import { bucketsOf, grantsOf, objectsOf, queuesOf, serviceAccountsOf } from '../../local/google-stack.ts';
import { TerraformStack } from '../../local/terraform-stack.ts';
import { CALLER, INVOKER, PROJECT, QUEUE, RUNTIME, stackJson } from './fixtures/stack.ts';

const read = (json: object) =>
  new TerraformStack(json, { folder: '/stack', variables: { project_id: PROJECT }, projectNumber: '123456789012' });
const stack = read(stackJson());

test("a queue has the stack's rates and retries, in milliseconds", () => {
  expect(queuesOf(stack)).toEqual([
    {
      name: QUEUE,
      state: 'RUNNING',
      loggingSamplingRatio: 0,
      rateLimits: { maxDispatchesPerSecond: 500, maxConcurrentDispatches: 40 },
      retryConfig: { maxAttempts: 5, maxRetryDurationMs: 0, minBackoffMs: 100, maxBackoffMs: 300_000, maxDoublings: 3 },
    },
  ]);
});

test('what a queue leaves out is left to Cloud Tasks', () => {
  const json = read({
    ...stackJson(),
    resource: { google_cloud_tasks_queue: { q: { name: 'q', location: 'europe-west1' } } },
  });
  expect(queuesOf(json)).toEqual([
    {
      name: `projects/${PROJECT}/locations/europe-west1/queues/q`,
      state: 'RUNNING',
      loggingSamplingRatio: 0,
      rateLimits: {},
      retryConfig: {},
    },
  ]);
});

test('a stack without a queue is refused', () => {
  expect(() => queuesOf(read({ resource: {} }))).toThrow(
    'The local Google needs a google_cloud_tasks_queue; the stack has none.',
  );
});

test('a value of the wrong kind is refused with the resource and the key', () => {
  const json = stackJson();
  json.resource.google_cloud_tasks_queue.queue.retry_config.min_backoff = '10 minutes';
  expect(() => queuesOf(read(json))).toThrow(
    /The local Google cannot read google_cloud_tasks_queue.queue: retry_config.min_backoff: /,
  );
});

test('buckets and service accounts have the names that Google gives them', () => {
  expect(bucketsOf(stack)).toEqual([`${PROJECT}-code`, `${PROJECT}-results`]);
  expect(serviceAccountsOf(stack)).toEqual([INVOKER, RUNTIME]);
});

test('an object has the content of its source', () => {
  const [bundle] = objectsOf(stack);
  expect(bundle).toMatchObject({ bucket: `${PROJECT}-code`, name: 'handler.mjs' });
  expect(bundle?.content.toString()).toContain('A service for the tests of local/');
});

test('a missing source is refused with what to do', () => {
  const json = stackJson();
  json.resource.google_storage_bucket_object.bundle.source = 'assets/gone.mjs';
  expect(() => objectsOf(read(json))).toThrow(
    /^The source of google_storage_bucket_object.bundle cannot be read \(ENOENT.*\/stack\/assets\/gone.mjs'\); synthesise the stack again\.$/,
  );
});

test('a grant on the project is on the project that the provider works in, or on the one it names', () => {
  const grant = { role: 'roles/aiplatform.user', member: `serviceAccount:${RUNTIME}` };
  const json = {
    ...stackJson(),
    resource: { google_project_iam_member: { own: grant, other: { ...grant, project: 'other-project' } } },
  };
  expect(grantsOf(read(json))).toEqual([
    { resource: `projects/${PROJECT}`, ...grant },
    { resource: 'projects/other-project', ...grant },
  ]);
});

test('grants come from members and bindings of queues, services, accounts and buckets', () => {
  const runtime = `serviceAccount:${RUNTIME}`;
  const service = `projects/${PROJECT}/locations/us-central1/services/demo`;
  expect(grantsOf(stack)).toEqual(
    expect.arrayContaining([
      { resource: `buckets/${PROJECT}-code`, role: 'roles/storage.objectViewer', member: runtime },
      { resource: `buckets/${PROJECT}-results`, role: 'roles/storage.objectUser', member: runtime },
      { resource: `serviceAccounts/${INVOKER}`, role: 'roles/iam.serviceAccountUser', member: runtime },
      { resource: QUEUE, role: 'roles/cloudtasks.enqueuer', member: runtime },
      { resource: service, role: 'roles/run.invoker', member: `serviceAccount:${INVOKER}` },
      { resource: service, role: 'roles/run.invoker', member: `serviceAccount:${CALLER}` },
    ]),
  );
  expect(grantsOf(stack)).toHaveLength(6);
});
