import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import type { QueueConfig } from './cloud-tasks/queue-config.ts';
import { locationOf, projectOf } from './google-attributes.ts';
import type { Grant } from './iam-roles.ts';
import { block, parseResource, seconds } from './resource-schema.ts';
import { type TerraformResource, type TerraformStack, TerraformStackError } from './terraform-stack.ts';

const queueSchema = z.object({
  name: z.string(),
  rate_limits: block(
    z.object({ max_dispatches_per_second: z.number().optional(), max_concurrent_dispatches: z.number().optional() }),
  ).optional(),
  retry_config: block(
    z.object({
      max_attempts: z.number().optional(),
      max_retry_duration: seconds.optional(),
      min_backoff: seconds.optional(),
      max_backoff: seconds.optional(),
      max_doublings: z.number().optional(),
    }),
  ).optional(),
  stackdriver_logging_config: block(z.object({ sampling_ratio: z.number() })).optional(),
  desired_state: z.enum(['RUNNING', 'PAUSED']).default('RUNNING'),
});

const objectSchema = z.object({
  bucket: z.string(),
  name: z.string(),
  content_type: z.string().optional(),
  source: z.string().optional(),
  content: z.string().optional(),
});

/** An object that the stack puts in a bucket. */
export interface StackObject {
  readonly bucket: string;
  readonly name: string;
  readonly contentType: string | undefined;
  readonly content: Buffer;
}

/**
 * The queues; what one leaves out is Cloud Tasks' own default.
 *
 * @throws TerraformStackError when there is none
 */
export function queuesOf(stack: TerraformStack): QueueConfig[] {
  const resources = stack.resources('google_cloud_tasks_queue');
  if (resources.length === 0) {
    throw new TerraformStackError('The local Google needs a google_cloud_tasks_queue; the stack has none.');
  }
  return resources.map((resource) => {
    const queue = parseResource(queueSchema, resource);
    const { rate_limits: rate, retry_config: retry } = queue;
    return {
      name: regional(stack, resource.config, 'queues'),
      state: queue.desired_state,
      loggingSamplingRatio: queue.stackdriver_logging_config?.sampling_ratio ?? 0,
      rateLimits: given({
        maxDispatchesPerSecond: rate?.max_dispatches_per_second,
        maxConcurrentDispatches: rate?.max_concurrent_dispatches,
      }),
      retryConfig: given({
        maxAttempts: retry?.max_attempts,
        maxRetryDurationMs: retry?.max_retry_duration && retry.max_retry_duration * 1000,
        minBackoffMs: retry?.min_backoff && retry.min_backoff * 1000,
        maxBackoffMs: retry?.max_backoff && retry.max_backoff * 1000,
        maxDoublings: retry?.max_doublings,
      }),
    };
  });
}

/** Names of the buckets: those that the stack makes, and those that exist already, which it grants something on. */
export function bucketsOf(stack: TerraformStack): string[] {
  const made = stack
    .resources('google_storage_bucket')
    .map((resource) => parseResource(z.object({ name: z.string() }), resource).name);
  const granted = grantsOf(stack)
    .map(({ resource }) => resource)
    .filter((resource) => resource.startsWith('buckets/'))
    .map((resource) => resource.slice('buckets/'.length));
  return [...new Set([...made, ...granted])];
}

/**
 * The objects that the stack uploads, with their content.
 *
 * @throws TerraformStackError when a source file is missing
 */
export function objectsOf(stack: TerraformStack): StackObject[] {
  return stack.resources('google_storage_bucket_object').map((resource) => {
    const { bucket, name, content_type, source, content } = parseResource(objectSchema, resource);
    return {
      bucket,
      name,
      contentType: content_type,
      content: source === undefined ? Buffer.from(content ?? '') : readSource(stack, resource, source),
    };
  });
}

/** Emails of the service accounts. */
export function serviceAccountsOf(stack: TerraformStack): string[] {
  return stack
    .resources('google_service_account')
    .map(({ name }) => String(stack.resolve(`\${google_service_account.${name}.email}`)));
}

/** What the stack's IAM resources grant, on queues, buckets, service accounts, services and the project. */
export function grantsOf(stack: TerraformStack): Grant[] {
  const member = z
    .object({ role: z.string(), member: z.string() })
    .transform(({ role, member }) => ({ role, members: [member] }));
  const binding = z.object({ role: z.string(), members: z.array(z.string()) });
  return Object.entries(GRANTED_ON).flatMap(([type, resourceOf]) =>
    (['member', 'binding'] as const).flatMap((kind) =>
      stack.resources(`${type}_iam_${kind}`).flatMap((resource) => {
        const { role, members } = parseResource(kind === 'member' ? member : binding, resource);
        return members.map((one) => ({ resource: resourceOf(stack, resource), role, member: one }));
      }),
    ),
  );
}

/** How each IAM resource names what it is about. A short name or a full id are both good in Terraform. */
const GRANTED_ON: { readonly [type: string]: (stack: TerraformStack, resource: TerraformResource) => string } = {
  google_storage_bucket: (_stack, { config }) => `buckets/${String(config.bucket).replace(/^b\//, '')}`,
  google_service_account: (_stack, { config }) =>
    `serviceAccounts/${String(config.service_account_id).split('/').at(-1)}`,
  google_cloud_tasks_queue: (stack, { config }) => regional(stack, config, 'queues'),
  google_cloud_run_v2_service: (stack, { config }) => regional(stack, config, 'services'),
  google_pubsub_topic: (stack, { config }) => globalName(stack, config, 'topics', config.topic),
  google_pubsub_subscription: (stack, { config }) => globalName(stack, config, 'subscriptions', config.subscription),
  google_project: (stack, { config }) => `projects/${projectOf(stack, config)}`,
};

/** Full name of what has no location, of a short name or a full one. */
export function globalName(
  stack: TerraformStack,
  config: TerraformResource['config'],
  collection: 'topics' | 'subscriptions',
  given: unknown,
): string {
  const name = String(given);
  return name.startsWith('projects/') ? name : `projects/${projectOf(stack, config)}/${collection}/${name}`;
}

function regional(stack: TerraformStack, config: TerraformResource['config'], collection: string): string {
  const name = String(config.name);
  return name.startsWith('projects/')
    ? name
    : `projects/${projectOf(stack, config)}/locations/${locationOf(stack, config)}/${collection}/${name}`;
}

function readSource(stack: TerraformStack, { address }: TerraformResource, source: string): Buffer {
  try {
    return readFileSync(resolve(stack.folder, source));
  } catch (error) {
    throw new TerraformStackError(
      `The source of ${address} cannot be read (${(error as Error).message}); synthesise the stack again.`,
    );
  }
}

/** An object without the keys that have no value. */
function given<T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}
