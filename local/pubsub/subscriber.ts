import type { Clock, TimerHandle } from '../../time/clock.ts';
import type { AttemptRequest, Send } from '../cloud-tasks/attempt.ts';
import type { KeptMessage, MessageChange } from './kept-messages.ts';
import type { MessageInput } from './rules.ts';
import {
  type PublishedMessage,
  type PushedMessage,
  type ReceivedMessage,
  type Subscription,
  shortName,
} from './subscription.ts';

/** Pushes of one subscription that are on their way at once: our own; Pub/Sub finds out how many a service bears. */
const MAX_OUTSTANDING = 20;

/** What acknowledges a push (reference: "Push subscriptions"). */
const ACKNOWLEDGING = [102, 200, 201, 202, 204];

/** What a subscription has of those around it. */
interface Surroundings {
  /** Sets a message aside. @returns false where that cannot be */
  readonly forward: (message: MessageInput) => boolean;
  readonly keep: (change: MessageChange) => void;
  /** What an earlier run left, the oldest first. */
  readonly kept: Iterable<KeptMessage>;
}

interface Pending {
  readonly message: PublishedMessage;
  deliveries: number;
  /** Of a pulled one, until when nobody else gets it. */
  leasedUntil: number;
}

export interface SubscriberOptions {
  readonly clock: Clock;
  /** Sends a push. */
  readonly send: Send;
  /** Called after each push. @default nothing */
  readonly onPush?: ((push: PushedMessage) => void) | undefined;
}

/** One subscription at work. */
export class Subscriber {
  readonly subscription: Subscription;
  readonly #options: SubscriberOptions;
  readonly #around: Surroundings;
  /** By their ids, the oldest first. */
  readonly #pending = new Map<string, Pending>();
  /** Ids of those that an earlier run left, until they are due. */
  #left: string[] = [];
  /** Ids of those whose push is due, in the order they became so. */
  readonly #due = new Set<string>();
  readonly #timers = new Set<TimerHandle>();
  readonly #closed = new AbortController();
  #outstanding = 0;

  constructor(subscription: Subscription, options: SubscriberOptions, around: Surroundings) {
    this.subscription = subscription;
    this.#options = options;
    this.#around = around;
    for (const { message, deliveries } of around.kept) {
      this.#pending.set(message.messageId, { message, deliveries, leasedUntil: 0 });
      this.#left.push(message.messageId);
    }
  }

  get waiting(): number {
    return this.#pending.size;
  }

  /** Whether it holds something that nobody took for as long as messages are retained. */
  isForgotten(): boolean {
    const [oldest] = this.#pending.values();
    return this.#isExpired(oldest);
  }

  take(message: PublishedMessage): void {
    this.#pending.set(message.messageId, { message, deliveries: 0, leasedUntil: 0 });
    this.#becomeDue(message.messageId);
  }

  /** Drops what expired since an earlier run, and makes the rest of it due. */
  resume(): void {
    const left = this.#left;
    this.#left = [];
    this.#end(left.filter((id) => this.#isExpired(this.#pending.get(id))));
    for (const id of left) this.#becomeDue(id);
  }

  pull(maxMessages: number): ReceivedMessage[] {
    const now = this.#options.clock.now();
    const received: ReceivedMessage[] = [];
    const expired: string[] = [];
    for (const [ackId, pending] of this.#pending) {
      if (received.length === maxMessages) break;
      if (this.#isExpired(pending)) expired.push(ackId);
      else if (pending.leasedUntil <= now) {
        pending.leasedUntil = now + this.subscription.ackDeadlineMs;
        received.push({ ackId, message: pending.message });
      }
    }
    this.#end(expired);
    return received;
  }

  acknowledge(ackIds: readonly string[]): void {
    this.#end(ackIds.filter((id) => this.#pending.has(id)));
  }

  close(): void {
    this.#closed.abort();
    for (const timer of this.#timers) this.#options.clock.clearTimeout(timer);
  }

  #end(ids: readonly string[]): void {
    if (ids.length === 0) return;
    this.#around.keep({ kind: 'ended', subscription: this.subscription.name, ids });
    for (const id of ids) this.#pending.delete(id);
  }

  #isExpired(pending: Pending | undefined): boolean {
    if (pending === undefined) return false;
    const age = this.#options.clock.now() - Date.parse(pending.message.publishTime);
    return age > this.subscription.retentionMs;
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
    const { messageId } = pending.message;
    const { name } = this.subscription;
    pending.deliveries++;
    this.#around.keep({ kind: 'delivery', subscription: name, id: messageId, number: pending.deliveries });
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
    if (outcome !== 'retrying') this.#end([messageId]);
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
        CloudPubSubDeadLetterSourceSubscription: shortName(name),
        CloudPubSubDeadLetterSourceDeliveryCount: String(deliveries),
      };
      const { data, orderingKey } = message;
      if (this.#around.forward({ attributes, ...(data && { data }), ...(orderingKey && { orderingKey }) }))
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
