import { randomUUID } from 'node:crypto';
import type { MessageKeeper } from './kept-messages.ts';
import { type MessageInput, requireName } from './rules.ts';
import { Subscriber, type SubscriberOptions } from './subscriber.ts';
import type { ReceivedMessage, Subscription } from './subscription.ts';

export interface LocalPubsubOptions extends SubscriberOptions {
  readonly topics: readonly string[];
  readonly subscriptions: readonly Subscription[];
  /** Whether Pub/Sub's own agent may move what a subscription could not deliver. */
  readonly mayForward: (subscription: Subscription) => boolean;
  /** Keeps messages across restarts, and subscriptions that calls make. @default nobody: they are in memory */
  readonly keeper?: MessageKeeper | undefined;
}

/**
 * The topics and subscriptions of a stack: publishing, pushing with backoff and dead letters, pulling. As far as this project uses
 * Pub/Sub, not beyond: no order, no filters, no exactly-once delivery, no seeking, no streaming pull.
 */
export class Pubsub {
  readonly #options: LocalPubsubOptions;
  readonly #topics: Set<string>;
  readonly #subscriptions = new Map<string, Subscriber>();

  /** @throws PubsubApiError INVALID_ARGUMENT for a topic or a subscription whose name breaks the rules */
  constructor(options: LocalPubsubOptions) {
    this.#options = options;
    this.#topics = new Set(options.topics);
    for (const topic of this.#topics) requireName(topic);
    for (const subscription of options.subscriptions) this.#open(subscription);
    for (const subscription of options.keeper?.subscriptions() ?? []) {
      // One of the stack took its name.
      if (this.#subscriptions.has(subscription.name)) continue;
      // Whoever made it is gone: nobody took what it held for as long as messages are retained.
      if (this.#open(subscription).isForgotten()) this.unsubscribe(subscription.name);
    }
  }

  /**
   * @returns false where there is a subscription of this name already
   * @throws PubsubApiError INVALID_ARGUMENT for a name that breaks the rules
   */
  subscribe(subscription: Subscription): boolean {
    requireName(subscription.name);
    if (this.#subscriptions.has(subscription.name)) return false;
    this.#options.keeper?.keep({ kind: 'subscribed', subscription });
    this.#open(subscription);
    return true;
  }

  /** Ends a subscription with what it holds. @returns false where there is none of this name */
  unsubscribe(subscription: string): boolean {
    const subscriber = this.#subscriptions.get(subscription);
    if (subscriber === undefined) return false;
    this.#options.keeper?.keep({ kind: 'unsubscribed', subscription });
    subscriber.close();
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
    const subscribers = [...this.#subscriptions.values()].filter(({ subscription }) => subscription.topic === topic);
    if (subscribers.length === 0) return message.messageId;
    const subscriptions = subscribers.map(({ subscription }) => subscription.name);
    this.#options.keeper?.keep({ kind: 'published', message, subscriptions });
    for (const subscriber of subscribers) subscriber.take(message);
    return message.messageId;
  }

  /** What a subscription holds; undefined where there is no such one, or it pushes. */
  pull(subscription: string, maxMessages: number): ReceivedMessage[] | undefined {
    const subscriber = this.#subscriptions.get(subscription);
    return subscriber?.subscription.push ? undefined : subscriber?.pull(maxMessages);
  }

  /** @returns false where there is no such subscription */
  acknowledge(subscription: string, ackIds: readonly string[]): boolean {
    const subscriber = this.#subscriptions.get(subscription);
    subscriber?.acknowledge(ackIds);
    return subscriber !== undefined;
  }

  /** Messages of a subscription that nobody has acknowledged. */
  waiting(subscription: string): number {
    return this.#subscriptions.get(subscription)?.waiting ?? 0;
  }

  /** Pushes what an earlier run left. Until then it waits: what it is pushed to may not be there yet. */
  resume(): void {
    for (const subscriber of this.#subscriptions.values()) subscriber.resume();
  }

  /** Ends what is on its way, and pushes nothing more. What is published still is taken. */
  close(): void {
    for (const subscriber of this.#subscriptions.values()) subscriber.close();
  }

  #open(subscription: Subscription): Subscriber {
    requireName(subscription.name);
    const { keeper } = this.#options;
    const forward = (message: MessageInput) => {
      const topic = subscription.deadLetter?.topic ?? '';
      if (!this.hasTopic(topic) || !this.#options.mayForward(subscription)) return false;
      this.publish(topic, message);
      return true;
    };
    const subscriber = new Subscriber(subscription, this.#options, {
      forward,
      keep: (change) => keeper?.keep(change),
      kept: keeper?.messages(subscription.name) ?? [],
    });
    this.#subscriptions.set(subscription.name, subscriber);
    return subscriber;
  }
}
