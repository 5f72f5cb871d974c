import { z } from 'zod';
import type { ObjectVersion } from '../cloud-storage/buckets.ts';
import { resourceOf } from '../cloud-storage/json-api.ts';
import { storageAgent } from '../google-attributes.ts';
import { globalName } from '../google-stack.ts';
import type { IamPolicy } from '../iam-roles.ts';
import { block, parseResource, seconds } from '../resource-schema.ts';
import type { TerraformStack } from '../terraform-stack.ts';
import type { MessageInput } from './rules.ts';
import type { Subscription } from './subscription.ts';

/** Pub/Sub's defaults (reference: `Subscription`). */
const DEFAULTS = {
  ackDeadlineSeconds: 10,
  retentionSeconds: 7 * 86_400,
  minBackoffSeconds: 10,
  maxBackoffSeconds: 600,
};

const subscriptionSchema = z.object({
  topic: z.string(),
  ack_deadline_seconds: z.number().default(DEFAULTS.ackDeadlineSeconds),
  message_retention_duration: seconds.default(DEFAULTS.retentionSeconds),
  push_config: block(
    z.object({
      push_endpoint: z.string(),
      oidc_token: block(z.object({ service_account_email: z.string(), audience: z.string().optional() })),
    }),
  ).optional(),
  retry_policy: block(
    z.object({
      minimum_backoff: seconds.default(DEFAULTS.minBackoffSeconds),
      maximum_backoff: seconds.default(DEFAULTS.maxBackoffSeconds),
    }),
  ).optional(),
  dead_letter_policy: block(
    z.object({ dead_letter_topic: z.string(), max_delivery_attempts: z.number().default(5) }),
  ).optional(),
});

const notificationSchema = z.object({
  bucket: z.string(),
  topic: z.string(),
  payload_format: z.enum(['JSON_API_V1', 'NONE']),
  event_types: z.array(z.string()).optional(),
  object_name_prefix: z.string().default(''),
});

/** Full names of the topics that a stack makes. */
export function topicsOf(stack: TerraformStack): string[] {
  const made = stack
    .resources('google_pubsub_topic')
    .map(({ config }) => globalName(stack, config, 'topics', config.name));
  // Those that exist already are known by what is granted on them.
  const granted = stack
    .resources('google_pubsub_topic_iam_member')
    .map(({ config }) => globalName(stack, config, 'topics', config.topic));
  return [...new Set([...made, ...granted])];
}

export function subscriptionsOf(stack: TerraformStack): Subscription[] {
  return stack.resources('google_pubsub_subscription').map((resource) => {
    const { config } = resource;
    const subscription = parseResource(subscriptionSchema, resource);
    const { push_config: push, retry_policy: retry, dead_letter_policy: dead } = subscription;
    return {
      name: globalName(stack, config, 'subscriptions', config.name),
      topic: globalName(stack, config, 'topics', subscription.topic),
      ackDeadlineMs: subscription.ack_deadline_seconds * 1000,
      retentionMs: subscription.message_retention_duration * 1000,
      ...(push && {
        push: {
          endpoint: push.push_endpoint,
          serviceAccountEmail: push.oidc_token.service_account_email,
          audience: push.oidc_token.audience ?? push.push_endpoint,
        },
      }),
      ...(retry && { backoff: { minMs: retry.minimum_backoff * 1000, maxMs: retry.maximum_backoff * 1000 } }),
      ...(dead && {
        deadLetter: {
          topic: globalName(stack, config, 'topics', dead.dead_letter_topic),
          maxDeliveries: dead.max_delivery_attempts,
        },
      }),
    };
  });
}

/** Email of Pub/Sub's own agent in the project (reference: "Dead-letter topics"). */
export function pubsubAgent({ projectNumber }: Pick<TerraformStack, 'projectNumber'>): string {
  return `service-${projectNumber}@gcp-sa-pubsub.iam.gserviceaccount.com`;
}

/** Whether Pub/Sub's agent may take from a subscription and publish to its dead letters. */
export function mayForward(stack: TerraformStack, policy: IamPolicy) {
  const agent = `serviceAccount:${pubsubAgent(stack)}`;
  return ({ name, deadLetter }: Subscription): boolean =>
    policy.allows(agent, 'pubsub.subscriptions.consume', name) &&
    policy.allows(agent, 'pubsub.topics.publish', deadLetter?.topic ?? '');
}

/** What buckets tell topics of. */
export function declaredNotifications(stack: TerraformStack) {
  return stack.resources('google_storage_notification').map((resource) => ({
    ...parseResource(notificationSchema, resource),
    topic: globalName(stack, resource.config, 'topics', resource.config.topic),
  }));
}

/** Where the notifications of a stack go. */
export interface NotificationTarget {
  readonly topic: string;
  readonly message: MessageInput;
}

/**
 * What Cloud Storage tells of an object that was finished, and which topics; those that its agent may not publish to are told to
 * `onRefused`.
 */
export function notificationsOf(stack: TerraformStack, policy: IamPolicy, onRefused: (topic: string) => void) {
  const notifications = declaredNotifications(stack);
  const agent = `serviceAccount:${storageAgent(stack)}`;
  return (object: ObjectVersion, overwrote: number | undefined): NotificationTarget[] =>
    notifications.flatMap(({ bucket, topic, payload_format, event_types, object_name_prefix }) => {
      const isMeant = bucket === object.bucket && object.name.startsWith(object_name_prefix);
      if (!isMeant || !(event_types ?? ['OBJECT_FINALIZE']).includes('OBJECT_FINALIZE')) return [];
      if (!policy.allows(agent, 'pubsub.topics.publish', topic)) {
        onRefused(topic);
        return [];
      }
      const attributes = {
        eventType: 'OBJECT_FINALIZE',
        payloadFormat: payload_format,
        bucketId: bucket,
        objectId: object.name,
        objectGeneration: String(object.generation),
        eventTime: new Date(object.created).toISOString(),
        ...(overwrote !== undefined && { overwroteGeneration: String(overwrote) }),
      };
      const data = Buffer.from(JSON.stringify(resourceOf(object))).toString('base64');
      return [{ topic, message: { attributes, ...(payload_format === 'JSON_API_V1' && { data }) } }];
    });
}
