import { abortable } from '../time/deadline.ts';
import { call, originOf } from './http-call.ts';
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
   * @throws PubsubError when it was refused, or nobody knows
   */
  publish(message: PubsubMessage, signal?: AbortSignal): Promise<void>;
}

/** A call that Pub/Sub has not done, as far as is known. */
export class PubsubError extends Error {
  override name = 'PubsubError';
}

export interface PubsubOptions {
  /** Access token of whoever calls. */
  readonly accessToken: () => Promise<string>;
  /** @default https://pubsub.googleapis.com */
  readonly baseUrl?: string | undefined;
}

/** Of an answer: a thousand small messages, more than are asked for here. */
const MAX_ANSWER_BYTES = 16 * 2 ** 20;

/** A topic of Pub/Sub over its REST API. Not `@google-cloud/pubsub`, which is gRPC, batches and streams: one call is needed here. */
export class PubsubTopic implements Topic {
  readonly #topic: string;
  readonly #options: PubsubOptions;

  /** @param topic `projects/PROJECT/topics/TOPIC` */
  constructor(topic: string, options: PubsubOptions) {
    this.#topic = topic;
    this.#options = options;
  }

  async publish({ attributes, data, orderingKey }: PubsubMessage, signal?: AbortSignal): Promise<void> {
    const message = { attributes, data: Buffer.from(data).toString('base64'), ...(orderingKey && { orderingKey }) };
    const body = { messages: [message] };
    await callPubsub(this.#options, { method: 'POST', path: `${this.#topic}:publish`, body, signal });
  }
}

interface PubsubCall {
  readonly method: string;
  /** The resource, and a verb where there is one: `projects/P/topics/T:publish`. */
  readonly path: string;
  readonly body?: object;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes a call of Pub/Sub's REST API, once.
 *
 * @returns the answer, which is JSON
 * @throws PubsubError when it was refused, or nobody knows; the signal's reason
 */
export async function callPubsub(
  { accessToken, baseUrl }: PubsubOptions,
  { method, path, body, signal }: PubsubCall,
): Promise<string> {
  const origin = originOf(new URL(baseUrl || 'https://pubsub.googleapis.com'));
  const token = await (signal ? abortable(accessToken(), signal) : accessToken());
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
  const sent = body && JSON.stringify(body);
  const resource = path.replace(/:\w+$/, '');
  const answer = await call(origin, `/v1/${path}`, { method, headers, body: sent, signal }).catch((error: Error) => {
    signal?.throwIfAborted();
    throw new PubsubError(`${resource} could not be reached: ${error.message}`, { cause: error });
  });
  const tooLarge = () => new PubsubError(`${resource} answered with more than ${MAX_ANSWER_BYTES} bytes.`);
  const bytes = await readUpTo(answer, MAX_ANSWER_BYTES, tooLarge);
  const status = answer.statusCode as number;
  if (status !== 200) throw new PubsubError(`${resource} answered ${status}: ${bytes.toString().slice(0, 300)}`);
  return bytes.toString();
}
