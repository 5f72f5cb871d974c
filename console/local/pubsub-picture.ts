import { storageAgent } from '../../local/google-attributes.ts';
import { grantsOf } from '../../local/google-stack.ts';
import { memberOf } from '../../local/iam-roles.ts';
import { declaredNotifications, pubsubAgent, subscriptionsOf, topicsOf } from '../../local/pubsub/of-stack.ts';
import { type Subscription, shortName } from '../../local/pubsub/subscription.ts';
import type { TerraformStack } from '../../local/terraform-stack.ts';
import type { StackPart } from '../views.ts';

const DAY_MS = 86_400_000;

/** What a stack declares of Pub/Sub, and what tells it of uploads. Nothing where it has neither uploads nor outcomes. */
export function pubsubParts(stack: TerraformStack): StackPart[] {
  const subscriptions = subscriptionsOf(stack);
  return [
    ...agents(stack),
    ...notifications(stack),
    ...topicsOf(stack).map((topic) => topicPart(topic, subscriptions)),
    ...subscriptions.map(subscriptionPart),
  ];
}

/** Google's own accounts, which act only by what the stack grants them. */
function agents(stack: TerraformStack): StackPart[] {
  const holders = new Set(grantsOf(stack).map(({ member }) => member));
  const known = [
    [storageAgent(stack), "Cloud Storage's agent: tells a topic of uploads"],
    [pubsubAgent(stack), "Pub/Sub's agent: moves what could not be delivered"],
  ] as const;
  return known.flatMap(([email, fact]) => {
    const id = memberOf(email);
    const enforced = 'does only what the grants below let it';
    return holders.has(id) ? [{ id, kind: 'identity', name: email, facts: [fact], enforced }] : [];
  });
}

function notifications(stack: TerraformStack): StackPart[] {
  return declaredNotifications(stack).map(
    ({ bucket, topic, payload_format, event_types, object_name_prefix: prefix }) => ({
      id: `notifications/${bucket}/${topic}/${prefix}`,
      kind: 'notification',
      name: bucket,
      facts: [
        `tells the topic ${shortName(topic)}`,
        `${event_types?.join(', ') ?? 'every event'}${prefix && ` of objects that begin with ${prefix}`}`,
        payload_format === 'NONE' ? "attributes alone, without the object's metadata" : "with the object's metadata",
      ],
      enforced: "OBJECT_FINALIZE, prefix, payload, the grant of Cloud Storage's agent; other events are not told",
    }),
  );
}

function topicPart(topic: string, subscriptions: readonly Subscription[]): StackPart {
  const readers = subscriptions.filter((subscription) => subscription.topic === topic);
  const failing = subscriptions.filter(({ deadLetter }) => deadLetter?.topic === topic);
  return {
    id: topic,
    kind: 'topic',
    name: shortName(topic),
    facts: [
      ...failing.map(({ name }) => `takes what ${shortName(name)} could not deliver`),
      readers.length === 0
        ? 'no subscription in this stack: who listens makes one'
        : `read by ${readers.map(({ name }) => shortName(name)).join(', ')}`,
    ],
    enforced: 'who may publish, what a message may be',
  };
}

function subscriptionPart({ name, topic, ackDeadlineMs, retentionMs, ...how }: Subscription): StackPart {
  const { push, backoff, deadLetter } = how;
  const facts = [
    `of the topic ${shortName(topic)}`,
    ...(push
      ? [`pushes to ${push.endpoint}`, `as ${push.serviceAccountEmail}`, `audience ${push.audience}`]
      : ['messages wait until somebody pulls them']),
    `${ackDeadlineMs / 1000} s to acknowledge, kept for ${retentionMs / DAY_MS} days`,
    ...(backoff ? [`${backoff.minMs / 1000} s to ${backoff.maxMs / 1000} s between deliveries`] : []),
    ...(deadLetter ? [`after ${deadLetter.maxDeliveries} deliveries to the topic ${shortName(deadLetter.topic)}`] : []),
  ];
  const enforced = push
    ? "identity and audience (a signed token), deadline, backoff, retention, dead letters with both grants of Pub/Sub's agent"
    : 'who may pull, deadline, retention';
  return { id: name, kind: 'subscription', name: shortName(name), facts, enforced };
}
