import type { Deadlines } from '../../deadlines.ts';
import { runServiceOf, type SecretValues } from '../../local/cloud-run/run-service.ts';
import { bucketsOf, grantsOf, queuesOf, serviceAccountsOf } from '../../local/google-stack.ts';
import { memberOf } from '../../local/iam-roles.ts';
import { shortName } from '../../local/pubsub/subscription.ts';
import type { TerraformStack } from '../../local/terraform-stack.ts';
import { shownDeadlines } from '../documents/document-details.ts';
import type { StackPart, StackView } from '../views.ts';
import { pubsubParts } from './pubsub-picture.ts';

/** What a stack declares, and what the local Google enforces of it. */
export function stackPicture(stack: TerraformStack, secrets: SecretValues, deadlines: Deadlines): StackView {
  const service = runServiceOf(stack, secrets);
  const identities = serviceAccountsOf(stack).map((email): StackPart => {
    const facts = email === service.serviceAccount ? ['the service runs as it'] : [];
    return {
      id: memberOf(email),
      kind: 'identity',
      name: email,
      facts,
      enforced: 'has exactly the grants below; its tokens are signed and checked',
    };
  });
  const queues = queuesOf(stack).map(({ name, rateLimits = {}, retryConfig = {} }): StackPart => {
    const { maxDispatchesPerSecond: rate, maxConcurrentDispatches: concurrent } = rateLimits;
    const { maxAttempts, minBackoffMs = 100, maxBackoffMs = 3_600_000 } = retryConfig;
    return {
      id: name,
      kind: 'queue',
      name: shortName(name),
      facts: [
        `${rate ?? 500} dispatches a second, ${concurrent ?? 1000} at once`,
        `${maxAttempts ?? 100} attempts, ${minBackoffMs / 1000} s to ${maxBackoffMs / 1000} s between them`,
      ],
      enforced: 'rate, concurrency, attempts, backoff, dispatch deadline, names that were used within the hour',
    };
  });
  const { name, resource, timeoutSeconds, concurrency, minInstances, maxInstances, container, sidecars } = service;
  const serviceFacts = [
    `${timeoutSeconds} s for a request`,
    `${concurrency} requests an instance, ${minInstances} to ${maxInstances} instances`,
    `${container.env.length} variables`,
    ...sidecars.map((sidecar) => `${sidecar} beside it, which does not run here`),
  ];
  const servicePart: StackPart = {
    id: resource,
    kind: 'service',
    name,
    facts: serviceFacts,
    enforced: 'who may call it, audience, timeout, concurrency, instances, startup probe',
  };
  const buckets = bucketsOf(stack).map(
    (bucket): StackPart => ({
      id: `buckets/${bucket}`,
      kind: 'bucket',
      name: bucket,
      facts: service.mounts
        .filter((mount) => mount.bucket === bucket)
        .map(({ path }) => `the service sees it at ${path}`),
      enforced: 'grants, preconditions, one change of an object a second; not its lifecycle rules',
    }),
  );
  const grants = grantsOf(stack).map(({ member, role, resource: on }) => ({
    member,
    role,
    on: on.replace(/^serviceAccounts\//, 'serviceAccount:'),
  }));
  return {
    kind: 'stack',
    parts: [...identities, ...queues, servicePart, ...buckets, ...pubsubParts(stack)],
    grants,
    deadlines: shownDeadlines(deadlines),
  };
}
