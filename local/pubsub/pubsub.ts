import { randomUUID } from 'node:crypto';
import type { Clock, TimerHandle } from '../../time/clock.ts';
import type { AttemptRequest, Send } from '../cloud-tasks/attempt.ts';
import { type MessageInput, requireName } from './rules.ts';

export interface PublishedMessage extends MessageInput {
  readonly messageId: string;
  /** ISO 8601, UTC. */
  readonly publishTime: string;
}

/** A message as a pull returns it (reference: `ReceivedMessage`). */
export interface ReceivedMessage {
  readonly ackId: string;
  readonly message: PublishedMessage;
  readonly deliveryAttempt?: number;
}

export interface Subscription {
  /** `projects/P/subscriptions/S`; so are topics. */
  readonly name: string;
  readonly topic: string;
  readonly ackDeadlineMs: number;
  readonly retentionMs: number;
  /** Where messages are sent to, and in whose name. @default nowhere: they are pulled */
  readonly push?: { readonly endpoint: string; readonly serviceAccountEmail: string; readonly audience: string };
  /** @default at once */
  readonly backoff?: { readonly minMs: number; readonly maxMs: number };
  /** Where a message goes that could not be delivered so often. @default nowhere, it is tried until its retention is over */
  readonly deadLetter?: { readonly topic: string; readonly maxDeliveries: number };
}

export interface PubsubOptions {
  readonly clock: Clock;
  readonly topics: readonly string[];
  readonly subscriptions: readonly Subscription[];
  /** Sends a push. */
  readonly send: Send;
  /** Whether Pub/Sub's own agent may move what a subscription could not deliver. */
  readonly mayForward: (subscription: Subscription) => boolean;
  /** Called after each push. @default nothing */
  readonly onPush?: ((push: PushedMessage) => void) | undefined;
}

/** One delivery, when it is over. */
export interface PushedMessage {
  readonly subscription: string;
  readonly messageId: string;
  readonly delivery: number;
  readonly outcome: 'acknowledged' | 'retrying' | 'dead letter' | 'expired';
}

/** Pushes of one subscription that are on their way at once: our own; Pub/Sub finds out how many a service bears. */
const MAX_OUTSTANDING = 20;

/** What acknowledges a push (reference: "Push subscriptions"). */
const ACKNOWLEDGING = [102, 200, 201, 202, 204];

interface Pending {
  readonly message: PublishedMessage;
  deliveries: number;
  /** Of a pulled one, until when nobody else gets it. */
  leasedUntil: number;
}

/**
 * The topics and subscriptions of a stack, in memory: publishing, pushing with backoff and dead letters, pulling. As far as this
 * project uses Pub/Sub, not beyond: no order, no filters, no exactly-once delivery, no seeking, no streaming pull.
 */
export class Pubsub {
  readonly #options: PubsubOptions;
  readonly #topics: Set<string>;
  readonly #subscriptions = new Map<string, Subscriber>();

  /** @throws PubsubError INVALID_ARGUMENT for a topic or a subscription whose name breaks the rules */
  constructor(options: PubsubOptions) {
    this.#options = options;
    this.#topics = new Set(options.topics);
    for (const topic of this.#topics) requireName(topic);
    for (const subscription of options.subscriptions) this.subscribe(subscription);
  }

  /**
   * @returns false where there is a subscription of this name already
   * @throws PubsubError INVALID_ARGUMENT for a name that breaks the rules
   */
  subscribe(subscription: Subscription): boolean {
    requireName(subscription.name);
    if (this.#subscriptions.has(subscription.name)) return false;
    const forward = (message: MessageInput) => {
      const topic = subscription.deadLetter?.topic ?? '';
      if (!this.hasTopic(topic) || !this.#options.mayForward(subscription)) return false;
      this.publish(topic, message);
      return true;
    };
    this.#subscriptions.set(subscription.name, new Subscriber(subscription, this.#options, forward));
    return true;
  }

  /** Ends a subscription with what it holds. @returns false where there is none of this name */
  unsubscribe(subscription: string): boolean {
    this.#subscriptions.get(subscription)?.close();
    return this.#subscriptions.delete(subscription);
  }

  hasTopic(name: string): boolean {
    return this.#topics.has(name);
  }

  /** Publishes to a topic that there is. @returns the message's id */
  publish(topic: string, input: MessageInput): string {
    const message = {
      ...input,
      messageId: randomUUID(),
      publishTime: new Date(this.#options.clock.now()).toISOString(),
    };
    for (const subscriber of this.#subscriptions.values()) {
      if (subscriber.subscription.topic === topic) subscriber.take(message);
    }
    return message.messageId;
  }

  /** What a subscription holds; undefined where there is no such one, or it pushes. */
  pull(subscription: string, maxMessages: number): ReceivedMessage[] | undefined {
    const subscriber = this.#subscriptions.get(subscription);
    return subscriber?.subscription.push ? undefined : subscriber?.pull(maxMessages);
  }

  /** @returns false where there is no such subscription */
  acknowledge(subscription: string, ackIds: readonly string[]): boolean {
    return this.#subscriptions.get(subscription)?.acknowledge(ackIds) ?? false;
  }

  /** Messages of a subscription that nobody has acknowledged. */
  waiting(subscription: string): number {
    return this.#subscriptions.get(subscription)?.waiting ?? 0;
  }

  /** Ends what is on its way, and pushes nothing more. */
  close(): void {
    for (const subscriber of this.#subscriptions.values()) subscriber.close();
  }
}

/** One subscription at work. */
class Subscriber {
  readonly subscription: Subscription;
  readonly #options: PubsubOptions;
  readonly #forward: (message: MessageInput) => boolean;
  /** By their ids, the oldest first. */
  readonly #pending = new Map<string, Pending>();
  /** Ids of those whose push is due, in the order they became so. */
  readonly #due = new Set<string>();
  readonly #timers = new Set<TimerHandle>();
  readonly #closed = new AbortController();
  #outstanding = 0;

  constructor(subscription: Subscription, options: PubsubOptions, forward: (message: MessageInput) => boolean) {
    this.subscription = subscription;
    this.#options = options;
    this.#forward = forward;
  }

  get waiting(): number {
    return this.#pending.size;
  }

  take(message: PublishedMessage): void {
    this.#pending.set(message.messageId, { message, deliveries: 0, leasedUntil: 0 });
    this.#becomeDue(message.messageId);
  }

  pull(maxMessages: number): ReceivedMessage[] {
    const now = this.#options.clock.now();
    const received: ReceivedMessage[] = [];
    for (const [ackId, pending] of this.#pending) {
      if (received.length === maxMessages) break;
      if (this.#isExpired(pending)) this.#pending.delete(ackId);
      else if (pending.leasedUntil <= now) {
        pending.leasedUntil = now + this.subscription.ackDeadlineMs;
        pending.deliveries++;
        received.push({ ackId, message: pending.message });
      }
    }
    return received;
  }

  acknowledge(ackIds: readonly string[]): boolean {
    for (const id of ackIds) this.#pending.delete(id);
    return true;
  }

  close(): void {
    this.#closed.abort();
    for (const timer of this.#timers) this.#options.clock.clearTimeout(timer);
  }

  #isExpired({ message }: Pending): boolean {
    return this.#options.clock.now() - Date.parse(message.publishTime) > this.subscription.retentionMs;
  }

  #becomeDue(id: string): void {
    if (this.subscription.push === undefined || this.#closed.signal.aborted) return;
    this.#due.add(id);
    while (this.#outstanding < MAX_OUTSTANDING) {
      const [next] = this.#due;
      const pending = next === undefined ? undefined : this.#pending.get(next);
      if (next === undefined) return;
      this.#due.delete(next);
      if (pending) void this.#push(pending, this.subscription.push);
    }
  }

  async #push(pending: Pending, push: NonNullable<Subscription['push']>): Promise<void> {
    this.#outstanding++;
    pending.deliveries++;
    const limit = new AbortController();
    const timer = this.#after(this.subscription.ackDeadlineMs, () => limit.abort());
    const answer = await this.#options
      .send(this.#request(pending, push), AbortSignal.any([limit.signal, this.#closed.signal]))
      .catch(() => undefined);
    this.#forget(timer);
    this.#outstanding--;
    if (this.#closed.signal.aborted) return;
    const isTaken = answer?.kind === 'response' && ACKNOWLEDGING.includes(answer.status);
    const outcome = isTaken ? 'acknowledged' : this.#afterRefusal(pending);
    const { messageId } = pending.message;
    if (outcome !== 'retrying') this.#pending.delete(messageId);
    const { name } = this.subscription;
    this.#options.onPush?.({ subscription: name, messageId, delivery: pending.deliveries, outcome });
    const [next] = this.#due;
    if (next !== undefined) this.#becomeDue(next);
  }

  #afterRefusal(pending: Pending): PushedMessage['outcome'] {
    const { deadLetter, backoff, name } = this.subscription;
    const { message, deliveries } = pending;
    if (this.#isExpired(pending)) return 'expired';
    if (deadLetter && deliveries >= deadLetter.maxDeliveries) {
      const attributes = {
        ...message.attributes,
        CloudPubSubDeadLetterSourceSubscription: name.split('/').at(-1) ?? '',
        CloudPubSubDeadLetterSourceDeliveryCount: String(deliveries),
      };
      const { data, orderingKey } = message;
      if (this.#forward({ attributes, ...(data && { data }), ...(orderingKey && { orderingKey }) }))
        return 'dead letter';
    }
    const delay = backoff ? Math.min(backoff.maxMs, backoff.minMs * 2 ** (deliveries - 1)) : 0;
    this.#after(delay, () => this.#becomeDue(message.messageId));
    return 'retrying';
  }

  #request({ message, deliveries }: Pending, push: NonNullable<Subscription['push']>): AttemptRequest {
    const { endpoint, serviceAccountEmail, audience } = push;
    const { name, deadLetter } = this.subscription;
    const body = { message, subscription: name, ...(deadLetter && { deliveryAttempt: deliveries }) };
    return {
      method: 'POST',
      url: endpoint,
      headers: { 'Content-Type': 'application/json', 'User-Agent': 'CloudPubSub-Google' },
      body: Buffer.from(JSON.stringify(body)),
      authorization: { kind: 'oidc', serviceAccountEmail, audience },
    };
  }

  #after(milliseconds: number, callback: () => void): TimerHandle {
    const timer = this.#options.clock.setTimeout(() => {
      this.#timers.delete(timer);
      callback();
    }, milliseconds);
    this.#timers.add(timer);
    return timer;
  }

  #forget(timer: TimerHandle): void {
    this.#timers.delete(timer);
    this.#options.clock.clearTimeout(timer);
  }
}
