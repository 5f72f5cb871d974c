import { callPubsub, type PubsubOptions } from './pubsub.ts';

/** A message that was pulled. */
export interface PulledMessage {
  readonly ackId: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly data: string;
  /** When it was published. ISO 8601, UTC. */
  readonly publishTime: string;
}

/** The shortest that Pub/Sub takes: a subscription that nobody removes is gone a day after nobody pulls from it any more. */
const EXPIRATION = '86400s';

/** What is looked at of a pull's answer (reference: `PullResponse`). */
interface PullAnswer {
  readonly receivedMessages?: readonly {
    readonly ackId: string;
    readonly message: {
      readonly attributes?: Readonly<Record<string, string>>;
      readonly data?: string;
      readonly publishTime: string;
    };
  }[];
}

/** A subscription for a look at what is published from now on, over Pub/Sub's REST API. */
export class PubsubSubscription {
  readonly #name: string;
  readonly #options: PubsubOptions;

  private constructor(name: string, options: PubsubOptions) {
    this.#name = name;
    this.#options = options;
  }

  /**
   * Subscribes to a topic.
   *
   * @param name `projects/PROJECT/subscriptions/SUBSCRIPTION`, of none that exists
   * @param topic `projects/PROJECT/topics/TOPIC`
   * @throws PubsubError when Pub/Sub refuses or is out of reach
   */
  static async create(
    name: string,
    topic: string,
    options: PubsubOptions,
    signal: AbortSignal,
  ): Promise<PubsubSubscription> {
    const body = { topic, expirationPolicy: { ttl: EXPIRATION } };
    await callPubsub(options, { method: 'PUT', path: name, body, signal });
    return new PubsubSubscription(name, options);
  }

  /** What is there, at most so many; Pub/Sub waits a while for the first. @throws PubsubError */
  async pull(maxMessages: number, signal: AbortSignal): Promise<PulledMessage[]> {
    const call = { method: 'POST', path: `${this.#name}:pull`, body: { maxMessages }, signal };
    const { receivedMessages = [] } = JSON.parse(await callPubsub(this.#options, call)) as PullAnswer;
    return receivedMessages.map(({ ackId, message: { attributes = {}, data = '', publishTime } }) => ({
      ackId,
      attributes,
      data: Buffer.from(data, 'base64').toString(),
      publishTime,
    }));
  }

  /** So that they do not come again. @throws PubsubError */
  async acknowledge(messages: readonly Pick<PulledMessage, 'ackId'>[], signal: AbortSignal): Promise<void> {
    const ackIds = messages.map(({ ackId }) => ackId);
    await callPubsub(this.#options, { method: 'POST', path: `${this.#name}:acknowledge`, body: { ackIds }, signal });
  }

  /** Removes the subscription. @throws PubsubError */
  async remove(signal: AbortSignal): Promise<void> {
    await callPubsub(this.#options, { method: 'DELETE', path: this.#name, signal });
  }
}
