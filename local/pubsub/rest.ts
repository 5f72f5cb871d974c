import { type Context, Hono } from 'hono';
import { z } from 'zod';
import type { AccessControl } from '../access-control.ts';
import type { Pubsub } from './pubsub.ts';

/** Messages of one call, and bytes of one message (reference: "Pub/Sub quotas and limits"). */
const MAX_MESSAGES = 1000;
const MAX_MESSAGE_BYTES = 10_000_000;

/** How long a subscription keeps what nobody acknowledges, unless it says otherwise (reference: `messageRetentionDuration`). */
const RETENTION_MS = 7 * 86_400_000;

const publishSchema = z.object({
  messages: z
    .array(
      z.object({
        attributes: z.record(z.string().min(1).max(256), z.string().max(1024)).optional(),
        data: z.base64().max(MAX_MESSAGE_BYTES).optional(),
        orderingKey: z.string().max(1024).optional(),
      }),
    )
    .min(1)
    .max(MAX_MESSAGES),
});
const pullSchema = z.object({ maxMessages: z.int().min(1) });
/** Of a subscription that is made by a call, for a look at a topic. */
const subscribeSchema = z.object({ topic: z.string(), ackDeadlineSeconds: z.int().min(10).max(600).default(10) });
const acknowledgeSchema = z.object({ ackIds: z.array(z.string()).min(1) });

/** A refusal of Google's (reference: `google.rpc.Status`). */
class PubsubError extends Error {
  readonly code: number;
  readonly status: string;

  constructor(code: number, status: string, message: string) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** Pub/Sub over REST: publishing, pulling and acknowledging, and subscriptions to pull from. */
export function pubsubApi(pubsub: Pubsub, access: Pick<AccessControl, 'check'>): Hono {
  const app = new Hono();

  app.onError((error, c) => {
    if (!(error instanceof PubsubError)) throw error;
    const { code, status, message } = error;
    return c.json({ error: { code, status, message } }, code as 400);
  });

  app.post('/v1/projects/:project/topics/:call', async (c) => {
    const name = called(c, 'topics', 'publish');
    permit(c, 'pubsub.topics.publish', name);
    if (!pubsub.hasTopic(name)) throw notFound(name);
    const { messages } = await read(c, publishSchema);
    return c.json({ messageIds: messages.map((message) => pubsub.publish(name, given(message))) });
  });

  app.put('/v1/projects/:project/subscriptions/:name', async (c) => {
    const name = `projects/${c.req.param('project')}/subscriptions/${c.req.param('name')}`;
    permit(c, 'pubsub.subscriptions.create', name);
    const { topic, ackDeadlineSeconds } = await read(c, subscribeSchema);
    permit(c, 'pubsub.topics.attachSubscription', topic);
    if (!pubsub.hasTopic(topic)) throw notFound(topic);
    const times = { ackDeadlineMs: ackDeadlineSeconds * 1000, retentionMs: RETENTION_MS };
    if (!pubsub.subscribe({ name, topic, ...times })) {
      throw new PubsubError(
        409,
        'ALREADY_EXISTS',
        `Resource already exists in the project (resource=${c.req.param('name')}).`,
      );
    }
    return c.json({ name, topic, ackDeadlineSeconds });
  });

  app.delete('/v1/projects/:project/subscriptions/:name', (c) => {
    const name = `projects/${c.req.param('project')}/subscriptions/${c.req.param('name')}`;
    permit(c, 'pubsub.subscriptions.delete', name);
    if (!pubsub.unsubscribe(name)) throw notFound(name);
    return c.json({});
  });

  app.post('/v1/projects/:project/subscriptions/:call{.+:pull}', async (c) => {
    const name = called(c, 'subscriptions', 'pull');
    permit(c, 'pubsub.subscriptions.consume', name);
    const { maxMessages } = await read(c, pullSchema);
    const receivedMessages = pubsub.pull(name, Math.min(maxMessages, MAX_MESSAGES));
    if (receivedMessages === undefined) throw notFound(name);
    return c.json(receivedMessages.length > 0 ? { receivedMessages } : {});
  });

  app.post('/v1/projects/:project/subscriptions/:call{.+:acknowledge}', async (c) => {
    const name = called(c, 'subscriptions', 'acknowledge');
    permit(c, 'pubsub.subscriptions.consume', name);
    const { ackIds } = await read(c, acknowledgeSchema);
    if (!pubsub.acknowledge(name, ackIds)) throw notFound(name);
    return c.json({});
  });

  function permit(c: Context, permission: string, resource: string): void {
    const verdict = access.check({ authorization: c.req.header('Authorization'), permission, resource });
    if (verdict === 'unauthenticated') {
      throw new PubsubError(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.');
    }
    if (verdict === 'denied') {
      throw new PubsubError(403, 'PERMISSION_DENIED', `User not authorized to perform this action: ${permission}.`);
    }
  }

  return app;
}

/** The resource of `NAME:VERB`. */
function called(c: Context, collection: 'topics' | 'subscriptions', verb: string): string {
  const [name, ...rest] = (c.req.param('call') as string).split(':');
  if (rest.join(':') !== verb) throw new PubsubError(404, 'NOT_FOUND', `The local Google has no ${c.req.path}.`);
  return `projects/${c.req.param('project')}/${collection}/${name}`;
}

async function read<T>(c: Context, schema: z.ZodType<T>): Promise<T> {
  const parsed = schema.safeParse(await c.req.json().catch(() => undefined));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new PubsubError(400, 'INVALID_ARGUMENT', `${issue?.path.join('.')}: ${issue?.message}`);
}

function notFound(name: string): PubsubError {
  return new PubsubError(404, 'NOT_FOUND', `Resource not found (resource=${name.split('/').at(-1)}).`);
}

/** Without the fields that have no value. */
function given<T extends object>(message: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(message).filter(([, value]) => value !== undefined)) as never;
}
