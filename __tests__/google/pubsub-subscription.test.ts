import { PubsubError, PubsubTopic } from '../../google/pubsub.ts';
import { PubsubSubscription } from '../../google/pubsub-subscription.ts';
import { VirtualClock } from '../../time/virtual-clock.ts';
import { pubsubServer, TOPIC } from './pubsub-server.ts';

const NAME = 'projects/my-project/subscriptions/one';
const { signal } = new AbortController();
const clock = new VirtualClock();
let server: Awaited<ReturnType<typeof pubsubServer>>;
beforeEach(async () => {
  server = await pubsubServer(clock);
});
afterEach(() => server.close());

test('gets what is published after it was made, until it is acknowledged', async () => {
  const topic = new PubsubTopic(TOPIC, server.options());
  await topic.publish({ attributes: {}, data: 'before' });
  const subscription = await PubsubSubscription.create(NAME, TOPIC, server.options(), signal);
  await topic.publish({ attributes: { documentId: 'a1' }, data: 'Grüße', orderingKey: 'a1' });
  const pulled = await subscription.pull(10, signal);
  const publishTime = new Date(clock.now()).toISOString();
  expect(pulled).toEqual([{ ackId: expect.any(String), attributes: { documentId: 'a1' }, data: 'Grüße', publishTime }]);
  await clock.advance(11_000);
  expect(await subscription.pull(10, signal)).toEqual(pulled);
  await subscription.acknowledge(pulled, signal);
  await clock.advance(11_000);
  expect(await subscription.pull(10, signal)).toEqual([]);
});

test('is gone when it was removed', async () => {
  const subscription = await PubsubSubscription.create(NAME, TOPIC, server.options(), signal);
  await subscription.remove(signal);
  await expect(subscription.pull(1, signal)).rejects.toThrow(
    /^projects\/my-project\/subscriptions\/one answered 404: /,
  );
});

test('who may not subscribe is told so', async () => {
  const creating = PubsubSubscription.create(NAME, TOPIC, server.options('stranger'), signal);
  await expect(creating).rejects.toThrow(PubsubError);
  await expect(creating).rejects.toThrow(/ answered 403: .*pubsub\.subscriptions\.create/);
});

test('a Pub/Sub out of reach is told of, and an end of the call is no failure of it', async () => {
  const nowhere = { accessToken: async () => 'owner', baseUrl: 'http://127.0.0.1:9' };
  await expect(PubsubSubscription.create(NAME, TOPIC, nowhere, signal)).rejects.toThrow(
    /^projects.*could not be reached: /,
  );
  const ended = AbortSignal.abort(new Error('Interrupted.'));
  await expect(PubsubSubscription.create(NAME, TOPIC, server.options(), ended)).rejects.toThrow('Interrupted.');
});
