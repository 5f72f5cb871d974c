import type { Code } from '../../../local/cloud-tasks/errors.ts';
import type { ProtoMethodName } from '../../../local/cloud-tasks/messages.ts';
import { WIRES } from './clients.ts';
import { EmulatorUnderTest } from './emulator-under-test.ts';
import { LOCATION } from './vocabulary.ts';

// Errors of the real service: code and message, on both wires.

const MISSING = `${LOCATION}/queues/missing`;
const QUEUE_NOT_FOUND =
  'Queue does not exist. If you just created the queue, wait at least a minute for the queue to initialize.';
const NOT_FOUND = 'Requested entity was not found.';
const GONE =
  'The task no longer exists, though a task with this name existed recently. The task either successfully completed or was deleted.';
const url = 'https://t.example/';

type Row = [fact: string, source: string, method: ProtoMethodName, request: (queue: string) => object, Code, string];

/** A task in the queue that breaks one rule. */
const task = (task: object) => (parent: string) => ({ parent, task: { httpRequest: { url }, ...task } });
const http = (httpRequest: object) => task({ httpRequest: { url, ...httpRequest } });
const queue = (settings: object) => () => ({
  parent: LOCATION,
  queue: { name: `${LOCATION}/queues/new`, ...settings },
});

const ROWS: Row[] = [
  ['create a task in no queue', 'recorded', 'CreateTask', () => task({})(MISSING), 'NOT_FOUND', QUEUE_NOT_FOUND],
  ['get no queue', 'recorded', 'GetQueue', () => ({ name: MISSING }), 'NOT_FOUND', QUEUE_NOT_FOUND],
  ['pause no queue', 'recorded', 'PauseQueue', () => ({ name: MISSING }), 'NOT_FOUND', QUEUE_NOT_FOUND],
  ['resume no queue', 'recorded', 'ResumeQueue', () => ({ name: MISSING }), 'NOT_FOUND', QUEUE_NOT_FOUND],
  ['purge no queue', 'recorded', 'PurgeQueue', () => ({ name: MISSING }), 'NOT_FOUND', QUEUE_NOT_FOUND],
  ['delete no queue', 'recorded', 'DeleteQueue', () => ({ name: MISSING }), 'NOT_FOUND', NOT_FOUND],
  ['get no task', 'recorded', 'GetTask', (q) => ({ name: `${q}/tasks/none` }), 'NOT_FOUND', NOT_FOUND],
  ['delete no task', 'recorded', 'DeleteTask', (q) => ({ name: `${q}/tasks/none` }), 'NOT_FOUND', NOT_FOUND],
  ['run no task', 'recorded', 'RunTask', (q) => ({ name: `${q}/tasks/none` }), 'NOT_FOUND', NOT_FOUND],
  ['get a task that ended', 'recorded', 'GetTask', (q) => ({ name: `${q}/tasks/ended` }), 'NOT_FOUND', GONE],
  [
    'a task that exists',
    'recorded',
    'CreateTask',
    (q) => task({ name: `${q}/tasks/waiting` })(q),
    'ALREADY_EXISTS',
    'Requested entity already exists',
  ],
  [
    'a task that existed',
    'v2 proto: CreateTaskRequest.task',
    'CreateTask',
    (q) => task({ name: `${q}/tasks/ended` })(q),
    'ALREADY_EXISTS',
    'The task cannot be created because a task with this name existed too recently. For more information about task ' +
      'de-duplication see https://cloud.google.com/tasks/docs/reference/rest/v2/projects.locations.queues.tasks/create' +
      '#body.request_body.FIELDS.task.',
  ],
  [
    'a queue that exists',
    'recorded',
    'CreateQueue',
    (name) => ({ parent: LOCATION, queue: { name } }),
    'ALREADY_EXISTS',
    'Queue already exists',
  ],
  [
    'a queue name with an underscore',
    'recorded',
    'CreateQueue',
    queue({ name: `${LOCATION}/queues/a_b` }),
    'INVALID_ARGUMENT',
    'Queue name must be formatted: "projects/<PROJECT_ID>/locations/<LOCATION_ID>/queues/<QUEUE_ID>".',
  ],
  [
    'a queue id of 101 characters',
    'quotas page',
    'CreateQueue',
    queue({ name: `${LOCATION}/queues/${'a'.repeat(101)}` }),
    'INVALID_ARGUMENT',
    'Queue name must be formatted: "projects/<PROJECT_ID>/locations/<LOCATION_ID>/queues/<QUEUE_ID>".',
  ],
  ['no URL', 'recorded', 'CreateTask', http({ url: '' }), 'INVALID_ARGUMENT', 'HttpRequest.url is required.'],
  [
    'another scheme',
    'recorded',
    'CreateTask',
    http({ url: 'ftp://t.example/' }),
    'INVALID_ARGUMENT',
    "HttpTarget.url must start with 'http://' or 'https://'.",
  ],
  [
    'a URL of 2,084 characters',
    'reference: HttpRequest.url',
    'CreateTask',
    http({ url: url.padEnd(2084, 'a') }),
    'INVALID_ARGUMENT',
    'HttpRequest.url must be at most 2083 characters after encoding; received 2084.',
  ],
  [
    'a body with GET',
    'reference: HttpRequest.body',
    'CreateTask',
    http({ httpMethod: 'GET', body: Buffer.from('x') }),
    'INVALID_ARGUMENT',
    'HttpRequest.body is only allowed with POST, PUT or PATCH; received GET.',
  ],
  [
    '80 KB of headers',
    'reference: HttpRequest.headers',
    'CreateTask',
    http({ headers: { a: 'a'.repeat(80 * 1024 - 1) } }),
    'INVALID_ARGUMENT',
    'HttpRequest.headers must be less than 80KB; received 81920 bytes.',
  ],
  [
    'a deadline of 14 s',
    'recorded',
    'CreateTask',
    task({ dispatchDeadline: { seconds: 14 } }),
    'INVALID_ARGUMENT',
    'Task.dispatchDeadline must be between [15s, 30m].',
  ],
  [
    'a deadline of 1,801 s',
    'recorded',
    'CreateTask',
    task({ dispatchDeadline: { seconds: 1801 } }),
    'INVALID_ARGUMENT',
    'Task.dispatchDeadline must be between [15s, 30m].',
  ],
  [
    'a schedule in 2999',
    'recorded',
    'CreateTask',
    task({ scheduleTime: { seconds: Date.UTC(2999, 0, 1, 8) / 1000 } }),
    'INVALID_ARGUMENT',
    'The Task.scheduleTime, 2999-01-01T00:00:00-08:00, is too far in the future. Schedule time must be no more than 720h in the future.',
  ],
  [
    '1 MB of body',
    'recorded: 1,048,569 bytes of proto',
    'CreateTask',
    http({ body: Buffer.alloc(1_048_569) }),
    'INVALID_ARGUMENT',
    'Task size too large',
  ],
  [
    '501 dispatches a second',
    'recorded',
    'CreateQueue',
    queue({ rateLimits: { maxDispatchesPerSecond: 501 } }),
    'INVALID_ARGUMENT',
    'RateLimits.maxDispatchesPerSecond must be less than or equal to 500.',
  ],
  [
    '5,001 at once',
    'quotas page',
    'CreateQueue',
    queue({ rateLimits: { maxConcurrentDispatches: 5001 } }),
    'INVALID_ARGUMENT',
    'RateLimits.maxConcurrentDispatches must be less than or equal to 5000.',
  ],
  [
    'a backoff above its maximum',
    'recorded',
    'CreateQueue',
    queue({ retryConfig: { minBackoff: { seconds: 20 }, maxBackoff: { seconds: 10 } } }),
    'INVALID_ARGUMENT',
    'RetryConfig.minBackoff must be less than or equal to RetryConfig.maxBackoff.',
  ],
  [
    '-2 attempts',
    'recorded',
    'CreateQueue',
    queue({ retryConfig: { maxAttempts: -2 } }),
    'INVALID_ARGUMENT',
    'RetryConfig.maxAttempts must be greater or equal to -1.',
  ],
  [
    'an App Engine target',
    'ours: there is no App Engine here',
    'CreateTask',
    (parent) => ({ parent, task: { appEngineHttpRequest: { relativeUri: '/' } } }),
    'UNIMPLEMENTED',
    'App Engine targets are not supported: there is no App Engine here. Use Task.httpRequest with the full URL.',
  ],
  [
    'a page token of nobody',
    'reference: ListTasksRequest.page_token',
    'ListTasks',
    (parent) => ({ parent, pageToken: 'abc' }),
    'INVALID_ARGUMENT',
    'The page token is invalid: use the nextPageToken of a list call with the same parent.',
  ],
  [
    'an unknown mask',
    'reference: UpdateQueueRequest.update_mask',
    'UpdateQueue',
    (name) => ({ queue: { name }, updateMask: { paths: ['nonsense'] } }),
    'INVALID_ARGUMENT',
    "Invalid field mask path 'nonsense': Queue has no such field.",
  ],
];

describe.each(WIRES)('over %s', (wire) => {
  const emulator = new EmulatorUnderTest(wire);

  beforeAll(async () => {
    await emulator.start();
    await emulator.newQueue();
    await emulator.call('PauseQueue', { name: emulator.queue });
    await emulator.create('waiting');
    await emulator.create('ended');
    await emulator.call('DeleteTask', { name: `${emulator.queue}/tasks/ended` });
  });

  afterAll(() => emulator.close());

  test.each(ROWS)('%s (%s)', async (_fact, _source, method, request, code, message) => {
    const error = await emulator.errorOf(emulator.call(method, request(emulator.queue)));
    expect(error).toEqual(emulator.error(code, message));
  });

  test('the name of a deleted queue (reference: DeleteQueue)', async () => {
    const name = `${LOCATION}/queues/deleted`;
    await emulator.call('CreateQueue', { parent: LOCATION, queue: { name } });
    await emulator.call('DeleteQueue', { name });
    expect(await emulator.errorOf(emulator.call('CreateQueue', { parent: LOCATION, queue: { name } }))).toEqual(
      emulator.error(
        'FAILED_PRECONDITION',
        'The queue cannot be created because a queue with this name existed too recently.',
      ),
    );
  });

  test('the link to the definition of a queue name comes along (recorded)', async () => {
    const call = emulator.call('CreateQueue', queue({ name: 'nonsense' })());
    await expect(call).rejects.toMatchObject({
      statusDetails: [{ links: [{ description: 'Definition of queue name', url: expect.stringContaining('#Queue') }] }],
    });
  });
});
