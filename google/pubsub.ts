import { abortable } from '../time/deadline.ts';
import { call, type Origin, originOf } from './http-call.ts';
import { readUpTo } from './read-up-to.ts';

/** What is published (reference: `PubsubMessage`). */
export interface PubsubMessage {
  /** What subscriptions can be filtered by. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly data: string;
  /** Messages of one key come in the order they were published in, where a subscription asks for that. */
  readonly orderingKey?: string;
}

export interface Topic {
  /**
   * Publishes a message once. A call that fails may have published it.
   *
   * @throws PublishError when it was refused, or nobody knows
   */
  publish(message: PubsubMessage, signal?: AbortSignal): Promise<void>;
}

/** A message that was not published, as far as is known. */
export class PublishError extends Error {
  override name = 'PublishError';
}

export interface PubsubTopicOptions {
  /** `projects/PROJECT/topics/TOPIC`. */
  readonly topic: string;
  /** Access token of the runtime service account. */
  readonly accessToken: () => Promise<string>;
  /** @default https://pubsub.googleapis.com */
  readonly baseUrl?: string | undefined;
}

/** Of an answer, which is an id or an error. */
const MAX_ANSWER_BYTES = 65_536;

/** A topic of Pub/Sub over its REST API. Not `@google-cloud/pubsub`, which is gRPC, batches and streams: one call is needed here. */
export class PubsubTopic implements Topic {
  readonly #options: PubsubTopicOptions;
  readonly #origin: Origin;

  /** @throws TypeError when `baseUrl` is no URL of an HTTP server */
  constructor(options: PubsubTopicOptions) {
    this.#options = options;
    this.#origin = originOf(new URL(options.baseUrl || 'https://pubsub.googleapis.com'));
  }

  async publish({ attributes, data, orderingKey }: PubsubMessage, signal?: AbortSignal): Promise<void> {
    const { topic, accessToken } = this.#options;
    const message = { attributes, data: Buffer.from(data).toString('base64'), ...(orderingKey && { orderingKey }) };
    const token = await (signal ? abortable(accessToken(), signal) : accessToken());
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
    const body = JSON.stringify({ messages: [message] });
    const answer = await call(this.#origin, `/v1/${topic}:publish`, { method: 'POST', headers, body, signal }).catch(
      (error: Error) => {
        signal?.throwIfAborted();
        throw new PublishError(`${topic} could not be reached: ${error.message}`, { cause: error });
      },
    );
    const tooLarge = () => new PublishError(`${topic} answered with more than ${MAX_ANSWER_BYTES} bytes.`);
    const bytes = await readUpTo(answer, MAX_ANSWER_BYTES, tooLarge);
    const status = answer.statusCode as number;
    if (status !== 200) throw new PublishError(`${topic} answered ${status}: ${bytes.toString().slice(0, 300)}`);
  }
}
