import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Answer, AttemptRequest } from '../../../local/cloud-tasks/attempt.ts';
import { KeptMessages } from '../../../local/pubsub/kept-messages.ts';
import { Pubsub } from '../../../local/pubsub/pubsub.ts';
import type { PushedMessage, Subscription } from '../../../local/pubsub/subscription.ts';
import { VirtualClock } from '../../../time/virtual-clock.ts';

const TOPIC = 'projects/p/topics/uploads';
const DEAD = 'projects/p/topics/dead';
const PUSH: Subscription = {
  name: 'projects/p/subscriptions/push',
  topic: TOPIC,
  ackDeadlineMs: 60_000,
  retentionMs: 7 * 86_400_000,
  push: { endpoint: 'https://s.run.app/events/upload', serviceAccountEmail: 'push@p', audience: 'https://s.run.app' },
  backoff: { minMs: 10_000, maxMs: 600_000 },
  deadLetter: { topic: DEAD, maxDeliveries: 5 },
};
const PULL: Subscription = {
  name: 'projects/p/subscriptions/pull',
  topic: TOPIC,
  ackDeadlineMs: 10_000,
  retentionMs: 60_000,
};
const KEPT: Subscription = {
  ...PULL,
  name: 'projects/p/subscriptions/kept',
  topic: DEAD,
  retentionMs: PUSH.retentionMs,
};

const answer = (status: number): Answer => ({ kind: 'response', status, headers: {}, body: Buffer.of() });

let keeper: KeptMessages | undefined;

function setUp({ subscriptions = [PUSH, PULL, KEPT], mayForward = true } = {}) {
  const clock = new VirtualClock();
  const sent: AttemptRequest[] = [];
  const times: number[] = [];
  const pushes: PushedMessage[] = [];
  const begun = clock.now();
  const world = { answer: (): Answer | Promise<Answer> => answer(204) };
  const pubsub = new Pubsub({
    clock,
    topics: [TOPIC, DEAD],
    subscriptions,
    keeper,
    mayForward: () => mayForward,
    onPush: (push) => pushes.push(push),
    send: async (request, signal) => {
      sent.push(request);
      times.push((clock.now() - begun) / 1000);
      const aborted = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      return Promise.race([Promise.resolve(world.answer()), aborted]);
    },
  });
  return { clock, sent, times, pushes, pubsub, world };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe.each(['in memory', 'kept in a folder'])('%s', (where) => {
  let folder: string | undefined;

  beforeEach(() => {
    if (where === 'in memory') return;
    folder = mkdtempSync(path.join(tmpdir(), 'pubsub-'));
    keeper = new KeptMessages(folder);
  });
  afterEach(() => {
    keeper?.close();
    keeper = undefined;
    if (folder) rmSync(folder, { recursive: true });
  });

  test('a message is pushed at once, as Pub/Sub wraps it, in the name of the subscription', async () => {
    const { pubsub, sent, pushes } = setUp();
    const messageId = pubsub.publish(TOPIC, { attributes: { a: '1' }, data: 'aGk=' });
    await settled();
    expect(sent).toHaveLength(1);
    const [request] = sent;
    expect(request).toMatchObject({
      method: 'POST',
      url: 'https://s.run.app/events/upload',
      authorization: { kind: 'oidc', serviceAccountEmail: 'push@p', audience: 'https://s.run.app' },
    });
    expect(JSON.parse(Buffer.from(request?.body ?? []).toString())).toEqual({
      message: { attributes: { a: '1' }, data: 'aGk=', messageId, publishTime: expect.stringMatching(/^\d{4}-.*Z$/) },
      subscription: PUSH.name,
      deliveryAttempt: 1,
    });
    expect(pushes).toEqual([{ subscription: PUSH.name, messageId, delivery: 1, outcome: 'acknowledged' }]);
    expect(pubsub.waiting(PUSH.name)).toBe(0);
  });

  test.each([102, 200, 201, 202, 204])('%d acknowledges a push', async (status) => {
    const { pubsub, pushes, world } = setUp();
    world.answer = () => answer(status);
    pubsub.publish(TOPIC, {});
    await settled();
    expect(pushes.map(({ outcome }) => outcome)).toEqual(['acknowledged']);
  });

  test('what is not acknowledged comes again with its backoff, and is then set aside with where it comes from', async () => {
    const { pubsub, clock, times, pushes, world } = setUp();
    world.answer = () => answer(500);
    pubsub.publish(TOPIC, { attributes: { objectId: 'a.pdf' }, data: 'aGk=' });
    await settled();
    await clock.advance(3_600_000);
    expect(times).toEqual([0, 10, 30, 70, 150]);
    expect(pushes.map(({ outcome }) => outcome)).toEqual([
      'retrying',
      'retrying',
      'retrying',
      'retrying',
      'dead letter',
    ]);
    expect(pubsub.waiting(PUSH.name)).toBe(0);
    const [received] = pubsub.pull(KEPT.name, 10) ?? [];
    expect(received?.message).toMatchObject({
      data: 'aGk=',
      attributes: {
        objectId: 'a.pdf',
        CloudPubSubDeadLetterSourceSubscription: 'push',
        CloudPubSubDeadLetterSourceDeliveryCount: '5',
      },
    });
  });

  test("without its agent's grants nothing is set aside: it comes again until its retention is over", async () => {
    const { pubsub, clock, times, pushes, world } = setUp({ mayForward: false });
    world.answer = () => answer(403);
    pubsub.publish(TOPIC, {});
    await settled();
    await clock.advance(8 * 86_400_000);
    expect(times.length).toBeGreaterThan(1000);
    expect(Math.max(...times.slice(1).map((time, i) => time - (times[i] as number)))).toBe(600);
    expect(pushes.at(-1)?.outcome).toBe('expired');
    expect(pubsub.waiting(PUSH.name)).toBe(0);
    expect(pubsub.pull(KEPT.name, 10)).toEqual([]);
  });

  test('a push that is not answered within the deadline, or whose target is out of reach, comes again', async () => {
    const { pubsub, clock, times, world } = setUp();
    world.answer = () => new Promise(() => {});
    pubsub.publish(TOPIC, {});
    await settled();
    await clock.advance(60_000);
    world.answer = () => Promise.reject(new Error('ECONNREFUSED'));
    await clock.advance(10_000);
    world.answer = () => answer(200);
    await clock.advance(20_000);
    expect(times).toEqual([0, 70, 90]);
    expect(pubsub.waiting(PUSH.name)).toBe(0);
  });

  test('twenty pushes are on their way at once, and the next one when one has ended', async () => {
    const { pubsub, sent, world } = setUp();
    const waiting: ((answer: Answer) => void)[] = [];
    world.answer = () => new Promise((resolve) => waiting.push(resolve));
    for (let i = 0; i < 30; i++) pubsub.publish(TOPIC, {});
    await settled();
    expect(sent).toHaveLength(20);
    waiting[0]?.(answer(204));
    await settled();
    expect(sent).toHaveLength(21);
  });

  test('a pulled message comes again unless it is acknowledged within the deadline', async () => {
    const { pubsub, clock } = setUp();
    for (const key of ['1', '2', '3']) pubsub.publish(TOPIC, { attributes: { key } });
    const keys = () => pubsub.pull(PULL.name, 2)?.map(({ message }) => message.attributes?.key);
    const [first] = pubsub.pull(PULL.name, 1) ?? [];
    expect(first?.message.attributes).toEqual({ key: '1' });
    expect(keys()).toEqual(['2', '3']);
    expect(keys()).toEqual([]);
    pubsub.acknowledge(PULL.name, [first?.ackId ?? '']);
    await clock.advance(10_000);
    expect(keys()).toEqual(['2', '3']);
  });

  test('a pulled message is gone when its retention is over', async () => {
    const { pubsub, clock } = setUp();
    pubsub.publish(TOPIC, {});
    await clock.advance(60_001);
    expect(pubsub.pull(PULL.name, 10)).toEqual([]);
    expect(pubsub.waiting(PULL.name)).toBe(0);
  });

  test('a subscription gets what is published from its beginning to its end', () => {
    const { pubsub } = setUp({ subscriptions: [] });
    pubsub.publish(TOPIC, { attributes: { key: 'before' } });
    expect(pubsub.subscribe(PULL)).toBe(true);
    expect(pubsub.subscribe(PULL)).toBe(false);
    pubsub.publish(TOPIC, { attributes: { key: 'after' } });
    expect(pubsub.pull(PULL.name, 10)?.map(({ message }) => message.attributes)).toEqual([{ key: 'after' }]);
    expect(pubsub.unsubscribe(PULL.name)).toBe(true);
    expect(pubsub.pull(PULL.name, 10)).toBeUndefined();
    expect(pubsub.unsubscribe(PULL.name)).toBe(false);
  });

  test('what pushes cannot be pulled, and nothing is pushed any more after the end', async () => {
    const { pubsub, clock, sent, world } = setUp();
    world.answer = () => answer(500);
    pubsub.publish(TOPIC, {});
    await settled();
    expect(pubsub.pull(PUSH.name, 1)).toBeUndefined();
    pubsub.close();
    pubsub.publish(TOPIC, {});
    await clock.advance(3_600_000);
    expect(sent).toHaveLength(1);
  });
});

test.each(['topics', 'subscriptions'])('a stack whose %s have a name that Pub/Sub does not take is refused', (kind) => {
  const options = {
    clock: new VirtualClock(),
    topics: [kind === 'topics' ? 'projects/p/topics/google' : TOPIC],
    subscriptions: kind === 'topics' ? [] : [{ ...PULL, name: 'projects/p/subscriptions/1st' }],
    send: () => Promise.reject(new Error('nothing is pushed')),
    mayForward: () => false,
  };
  const name = kind === 'topics' ? 'projects/p/topics/google' : 'projects/p/subscriptions/1st';
  expect(() => new Pubsub(options)).toThrow(`Invalid resource name given (name=${name}).`);
});
