import fc from 'fast-check';
import { answerRest } from '../../../local/cloud-tasks/rest/listener.ts';
import { CloudTasksService, type ServiceOptions } from '../../../local/cloud-tasks/service.ts';
import { VirtualClock } from '../../../time/virtual-clock.ts';
import { webPath } from '../../arbitrary-text.ts';
import { LOCATION, QUEUE } from './vocabulary.ts';

const QUEUE_MISSING =
  'Queue does not exist. If you just created the queue, wait at least a minute for the queue to initialize.';
const ENTITY_MISSING = 'Requested entity was not found.';
const OTHER = `${LOCATION}/queues/other`;
const TASK = { httpRequest: { url: 'https://target.example/' } };

function api(options: Partial<ServiceOptions> = {}) {
  const service = new CloudTasksService({
    clock: new VirtualClock(),
    send: () => new Promise(() => {}),
    queues: [{ name: QUEUE, state: 'PAUSED' }],
    authorize: () => 'allowed',
    serviceAccountExists: () => true,
    onAttempt: () => {},
    taskTombstoneMs: 3_600_000,
    ...options,
  });
  return async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const { authorization } = headers;
    const request = {
      method,
      version: 'v2' as const,
      url: `/v2/${path}`,
      authorization,
      body: Buffer.from(text ?? ''),
    };
    const answer = answerRest(service, request);
    // As a client sees it.
    const json = JSON.parse(JSON.stringify(answer.json)) as {
      error?: { code: number; status: string; message: string; details?: unknown };
    };
    return { http: answer.status, ...json };
  };
}

const error = (code: number, status: string, message: string) => ({ http: code, error: { code, status, message } });

describe('recorded errors', () => {
  test.each<[method: string, path: string, body: unknown, code: number, status: string, message: string]>([
    ['POST', `${OTHER}/tasks`, { task: TASK }, 404, 'NOT_FOUND', QUEUE_MISSING],
    ['GET', OTHER, undefined, 404, 'NOT_FOUND', QUEUE_MISSING],
    ['POST', `${OTHER}:pause`, {}, 404, 'NOT_FOUND', QUEUE_MISSING],
    ['POST', `${OTHER}:resume`, {}, 404, 'NOT_FOUND', QUEUE_MISSING],
    ['POST', `${OTHER}:purge`, {}, 404, 'NOT_FOUND', QUEUE_MISSING],
    ['DELETE', OTHER, undefined, 404, 'NOT_FOUND', ENTITY_MISSING],
    ['GET', `${QUEUE}/tasks/none`, undefined, 404, 'NOT_FOUND', ENTITY_MISSING],
    ['DELETE', `${QUEUE}/tasks/none`, undefined, 404, 'NOT_FOUND', ENTITY_MISSING],
    ['POST', `${QUEUE}/tasks/none:run`, {}, 404, 'NOT_FOUND', ENTITY_MISSING],
    ['POST', `${LOCATION}/queues`, { name: QUEUE }, 409, 'ALREADY_EXISTS', 'Queue already exists'],
    ['POST', `${QUEUE}/tasks`, { task: { httpRequest: {} } }, 400, 'INVALID_ARGUMENT', 'HttpRequest.url is required.'],
    ...(
      [
        [{ rateLimits: { maxDispatchesPerSecond: -1 } }, 'RateLimits.maxDispatchesPerSecond cannot be negative.'],
        [
          { rateLimits: { maxDispatchesPerSecond: 501 } },
          'RateLimits.maxDispatchesPerSecond must be less than or equal to 500.',
        ],
        [{ rateLimits: { maxConcurrentDispatches: -1 } }, 'RateLimits.maxConcurrentDispatches cannot be negative.'],
        [
          { rateLimits: { maxConcurrentDispatches: 5001 } },
          'RateLimits.maxConcurrentDispatches must be less than or equal to 5000.',
        ],
        [{ retryConfig: { maxAttempts: -2 } }, 'RetryConfig.maxAttempts must be greater or equal to -1.'],
        [{ retryConfig: { maxDoublings: -1 } }, 'RetryConfig.maxDoublings cannot be negative.'],
        [{ retryConfig: { minBackoff: '-1s' } }, 'RetryConfig.minBackoff cannot be negative.'],
        [
          { retryConfig: { minBackoff: '20s', maxBackoff: '10s' } },
          'RetryConfig.minBackoff must be less than or equal to RetryConfig.maxBackoff.',
        ],
      ] as const
    ).map(([queue, message]): [string, string, unknown, number, string, string] => [
      'POST',
      `${LOCATION}/queues`,
      { name: OTHER, ...queue },
      400,
      'INVALID_ARGUMENT',
      message,
    ]),
  ])('%s %s %j: %i', async (method, path, body, code, status, message) => {
    expect(await api()(method, path, body)).toEqual(error(code, status, message));
  });

  test('an invalid queue id, with its link', async () => {
    const answer = await api()('POST', `${LOCATION}/queues`, { name: `${LOCATION}/queues/under_score` });
    expect(answer.error).toEqual({
      code: 400,
      status: 'INVALID_ARGUMENT',
      message: 'Queue name must be formatted: "projects/<PROJECT_ID>/locations/<LOCATION_ID>/queues/<QUEUE_ID>".',
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.Help',
          links: [
            {
              description: 'Definition of queue name',
              url: 'https://cloud.google.com/tasks/docs/reference/rest/v2/projects.locations.queues#Queue.FIELDS.name',
            },
          ],
        },
      ],
    });
  });

  test('the name of a deleted queue', async () => {
    const call = api();
    await call('DELETE', QUEUE);
    expect(await call('GET', QUEUE)).toEqual(error(404, 'NOT_FOUND', QUEUE_MISSING));
    expect(await call('POST', `${LOCATION}/queues`, { name: QUEUE })).toEqual(
      error(
        400,
        'FAILED_PRECONDITION',
        'The queue cannot be created because a queue with this name existed too recently.',
      ),
    );
  });
});

describe('permissions', () => {
  const task = { httpRequest: { ...TASK.httpRequest, oidcToken: { serviceAccountEmail: 'invoker@p.iam' } } };

  test('creating a task needs the queue, then the service account that it is signed as', async () => {
    const asked: string[] = [];
    const call = api({
      authorize: ({ authorization, permission, resource }) => {
        asked.push(`${authorization} ${permission} ${resource}`);
        return 'allowed';
      },
    });
    expect((await call('POST', `${QUEUE}/tasks`, { task }, { authorization: 'Bearer x' })).http).toBe(200);
    expect(asked).toEqual([
      `Bearer x cloudtasks.tasks.create ${QUEUE}`,
      'Bearer x iam.serviceAccounts.actAs serviceAccounts/invoker@p.iam',
    ]);
  });

  test.each([
    ['cloudtasks.tasks.create', QUEUE],
    ['iam.serviceAccounts.actAs', 'invoker@p.iam'],
  ])('without %s the call is denied as in production', async (missing, resource) => {
    const call = api({ authorize: ({ permission }) => (permission === missing ? 'denied' : 'allowed') });
    expect(await call('POST', `${QUEUE}/tasks`, { task })).toEqual(
      error(
        403,
        'PERMISSION_DENIED',
        `The principal (user or service account) lacks IAM permission "${missing}" for the resource "${resource}" ` +
          '(or the resource may not exist).',
      ),
    );
  });

  test('who has no permission does not learn that a queue is missing', async () => {
    const call = api({ authorize: () => 'denied' });
    expect((await call('GET', OTHER)).error?.status).toBe('PERMISSION_DENIED');
  });

  test('the full view needs a permission of its own', async () => {
    const call = api({ authorize: ({ permission }) => (permission.endsWith('fullView') ? 'denied' : 'allowed') });
    expect((await call('GET', `${QUEUE}/tasks`)).http).toBe(200);
    expect((await call('GET', `${QUEUE}/tasks?responseView=FULL`)).http).toBe(403);
  });

  test('a caller without credentials is told to bring some', async () => {
    const call = api({ authorize: () => 'unauthenticated' });
    expect((await call('GET', QUEUE)).error).toMatchObject({
      status: 'UNAUTHENTICATED',
      message: expect.stringMatching(/^Request is missing required authentication credential\./),
    });
  });

  test('a service account that does not exist is NOT_FOUND', async () => {
    const call = api({ serviceAccountExists: () => false });
    expect(await call('POST', `${QUEUE}/tasks`, { task })).toEqual(
      error(404, 'NOT_FOUND', 'Requested entity was not found: there is no service account invoker@p.iam.'),
    );
  });
});

describe('JSON as clients write it', () => {
  test('enums by number or name, fields in snake or camel case, null for absent', async () => {
    const call = api();
    const body = {
      response_view: 2,
      task: { http_request: { url: 'https://t.example/', http_method: 4, body: 'aGk=', headers: null } },
    };
    expect(await call('POST', `${QUEUE}/tasks?$alt=json;enum-encoding=int`, body)).toMatchObject({
      httpRequest: { httpMethod: 4, body: 'aGk=' },
      view: 2,
    });
    expect(
      await call('POST', `${QUEUE}/tasks`, { task: { httpRequest: { url: 'https://t.example/', httpMethod: 'PUT' } } }),
    ).toMatchObject({
      httpRequest: { httpMethod: 'PUT' },
      view: 'BASIC',
    });
  });

  test('masks in camel case', async () => {
    const path = `${QUEUE}?updateMask=retryConfig.maxAttempts,rateLimits.maxConcurrentDispatches`;
    const body = { retryConfig: { maxAttempts: 7 }, rateLimits: { maxConcurrentDispatches: 3 } };
    expect(await api()('PATCH', path, body)).toMatchObject({
      retryConfig: { maxAttempts: 7, maxDoublings: 16 },
      rateLimits: { maxConcurrentDispatches: 3, maxDispatchesPerSecond: 500 },
    });
  });

  test('times with a zone and a fraction', async () => {
    const task = { ...TASK, scheduleTime: '2030-01-01T03:00:00.123456789+02:00', dispatchDeadline: '15.5s' };
    expect(await api()('POST', `${QUEUE}/tasks`, { task })).toMatchObject({
      scheduleTime: '2030-01-01T01:00:00.123456Z',
      dispatchDeadline: '15.500s',
    });
  });

  test.each<[what: string, method: string, path: string, body: unknown, message: string | RegExp]>([
    [
      'broken JSON',
      'POST',
      `${QUEUE}/tasks`,
      '{"task":',
      /^Invalid JSON payload received\. Unexpected end of JSON input/,
    ],
    [
      'a list for a message',
      'POST',
      `${QUEUE}/tasks`,
      [],
      /^Invalid value at '' \(type\.googleapis\.com\/google\.cloud\.tasks\.v2\.CreateTaskRequest\), \[\]/,
    ],
    [
      'an unknown field',
      'POST',
      `${QUEUE}/tasks`,
      { task: { urll: 1 } },
      'Invalid JSON payload received. Unknown name "urll" at \'task\': Cannot find field.',
    ],
    [
      'a wrong type',
      'POST',
      `${QUEUE}/tasks`,
      { task: { httpRequest: { url: 1 } } },
      "Invalid value at 'task.http_request.url' (TYPE_STRING), 1",
    ],
    [
      'no base64',
      'POST',
      `${QUEUE}/tasks`,
      { task: { httpRequest: { body: '*' } } },
      'Invalid value at \'task.http_request.body\' (TYPE_BYTES), "*"',
    ],
    [
      'an unknown method',
      'POST',
      `${QUEUE}/tasks`,
      { task: { httpRequest: { httpMethod: 'BREW' } } },
      'Invalid value at \'task.http_request.http_method\' (type.googleapis.com/google.cloud.tasks.v2.HttpMethod), "BREW"',
    ],
    [
      'no time',
      'POST',
      `${QUEUE}/tasks`,
      { task: { scheduleTime: 'tomorrow' } },
      'Invalid value at \'task.schedule_time\' (type.googleapis.com/google.protobuf.Timestamp), "tomorrow"',
    ],
    [
      'no duration',
      'POST',
      `${QUEUE}/tasks`,
      { task: { dispatchDeadline: '10m' } },
      'Invalid value at \'task.dispatch_deadline\' (type.googleapis.com/google.protobuf.Duration), "10m"',
    ],
    [
      'a header that is no text',
      'POST',
      `${QUEUE}/tasks`,
      { task: { httpRequest: { headers: { a: 1 } } } },
      "Invalid value at 'task.http_request.headers[a]' (TYPE_STRING), 1",
    ],
    [
      'a fraction of an attempt',
      'PATCH',
      QUEUE,
      { retryConfig: { maxAttempts: 1.5 } },
      "Invalid value at 'queue.retry_config.max_attempts' (TYPE_INT32), 1.5",
    ],
    [
      'an unknown mask',
      'PATCH',
      `${QUEUE}?updateMask=nonsense`,
      {},
      "Invalid field mask path 'nonsense': Queue has no such field.",
    ],
    [
      'a page token of nobody',
      'GET',
      `${QUEUE}/tasks?pageToken=abc`,
      undefined,
      'The page token is invalid: use the nextPageToken of a list call with the same parent.',
    ],
    ['a negative page', 'GET', `${QUEUE}/tasks?pageSize=-1`, undefined, 'page_size cannot be negative; received -1.'],
    [
      'an unknown parameter',
      'GET',
      `${QUEUE}?x=1`,
      undefined,
      'Invalid JSON payload received. Unknown name "x": Cannot find field.',
    ],
    [
      'a bad escape',
      'GET',
      `projects/%zz`,
      undefined,
      "The URL's path is not valid percent-encoding; received '/v2/projects/%zz'.",
    ],
    [
      'too much',
      'POST',
      `${QUEUE}/tasks`,
      'x'.repeat(10_485_761),
      'Request payload size exceeds the limit: 10485760 bytes.',
    ],
  ])('%s is refused', async (_what, method, path, body, message) => {
    const answer = await api()(method, path, body);
    expect(answer.http).toBe(400);
    expect(answer.error?.message).toEqual(typeof message === 'string' ? message : expect.stringMatching(message));
  });

  test("another listing's page token is refused", async () => {
    const call = api({ queues: [{ name: QUEUE, state: 'PAUSED' }, { name: OTHER }] });
    for (let task = 0; task < 2; task++) await call('POST', `${QUEUE}/tasks`, { task: TASK });
    const { nextPageToken } = (await call('GET', `${QUEUE}/tasks?pageSize=1`)) as { nextPageToken?: string };
    expect((await call('GET', `${QUEUE}/tasks?pageToken=${nextPageToken}`)).http).toBe(200);
    expect((await call('GET', `${OTHER}/tasks?pageToken=${nextPageToken}`)).http).toBe(400);
  });

  test('a method that does not exist is named', async () => {
    expect(await api()('PUT', QUEUE)).toEqual(
      error(404, 'NOT_FOUND', `Method not found: Cloud Tasks v2 has no PUT /v2/${QUEUE}.`),
    );
  });

  test('a filter is not silently ignored', async () => {
    expect((await api()('GET', `${LOCATION}/queues?filter=state:PAUSED`)).error).toMatchObject({
      status: 'UNIMPLEMENTED',
      message: "Filters are not supported: leave it out; received 'state:PAUSED'.",
    });
  });
});

test('answers any request with a proper result or error of the client, never with a crash', async () => {
  const call = api();
  const path = fc.oneof(
    fc.constantFrom(QUEUE, `${QUEUE}/tasks`, `${QUEUE}:pause`, `${QUEUE}:setIamPolicy`, `${LOCATION}/queues`),
    webPath.map((rest) => rest.slice(1)),
  );
  const fields = fc.constantFrom(
    ...['task', 'queue', 'name', 'httpRequest', 'url', 'headers', 'body', 'scheduleTime', 'retryConfig', 'minBackoff'],
    ...['policy', 'bindings', 'members', 'etag', 'rateLimits', 'maxDispatchesPerSecond', '__proto__', 'constructor'],
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof({ maxDepth: 5 }, tie('leaf'), tie('node')),
    leaf: fc.oneof(
      fc.string(),
      fc.double(),
      fc.boolean(),
      fc.constantFrom(null, '600s', 'https://a.b/', 'aGk=', QUEUE),
    ),
    node: fc.dictionary(fields, tie('tree'), { maxKeys: 4 }),
  }));
  const method = fc.constantFrom('GET', 'POST', 'PATCH', 'DELETE');
  await fc.assert(
    fc.asyncProperty(method, path, tree, async (verb, anyPath, body) => {
      const answer = await call(verb, anyPath, verb === 'GET' ? undefined : { ...(body as object) });
      expect(answer.http === 200 || (answer.http >= 400 && answer.http < 500) || answer.http === 501).toBe(true);
      if (answer.http !== 200)
        expect(answer.error).toMatchObject({ code: answer.http, message: expect.stringMatching(/./) });
    }),
    { numRuns: 2000 },
  );
});
