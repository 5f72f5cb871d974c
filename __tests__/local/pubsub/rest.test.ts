import { AccessControl } from '../../../local/access-control.ts';
import { IamPolicy } from '../../../local/iam-roles.ts';
import { Pubsub } from '../../../local/pubsub/pubsub.ts';
import { pubsubApi } from '../../../local/pubsub/rest.ts';
import { requirePublishable } from '../../../local/pubsub/rules.ts';
import { VirtualClock } from '../../../time/virtual-clock.ts';

const TOPIC = 'projects/p/topics/outcomes';
const PULL = { name: 'projects/p/subscriptions/pull', topic: TOPIC, ackDeadlineMs: 10_000, retentionMs: 60_000 };
const QUOTAS = 'Refer to https://cloud.google.com/pubsub/quotas for more information.';
const EMPTY =
  'One or more messages in the publish request is empty. Each message must contain either non-empty data, or at least ' +
  'one attribute.';

let pubsub: Pubsub;
let app: ReturnType<typeof pubsubApi>;

beforeEach(() => {
  pubsub = new Pubsub({
    clock: new VirtualClock(),
    topics: [TOPIC],
    subscriptions: [PULL],
    send: () => Promise.reject(new Error('nothing is pushed')),
    mayForward: () => false,
  });
  const people = new Map([
    ['owner', 'owner@example.com'],
    ['member', 'r@p.iam.gserviceaccount.com'],
  ]);
  const policy = new IamPolicy();
  const member = 'serviceAccount:r@p.iam.gserviceaccount.com';
  policy.grant({ resource: TOPIC, role: 'roles/pubsub.publisher', member });
  policy.grant({ resource: PULL.name, role: 'roles/pubsub.subscriber', member });
  app = pubsubApi(pubsub, new AccessControl({ whoIs: (token) => people.get(token) }, policy));
});

async function rest(method: string, path: string, body: unknown, token = 'owner') {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await app.request(`/v1/${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}` },
    body: text,
  });
  // biome-ignore lint/suspicious/noExplicitAny: as a plain HTTP client sees it.
  return { status: answer.status, json: (await answer.json()) as any };
}

const publish = (...messages: unknown[]) => rest('POST', `${TOPIC}:publish`, { messages });
const pulled = async () => (await rest('POST', `${PULL.name}:pull`, { maxMessages: 10 })).json.receivedMessages;

/** So many attributes, each of a few bytes. */
const attributes = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, number) => [`a${number}`, 'x']));

test.each<[what: string, messages: unknown[], message: string]>([
  [
    'no message',
    [],
    'The value for message_count is too small. You passed 0 in the request, but the minimum value is 1.',
  ],
  [
    '1,001 messages',
    Array.from({ length: 1001 }, () => ({ data: 'aGk=' })),
    'The value for message_count is too large. You passed 1001 in the request, but the maximum value is 1000.',
  ],
  ['a message of nothing', [{}], EMPTY],
  ['a message of no bytes and no attribute', [{ data: '', attributes: {} }], EMPTY],
  ['a message of an ordering key alone', [{ orderingKey: 'a' }], EMPTY],
  ['one empty message among others', [{ data: 'aGk=' }, {}], EMPTY],
  [
    '101 attributes',
    [{ attributes: attributes(101) }],
    `A message has at most 100 attributes; received 101. ${QUOTAS}`,
  ],
  ['a key of nothing', [{ attributes: { '': 'x' } }], "An attribute's key cannot be empty."],
  [
    'a key of 258 bytes',
    [{ attributes: { ['ü'.repeat(129)]: 'x' } }],
    `The attribute "" in the request has a key that is too long. The length is 258 characters, but the maximum allowed is 256. ${QUOTAS}`,
  ],
  [
    'a value of 1,026 bytes',
    [{ attributes: { id: 'ü'.repeat(513) } }],
    `The attribute "id" in the request has a value that is too long. The length is 1026 characters, but the maximum allowed is 1024. ${QUOTAS}`,
  ],
  [
    'an ordering key of 1,025 bytes',
    [{ data: 'aGk=', orderingKey: 'a'.repeat(1025) }],
    `A message in the request has an ordering key that is too long. The length is 1025 characters, but the maximum allowed is 1024. ${QUOTAS}`,
  ],
  ['data that are no base64', [{ data: 'a!' }], `Invalid value at 'messages[0].data' (TYPE_BYTES), "a!"`],
  [
    'an attribute that is a number',
    [{ attributes: { n: 1 } }],
    "Invalid value at 'messages[0].attributes[n]' (TYPE_STRING), 1",
  ],
  [
    'a field that a message does not have',
    [{ date: 'aGk=' }],
    `Invalid JSON payload received. Unknown name "date" at 'messages[0]': Cannot find field.`,
  ],
])('%s is INVALID_ARGUMENT, and nothing is published', async (_what, messages, message) => {
  expect(await publish(...messages)).toEqual({
    status: 400,
    json: { error: { code: 400, status: 'INVALID_ARGUMENT', message } },
  });
  expect(pubsub.waiting(PULL.name)).toBe(0);
});

test('messages of two ordering keys, or of one and none, are FAILED_PRECONDITION', async () => {
  const message =
    'In a single publish request, all messages must have no ordering key or they must all have the same ordering key.';
  for (const orderingKey of ['b', undefined]) {
    const { status, json } = await publish({ data: 'aGk=', orderingKey: 'a' }, { data: 'aGk=', orderingKey });
    expect([status, json.error.status, json.error.message]).toEqual([400, 'FAILED_PRECONDITION', message]);
  }
});

test('the limits themselves are allowed', async () => {
  const longest = { ['ü'.repeat(128)]: 'ü'.repeat(512) };
  const messages = [{ attributes: attributes(100) }, { attributes: longest }, { data: 'aGk=' }];
  expect((await publish(...messages.map((each) => ({ ...each, orderingKey: 'k'.repeat(1024) })))).status).toBe(200);
  expect(pubsub.waiting(PULL.name)).toBe(3);
});

test('10 MB are the limit of a request, with all that is in it', () => {
  // Beside the data: the topic's 28 bytes with tag and length, and tags and lengths of the data and of the message around them.
  const data = (bytes: number) => [{ data: Buffer.alloc(bytes - 28 - 10).toString('base64') }];
  requirePublishable(TOPIC, data(10_000_000));
  expect(() => requirePublishable(TOPIC, data(10_000_001))).toThrow(
    'The value for request_size is too large. You passed 10000001 in the request, but the maximum value is 10000000.',
  );
});

test('a payload above 10 MiB is refused as it is', async () => {
  const { status, json } = await rest('POST', `${TOPIC}:publish`, ' '.repeat(10_485_761));
  expect([status, json.error.message]).toEqual([400, 'Request payload size exceeds the limit: 10485760 bytes.']);
});

test('attributes are kept, whatever their keys', async () => {
  const sent = '{"messages":[{"attributes":{"__proto__":"p","constructor":"c"}}]}';
  expect((await rest('POST', `${TOPIC}:publish`, sent)).status).toBe(200);
  const [{ message }] = await pulled();
  expect(JSON.stringify(message.attributes)).toBe('{"__proto__":"p","constructor":"c"}');
});

test.each(['-_8', '-_8=', '+/8', '+/8='])('%s is base64, and comes as the standard has it', async (data) => {
  expect((await publish({ data })).status).toBe(200);
  expect((await pulled())[0].message.data).toBe('+/8=');
});

test.each(['ab', 'a'.repeat(256), '1st', 'goog-events', 'google', 'a b', 'ümlaut'])(
  "nothing can be called '%s'",
  async (id) => {
    const refused = (name: string) => ({
      status: 400,
      json: {
        error: {
          code: 400,
          status: 'INVALID_ARGUMENT',
          message: `Invalid resource name given (name=${name}). Refer to https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names for more information.`,
        },
      },
    });
    const path = encodeURIComponent(id);
    const [topic, subscription] = [`projects/p/topics/${id}`, `projects/p/subscriptions/${id}`];
    expect(await rest('POST', `projects/p/topics/${path}:publish`, {})).toEqual(refused(topic));
    expect(await rest('PUT', `projects/p/subscriptions/${path}`, { topic: TOPIC })).toEqual(refused(subscription));
    expect(await rest('PUT', 'projects/p/subscriptions/new', { topic })).toEqual(refused(topic));
    expect(await rest('POST', `projects/p/subscriptions/${path}:pull`, {})).toEqual(refused(subscription));
  },
);

test.each(['abc', `a${'b'.repeat(254)}`, 'a-_.~+%'])("a subscription can be called '%s'", async (id) => {
  const name = `projects/p/subscriptions/${id}`;
  const { status, json } = await rest('PUT', `projects/p/subscriptions/${encodeURIComponent(id)}`, { topic: TOPIC });
  expect([status, json]).toEqual([200, { name, topic: TOPIC, ackDeadlineSeconds: 10 }]);
});

test.each<[what: string, body: object, status: number, message: string]>([
  [
    'a deadline of 9 s',
    { ackDeadlineSeconds: 9 },
    400,
    'The value for ack_deadline_seconds is too small. You passed 9 in the request, but the minimum value is 10.',
  ],
  [
    'a deadline of 601 s',
    { ackDeadlineSeconds: 601 },
    400,
    'The value for ack_deadline_seconds is too large. You passed 601 in the request, but the maximum value is 600.',
  ],
  [
    'a push',
    { pushConfig: { pushEndpoint: 'https://t.example/' } },
    501,
    'A subscription of the local Pub/Sub that is made by a call can be pulled, and no more: leave push_config out.',
  ],
])('a subscription with %s is refused', async (_what, body, code, message) => {
  const { status, json } = await rest('PUT', 'projects/p/subscriptions/new', { topic: TOPIC, ...body });
  expect([status, json.error.message]).toEqual([code, message]);
});

test('what says nothing in a subscription is taken', async () => {
  const body = { topic: TOPIC, ackDeadlineSeconds: 0, pushConfig: {}, filter: '', enableMessageOrdering: false };
  const { status, json } = await rest('PUT', 'projects/p/subscriptions/new', body);
  expect([status, json.ackDeadlineSeconds]).toEqual([200, 10]);
  expect((await rest('PUT', 'projects/p/subscriptions/new', body)).json.error).toEqual({
    code: 409,
    status: 'ALREADY_EXISTS',
    message: 'Resource already exists in the project (resource=new).',
  });
});

test.each<[what: string, path: string, body: object, status: number, message: string]>([
  [
    'a pull of none',
    `${PULL.name}:pull`,
    { maxMessages: 0 },
    400,
    'You have passed an invalid argument to the service (argument=max_messages).',
  ],
  [
    'no acknowledgement',
    `${PULL.name}:acknowledge`,
    { ackIds: [] },
    400,
    'You have not specified an ack ID in the request.',
  ],
  ['a verb that is not there', `${TOPIC}:seek`, {}, 404, `The local Google has no /v1/${TOPIC}:seek.`],
  [
    'a topic that is not there',
    'projects/p/topics/other:publish',
    { messages: [{ data: 'aGk=' }] },
    404,
    'Resource not found (resource=other).',
  ],
])('refuses %s', async (_what, path, body, status, message) => {
  const answer = await rest('POST', path, body);
  expect([answer.status, answer.json.error.message]).toEqual([status, message]);
});

test('a subscription of others, and one of their own, are not for who may only publish', async () => {
  const other = await rest('POST', 'projects/p/subscriptions/other:pull', { maxMessages: 1 }, 'member');
  expect([other.status, other.json.error.message]).toEqual([
    403,
    'User not authorized to perform this action: pubsub.subscriptions.consume.',
  ]);
  expect((await rest('PUT', 'projects/p/subscriptions/mine', { topic: TOPIC }, 'member')).status).toBe(403);
});
