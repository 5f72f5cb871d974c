import { type Context, Hono } from 'hono';
import type { AccessControl } from '../access-control.ts';
import {
  bytes,
  ignored,
  int32,
  message,
  ProtoJsonError,
  parsePayload,
  type Reader,
  repeated,
  string,
  stringMap,
} from '../proto-json.ts';
import type { Pubsub } from './pubsub.ts';
import {
  invalidPubsubArgument,
  type MessageInput,
  PubsubApiError,
  requireName,
  requirePublishable,
  requireRange,
} from './rules.ts';
import { shortName } from './subscription.ts';

/** Messages that a pull returns at most. */
const MAX_MESSAGES = 1000;

/** Of a subscription that is made by a call: Pub/Sub's defaults and range (reference: `Subscription`). */
const ACK_DEADLINE_SECONDS = { default: 10, min: 10, max: 600 };
const RETENTION_MS = 7 * 86_400_000;

/** What would be dropped otherwise, and relied on by whoever has set it. */
const notHere: Reader<undefined> = (value, path) => {
  if (!value || JSON.stringify(value) === '{}') return undefined;
  throw new PubsubApiError(
    'UNIMPLEMENTED',
    `A subscription of the local Pub/Sub that is made by a call can be pulled, and no more: leave ${path} out.`,
  );
};

const V1 = 'google.pubsub.v1';
const readPublish = message(`${V1}.PublishRequest`, {
  topic: ignored,
  messages: repeated(
    message(`${V1}.PubsubMessage`, {
      attributes: stringMap,
      data: bytes,
      orderingKey: string,
      messageId: ignored,
      publishTime: ignored,
    }),
  ),
});
const readPull = message(`${V1}.PullRequest`, {
  subscription: ignored,
  maxMessages: int32,
  returnImmediately: ignored,
});
const readAcknowledge = message(`${V1}.AcknowledgeRequest`, { subscription: ignored, ackIds: repeated(string) });
/** Of a subscription for a look at a topic: nobody looks for longer than such a one lives. */
const readSubscription = message(`${V1}.Subscription`, {
  name: ignored,
  topic: string,
  ackDeadlineSeconds: int32,
  labels: ignored,
  expirationPolicy: ignored,
  bigqueryConfig: notHere,
  cloudStorageConfig: notHere,
  deadLetterPolicy: notHere,
  enableExactlyOnceDelivery: notHere,
  enableMessageOrdering: notHere,
  filter: notHere,
  messageRetentionDuration: notHere,
  pushConfig: notHere,
  retainAckedMessages: notHere,
  retryPolicy: notHere,
});

/** Pub/Sub over REST: publishing, pulling and acknowledging, and subscriptions to pull from. */
export function pubsubApi(pubsub: Pubsub, access: Pick<AccessControl, 'check'>): Hono {
  const app = new Hono();

  app.onError((thrown, c) => {
    const error = thrown instanceof ProtoJsonError ? invalidPubsubArgument(thrown.message) : thrown;
    if (!(error instanceof PubsubApiError)) throw error;
    const { code: status, httpStatus: code, message } = error;
    return c.json({ error: { code, status, message } }, code);
  });

  app.post('/v1/projects/:project/topics/:call', async (c) => {
    const name = called(c, 'topics', 'publish');
    permit(c, 'pubsub.topics.publish', name);
    if (!pubsub.hasTopic(name)) throw notFound(name);
    const { messages = [] } = await read(c, readPublish);
    const inputs = messages.map(
      ({ attributes, data, orderingKey }): MessageInput => ({
        ...(attributes && { attributes }),
        ...(data?.length && { data: data.toString('base64') }),
        ...(orderingKey && { orderingKey }),
      }),
    );
    requirePublishable(name, inputs);
    return c.json({ messageIds: inputs.map((input) => pubsub.publish(name, input)) });
  });

  app.put('/v1/projects/:project/subscriptions/:name', async (c) => {
    const name = subscriptionName(c);
    permit(c, 'pubsub.subscriptions.create', name);
    const { topic = '', ackDeadlineSeconds } = await read(c, readSubscription);
    requireName(topic);
    permit(c, 'pubsub.topics.attachSubscription', topic);
    if (!pubsub.hasTopic(topic)) throw notFound(topic);
    const { default: defaultSeconds, min, max } = ACK_DEADLINE_SECONDS;
    const seconds = ackDeadlineSeconds || defaultSeconds;
    requireRange('ack_deadline_seconds', seconds, min, max);
    if (!pubsub.subscribe({ name, topic, ackDeadlineMs: seconds * 1000, retentionMs: RETENTION_MS })) {
      throw new PubsubApiError(
        'ALREADY_EXISTS',
        `Resource already exists in the project (resource=${shortName(name)}).`,
      );
    }
    return c.json({ name, topic, ackDeadlineSeconds: seconds });
  });

  app.delete('/v1/projects/:project/subscriptions/:name', (c) => {
    const name = subscriptionName(c);
    permit(c, 'pubsub.subscriptions.delete', name);
    if (!pubsub.unsubscribe(name)) throw notFound(name);
    return c.json({});
  });

  app.post('/v1/projects/:project/subscriptions/:call{.+:pull}', async (c) => {
    const name = called(c, 'subscriptions', 'pull');
    permit(c, 'pubsub.subscriptions.consume', name);
    const { maxMessages = 0 } = await read(c, readPull);
    // Recorded.
    if (maxMessages < 1) {
      throw invalidPubsubArgument('You have passed an invalid argument to the service (argument=max_messages).');
    }
    const receivedMessages = pubsub.pull(name, Math.min(maxMessages, MAX_MESSAGES));
    if (receivedMessages === undefined) throw notFound(name);
    return c.json(receivedMessages.length > 0 ? { receivedMessages } : {});
  });

  app.post('/v1/projects/:project/subscriptions/:call{.+:acknowledge}', async (c) => {
    const name = called(c, 'subscriptions', 'acknowledge');
    permit(c, 'pubsub.subscriptions.consume', name);
    const { ackIds = [] } = await read(c, readAcknowledge);
    // Recorded.
    if (ackIds.length === 0) throw invalidPubsubArgument('You have not specified an ack ID in the request.');
    if (!pubsub.acknowledge(name, ackIds)) throw notFound(name);
    return c.json({});
  });

  function permit(c: Context, permission: string, resource: string): void {
    const verdict = access.check({ authorization: c.req.header('Authorization'), permission, resource });
    if (verdict === 'unauthenticated') {
      throw new PubsubApiError('UNAUTHENTICATED', 'Request had invalid authentication credentials.');
    }
    if (verdict === 'denied') {
      throw new PubsubApiError('PERMISSION_DENIED', `User not authorized to perform this action: ${permission}.`);
    }
  }

  return app;
}

/** The resource of `NAME:VERB`. */
function called(c: Context, collection: 'topics' | 'subscriptions', verb: string): string {
  const [id, ...rest] = (c.req.param('call') as string).split(':');
  if (rest.join(':') !== verb) throw new PubsubApiError('NOT_FOUND', `The local Google has no ${c.req.path}.`);
  return required(`projects/${c.req.param('project')}/${collection}/${id}`);
}

function subscriptionName(c: Context): string {
  return required(`projects/${c.req.param('project')}/subscriptions/${c.req.param('name')}`);
}

function required(name: string): string {
  requireName(name);
  return name;
}

async function read<T>(c: Context, reader: Reader<T>): Promise<T> {
  return reader(parsePayload(Buffer.from(await c.req.arrayBuffer())), '');
}

function notFound(name: string): PubsubApiError {
  return new PubsubApiError('NOT_FOUND', `Resource not found (resource=${shortName(name)}).`);
}
