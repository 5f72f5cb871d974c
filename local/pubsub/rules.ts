import { delimitedSize, textSize } from '../proto-size.ts';

/** What is published (reference: `PubsubMessage`). */
export interface MessageInput {
  readonly attributes?: Readonly<Record<string, string>>;
  /** Base64 by the standard, padded. */
  readonly data?: string;
  readonly orderingKey?: string;
}

/** A letter, then letters, digits and `-_.~+%`, 3 to 255 in all, and not `goog` first (reference: `Topic.name`, `Subscription.name`). */
const ID = /^(?!goog)[A-Za-z][\w.~+%-]{2,254}$/;

// What a message may have (Pub/Sub quotas and limits: "Resource limits"); bytes, but for the counts.
const MAX_MESSAGES = 1000;
const MAX_REQUEST_BYTES = 10_000_000;
const MAX_ATTRIBUTES = 100;
const MAX_KEY_BYTES = 256;
const MAX_VALUE_BYTES = 1024;
const MAX_ORDERING_KEY_BYTES = 1024;
const QUOTAS = 'Refer to https://cloud.google.com/pubsub/quotas for more information.';

/** The HTTP status that stands for a code. */
const STATUSES = {
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  UNIMPLEMENTED: 501,
} as const;

/** What Pub/Sub refuses (reference: `google.rpc.Status`). */
export class PubsubApiError extends Error {
  override readonly name = 'PubsubApiError';
  readonly code: keyof typeof STATUSES;

  constructor(code: keyof typeof STATUSES, message: string) {
    super(message);
    this.code = code;
  }

  get httpStatus() {
    return STATUSES[this.code];
  }
}

export function invalidPubsubArgument(message: string): PubsubApiError {
  return new PubsubApiError('INVALID_ARGUMENT', message);
}

/** @throws PubsubApiError INVALID_ARGUMENT for a topic or subscription that nothing can be called (recorded: googleapis/google-cloud-node #1694) */
export function requireName(name: string): void {
  const [, id = ''] = /^projects\/[^/]+\/(?:topics|subscriptions)\/(.*)$/s.exec(name) ?? [];
  if (ID.test(id)) return;
  throw invalidPubsubArgument(
    `Invalid resource name given (name=${name}). ` +
      'Refer to https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names for more information.',
  );
}

/** @throws PubsubApiError INVALID_ARGUMENT for a number out of its range (recorded: googleapis/google-api-nodejs-client #519) */
export function requireRange(field: string, value: number, min: number, max: number): void {
  if (value >= min && value <= max) return;
  const [size, limit] = value < min ? ['small', `minimum value is ${min}`] : ['large', `maximum value is ${max}`];
  throw invalidPubsubArgument(
    `The value for ${field} is too ${size}. You passed ${value} in the request, but the ${limit}.`,
  );
}

/** @throws PubsubApiError INVALID_ARGUMENT or FAILED_PRECONDITION for messages that Pub/Sub does not take in one request */
export function requirePublishable(topic: string, messages: readonly MessageInput[]): void {
  requireRange('message_count', messages.length, 1, MAX_MESSAGES);
  requireRange('request_size', requestBytes(topic, messages), 1, MAX_REQUEST_BYTES);
  for (const message of messages) requireMessage(message);
  if (new Set(messages.map(({ orderingKey = '' }) => orderingKey)).size === 1) return;
  // Recorded: yoshidan/google-cloud-rust #226.
  throw new PubsubApiError(
    'FAILED_PRECONDITION',
    'In a single publish request, all messages must have no ordering key or they must all have the same ordering key.',
  );
}

function requireMessage({ attributes = {}, data = '', orderingKey = '' }: MessageInput): void {
  const entries = Object.entries(attributes);
  // An ordering key does not count (recorded: snowplow/snowbridge #34; reference: `PubsubMessage`).
  if (data === '' && entries.length === 0) {
    throw invalidPubsubArgument(
      'One or more messages in the publish request is empty. Each message must contain either non-empty data, or at ' +
        'least one attribute.',
    );
  }
  // These words are ours, and those for the ordering key and an empty key.
  if (entries.length > MAX_ATTRIBUTES) {
    throw invalidPubsubArgument(
      `A message has at most ${MAX_ATTRIBUTES} attributes; received ${entries.length}. ${QUOTAS}`,
    );
  }
  for (const [key, value] of entries) {
    if (key === '') throw invalidPubsubArgument("An attribute's key cannot be empty.");
    // Recorded, and counted in bytes although they say characters: googleapis/java-pubsub #2312.
    requireLength('The attribute "" in the request has a key', key, MAX_KEY_BYTES);
    requireLength(`The attribute "${key}" in the request has a value`, value, MAX_VALUE_BYTES);
  }
  requireLength('A message in the request has an ordering key', orderingKey, MAX_ORDERING_KEY_BYTES);
}

function requireLength(what: string, value: string, maxBytes: number): void {
  const bytes = Buffer.byteLength(value);
  if (bytes <= maxBytes) return;
  throw invalidPubsubArgument(
    `${what} that is too long. The length is ${bytes} characters, but the maximum allowed is ${maxBytes}. ${QUOTAS}`,
  );
}

/** As a `google.pubsub.v1.PublishRequest`. */
function requestBytes(topic: string, messages: readonly MessageInput[]): number {
  return messages.reduce((sum, message) => sum + delimitedSize(messageBytes(message)), textSize(topic));
}

function messageBytes({ attributes = {}, data = '', orderingKey = '' }: MessageInput): number {
  const entries = Object.entries(attributes).map(([key, value]) => delimitedSize(textSize(key) + textSize(value)));
  const bytes = data === '' ? 0 : delimitedSize(Buffer.byteLength(data, 'base64'));
  return entries.reduce((sum, entry) => sum + entry, bytes + textSize(orderingKey));
}
