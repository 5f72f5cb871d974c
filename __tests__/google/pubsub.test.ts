import { createServer } from 'node:http';
import { PubsubError, PubsubTopic } from '../../google/pubsub.ts';
import { AccessControl } from '../../local/access-control.ts';
import { IamPolicy } from '../../local/iam-roles.ts';
import { closeServer, listen, serve } from '../../local/listen.ts';
import { Pubsub } from '../../local/pubsub/pubsub.ts';
import { pubsubApi } from '../../local/pubsub/rest.ts';
import { systemClock } from '../../time/clock.ts';

const TOPIC = 'projects/p/topics/outcomes';
const PULL = { name: 'projects/p/subscriptions/pull', topic: TOPIC, ackDeadlineMs: 10_000, retentionMs: 60_000 };
const MEMBER = 'r@p.iam.gserviceaccount.com';

async function setUp(role: 'roles/pubsub.publisher' | 'roles/pubsub.subscriber' = 'roles/pubsub.publisher') {
  const pubsub = new Pubsub({
    clock: systemClock,
    topics: [TOPIC],
    subscriptions: [PULL],
    send: () => Promise.reject(new Error('nothing is pushed')),
    mayForward: () => false,
  });
  const policy = new IamPolicy();
  policy.grant({ resource: TOPIC, role, member: `serviceAccount:${MEMBER}` });
  policy.grant({ resource: PULL.name, role: 'roles/pubsub.subscriber', member: `serviceAccount:${MEMBER}` });
  const access = new AccessControl({ whoIs: (token) => (token === 'token' ? MEMBER : undefined) }, policy);
  const server = await serve(pubsubApi(pubsub, access), { port: 0, what: 'Pub/Sub', option: 'port' });
  const baseUrl = `http://${server.host}`;
  const topic = (name = TOPIC, token = 'token') => new PubsubTopic(name, { accessToken: async () => token, baseUrl });
  const post = async (path: string, body: unknown, method = 'POST') => {
    const headers = { Authorization: 'Bearer token', 'Content-Type': 'application/json' };
    const response = await fetch(`${baseUrl}/v1/${path}`, { method, headers, body: JSON.stringify(body) });
    return { status: response.status, body: (await response.json()) as PullAnswer };
  };
  return { pubsub, topic, post, server, [Symbol.asyncDispose]: () => server.close() };
}

test('a message arrives with its attributes, its data and its key', async () => {
  await using world = await setUp();
  await world.topic().publish({ attributes: { status: 'COMPLETED' }, data: '{"ü":1}', orderingKey: 'a1' });
  const { body } = await world.post(`${PULL.name}:pull`, { maxMessages: 10 });
  const { message, ackId } = body.receivedMessages?.[0] ?? { ackId: '', message: { data: '' } };
  expect(message).toMatchObject({ attributes: { status: 'COMPLETED' }, orderingKey: 'a1' });
  expect(Buffer.from(message.data, 'base64').toString()).toBe('{"ü":1}');
  expect(await world.post(`${PULL.name}:acknowledge`, { ackIds: [ackId] })).toEqual({ status: 200, body: {} });
  expect(world.pubsub.waiting(PULL.name)).toBe(0);
});

interface PullAnswer {
  readonly receivedMessages?: readonly { ackId: string; message: { data: string } }[];
}

const MESSAGE = { attributes: {}, data: '{}' };

test.each<[string, { name?: string; role?: 'roles/pubsub.subscriber'; token?: string }, string]>([
  ['no such topic', { name: 'projects/p/topics/other' }, 'projects/p/topics/other answered 403'],
  ['no grant', { role: 'roles/pubsub.subscriber' }, 'projects/p/topics/outcomes answered 403'],
  ['no credentials', { token: 'stolen' }, 'projects/p/topics/outcomes answered 401'],
])('%s is a PubsubError', async (_, { name, role, token }, message) => {
  await using world = await setUp(role);
  const publishing = world.topic(name, token).publish(MESSAGE);
  await expect(publishing).rejects.toThrow(PubsubError);
  await expect(publishing).rejects.toThrow(message);
});

test('a topic out of reach is a PubsubError, and a call that is ended its reason', async () => {
  const world = await setUp();
  await world.server.close();
  await expect(world.topic().publish(MESSAGE)).rejects.toThrow(/^projects\/p\/topics\/outcomes could not be reached: /);

  const silent = createServer(() => {});
  const port = await listen(silent, { port: 0, what: 'a test', option: 'port' });
  const topic = new PubsubTopic(TOPIC, { accessToken: async () => 't', baseUrl: `http://127.0.0.1:${port}` });
  const ending = new AbortController();
  const publishing = topic.publish(MESSAGE, ending.signal);
  silent.once('request', () => ending.abort(new Error('too late')));
  await expect(publishing).rejects.toThrow('too late');
  await closeServer(silent);
});
