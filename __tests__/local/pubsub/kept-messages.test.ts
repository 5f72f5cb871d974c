import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { KeptMessages, MESSAGES, type MessageChange } from '../../../local/pubsub/kept-messages.ts';
import { type LocalPubsubOptions, Pubsub } from '../../../local/pubsub/pubsub.ts';
import type { PushedMessage, Subscription } from '../../../local/pubsub/subscription.ts';
import { VirtualClock } from '../../../time/virtual-clock.ts';

const TOPIC = 'projects/p/topics/uploads';
const DEAD = 'projects/p/topics/dead';
const DAY = 86_400_000;
const PULL: Subscription = {
  name: 'projects/p/subscriptions/pull',
  topic: TOPIC,
  ackDeadlineMs: 10_000,
  retentionMs: 7 * DAY,
};
const KEPT: Subscription = { ...PULL, name: 'projects/p/subscriptions/kept', topic: DEAD };
const MADE: Subscription = { ...PULL, name: 'projects/p/subscriptions/made' };
const PUSH: Subscription = {
  ...PULL,
  name: 'projects/p/subscriptions/push',
  push: { endpoint: 'https://s.run.app/events', serviceAccountEmail: 'push@p', audience: 'https://s.run.app' },
  backoff: { minMs: 10_000, maxMs: 600_000 },
  deadLetter: { topic: DEAD, maxDeliveries: 5 },
};

let folder: string;
let clock: VirtualClock;
let keeper: KeptMessages | undefined;
let running: Pubsub | undefined;
let status: number | undefined;
let deliveries: number[];
let pushes: PushedMessage[];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'kept-messages-'));
  clock = new VirtualClock();
  status = 204;
  deliveries = [];
  pushes = [];
});
afterEach(() => {
  stop();
  rmSync(folder, { recursive: true });
});

function stop(): void {
  running?.close();
  keeper?.close();
}

/** Without `status`, no push is answered. */
const send: LocalPubsubOptions['send'] = async ({ body }) => {
  deliveries.push(JSON.parse(Buffer.from(body ?? []).toString()).deliveryAttempt);
  if (status === undefined) return new Promise(() => {});
  return { kind: 'response', status, headers: {}, body: Buffer.of() };
};

function open(options: Partial<LocalPubsubOptions> = {}): Pubsub {
  keeper = new KeptMessages(folder);
  running = new Pubsub({
    clock,
    topics: [TOPIC, DEAD],
    subscriptions: [PULL],
    send,
    mayForward: () => true,
    onPush: (push) => pushes.push(push),
    keeper,
    ...options,
  });
  return running;
}

/** The next run, of whatever the stack declares then. */
function restart(...subscriptions: Subscription[]): Pubsub {
  stop();
  const pubsub = open({ subscriptions });
  pubsub.resume();
  return pubsub;
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
const pulled = (pubsub: Pubsub, { name } = PULL) => pubsub.pull(name, 100)?.map(({ message }) => message);

test('what nobody acknowledged comes back whole, in its order and with its ids; what was acknowledged does not', () => {
  const before = open();
  for (const key of ['a', 'b', 'c']) {
    before.publish(TOPIC, { attributes: { key }, data: 'w7w=', orderingKey: 'o' });
  }
  const [a, b, c] = before.pull(PULL.name, 100) ?? [];
  before.acknowledge(PULL.name, [b?.ackId ?? '']);
  const after = restart(PULL);
  expect(pulled(after)).toEqual([a?.message, c?.message]);
  expect(a?.message).toMatchObject({ attributes: { key: 'a' }, data: 'w7w=', orderingKey: 'o' });
  after.acknowledge(PULL.name, [a?.ackId ?? '']);
  expect(pulled(restart(PULL))).toEqual([c?.message]);
});

test('each subscription has what it has not acknowledged itself', () => {
  const before = open({ subscriptions: [PULL, MADE] });
  before.publish(TOPIC, { data: 'aGk=' });
  before.acknowledge(PULL.name, before.pull(PULL.name, 1)?.map(({ ackId }) => ackId) ?? []);
  const after = restart(PULL, MADE);
  expect([after.waiting(PULL.name), after.waiting(MADE.name)]).toEqual([0, 1]);
});

test('a push that was on its way is repeated once its target is there, as the next delivery', async () => {
  status = undefined;
  open({ subscriptions: [PUSH] }).publish(TOPIC, {});
  await settled();
  stop();
  status = 204;
  const after = open({ subscriptions: [PUSH] });
  await settled();
  expect(deliveries).toEqual([1]);
  after.resume();
  await settled();
  expect(deliveries).toEqual([1, 2]);
  expect(pushes.map(({ outcome }) => outcome)).toEqual(['acknowledged']);
  restart(PUSH);
  await settled();
  expect(deliveries).toEqual([1, 2]);
});

test('deliveries before a restart count for the dead letter, and a dead letter comes back', async () => {
  status = 500;
  open({ subscriptions: [PUSH, KEPT] }).publish(TOPIC, { data: 'aGk=' });
  await settled();
  await clock.advance(69_999);
  expect(deliveries).toEqual([1, 2, 3]);
  restart(PUSH, KEPT);
  await settled();
  await clock.advance(80_000);
  expect(pushes.at(-1)).toMatchObject({ delivery: 5, outcome: 'dead letter' });
  const after = restart(PUSH, KEPT);
  expect(after.waiting(PUSH.name)).toBe(0);
  expect(pulled(after, KEPT)).toEqual([
    expect.objectContaining({
      data: 'aGk=',
      attributes: {
        CloudPubSubDeadLetterSourceSubscription: 'push',
        CloudPubSubDeadLetterSourceDeliveryCount: '5',
      },
    }),
  ]);
});

test('a subscription that a call made comes back with what it holds; one that a call ended does not', () => {
  const before = open();
  before.subscribe(MADE);
  before.publish(TOPIC, { data: 'aGk=' });
  const after = restart(PULL);
  expect(pulled(after, MADE)).toHaveLength(1);
  expect(after.subscribe(MADE)).toBe(false);
  after.unsubscribe(MADE.name);
  const last = restart(PULL);
  expect(pulled(last, MADE)).toBeUndefined();
  expect(last.subscribe(MADE)).toBe(true);
  expect(pulled(last, MADE)).toEqual([]);
});

test('a subscription of the stack is as the stack says now, and what it held waits while the stack has none', async () => {
  open().publish(TOPIC, { data: 'aGk=' });
  expect(pulled(restart())).toBeUndefined();
  const ackDeadlineMs = 60_000;
  const after = restart({ ...PULL, ackDeadlineMs });
  expect(pulled(after)).toHaveLength(1);
  await clock.advance(ackDeadlineMs - 1);
  expect(pulled(after)).toEqual([]);
});

test('one that a call makes in place of one that the stack had begins with nothing', () => {
  open().publish(TOPIC, { data: 'aGk=' });
  restart().subscribe(PULL);
  expect(pulled(restart())).toEqual([]);
});

test('a subscription that a call made is gone when nobody took from it for as long as messages are retained', async () => {
  const before = open({ subscriptions: [PULL] });
  before.subscribe(MADE);
  before.publish(TOPIC, { data: 'aGk=' });
  await clock.advance(MADE.retentionMs);
  expect(restart(PULL).waiting(MADE.name)).toBe(1);
  await clock.advance(1);
  expect(pulled(restart(PULL), MADE)).toBeUndefined();
});

test('what expired while nothing ran is not pushed any more', async () => {
  status = undefined;
  open({ subscriptions: [PUSH] }).publish(TOPIC, {});
  stop();
  await clock.advance(PUSH.retentionMs + 1);
  expect(restart(PUSH).waiting(PUSH.name)).toBe(0);
  expect(deliveries).toEqual([1]);
});

test('a last line that was cut off is dropped: nobody was told of it', () => {
  open().publish(TOPIC, { attributes: { key: 'a' } });
  stop();
  appendFileSync(path.join(folder, 'changes-1.jsonl'), '{"kind":"published","message":{"attri');
  const after = restart(PULL);
  after.publish(TOPIC, { attributes: { key: 'b' } });
  expect(pulled(restart(PULL))?.map(({ attributes }) => attributes?.key)).toEqual(['a', 'b']);
});

test('what cannot be kept is not published, and what cannot be acknowledged is still there', () => {
  const pubsub = open();
  pubsub.publish(TOPIC, { data: 'aGk=' });
  const [received] = pubsub.pull(PULL.name, 1) ?? [];
  keeper?.close();
  const closed = 'The emulator was closed: it keeps nothing any more.';
  expect(() => pubsub.publish(TOPIC, { data: 'aGk=' })).toThrow(closed);
  expect(() => pubsub.acknowledge(PULL.name, [received?.ackId ?? ''])).toThrow(closed);
  expect(() => pubsub.subscribe(MADE)).toThrow(closed);
  expect(pubsub.waiting(PULL.name)).toBe(1);
  expect(pubsub.pull(MADE.name, 1)).toBeUndefined();
});

test('a snapshot makes the same subscriptions and messages again, with their deliveries', () => {
  const changes: MessageChange[] = [
    { kind: 'subscribed', subscription: MADE },
    ...['a', 'b'].map((messageId): MessageChange => {
      const message = { messageId, publishTime: new Date(clock.now()).toISOString() };
      return { kind: 'published', message, subscriptions: [PULL.name, MADE.name] };
    }),
    { kind: 'delivery', subscription: PULL.name, id: 'a', number: 3 },
    { kind: 'ended', subscription: MADE.name, ids: ['a'] },
  ];
  const state = MESSAGES.empty();
  for (const change of changes) MESSAGES.apply(state, change);
  const again = MESSAGES.empty();
  for (const change of MESSAGES.changesOf(state)) MESSAGES.apply(again, change);
  expect(again).toEqual(state);
  expect(again.messages.get(PULL.name)?.get('a')?.deliveries).toBe(3);
});
