import { CloudTasksQueue } from '@cdktf/provider-google/lib/cloud-tasks-queue/index.js';
import { CloudTasksQueueIamMember } from '@cdktf/provider-google/lib/cloud-tasks-queue-iam-member/index.js';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { DEFAULT_MAX_BACKOFF_SECONDS } from '../deadlines.ts';
import { type Check, isWhole } from './checks.ts';
import { addChecks } from './validation.ts';

/** How fast a queue dispatches its tasks and how often it tries them again. */
export interface QueueLimits {
  /** Dispatches a second, above 0 and at most Cloud Tasks' 500. @default 500 */
  readonly maxDispatchesPerSecond?: number;
  /** Tasks being worked on at once, 1 to Cloud Tasks' 5,000. @default the share of the service's capacity */
  readonly maxConcurrentDispatches?: number;
  /** Attempts at a task in all, 1 to 100; after the last one Cloud Tasks deletes it without a word. @default 5 */
  readonly maxAttempts?: number;
  /** Seconds before the first retry. @default 10 */
  readonly minBackoffSeconds?: number;
  /** Seconds between two attempts at most, up to an hour. @default 300 */
  readonly maxBackoffSeconds?: number;
  /** How often the backoff doubles before it grows by equal steps, 1 to 16. @default 3 */
  readonly maxDoublings?: number;
  /** Share of the queue's operations that are logged, 0 to 1; a task costs far more than its log lines. @default 1 */
  readonly logSamplingRatio?: number;
}

/**
 * The limits with every default in its place.
 *
 * @param share of the service's capacity, for this queue
 */
export function queueLimits(given: QueueLimits, share: number): Required<QueueLimits> {
  return {
    maxDispatchesPerSecond: given.maxDispatchesPerSecond ?? 500,
    maxConcurrentDispatches: given.maxConcurrentDispatches ?? share,
    maxAttempts: given.maxAttempts ?? 5,
    minBackoffSeconds: given.minBackoffSeconds ?? 10,
    maxBackoffSeconds: given.maxBackoffSeconds ?? DEFAULT_MAX_BACKOFF_SECONDS,
    maxDoublings: given.maxDoublings ?? 3,
    logSamplingRatio: given.logSamplingRatio ?? 1,
  };
}

export interface TaskQueueProps {
  readonly name: string;
  readonly location: string;
  readonly projectId: string;
  readonly limits: Required<QueueLimits>;
  /** Whether Terraform refuses to destroy the queue: its name cannot be used again for days. */
  readonly preventDestroy: boolean;
}

/** A Cloud Tasks queue whose `maxAttempts` is exact, and the grants on it. */
export class TaskQueue extends Construct {
  /** `projects/P/locations/L/queues/Q` */
  readonly id: string;
  /** The short name. */
  readonly name: string;
  readonly #queue: CloudTasksQueue;

  constructor(scope: Construct, id: string, props: TaskQueueProps) {
    super(scope, id);
    const { limits } = props;
    addChecks(this, queueChecks(limits));
    this.#queue = new CloudTasksQueue(this, 'Default', {
      name: props.name,
      location: props.location,
      project: props.projectId,
      rateLimits: {
        maxDispatchesPerSecond: limits.maxDispatchesPerSecond,
        maxConcurrentDispatches: limits.maxConcurrentDispatches,
      },
      retryConfig: {
        maxAttempts: limits.maxAttempts,
        // Cloud Tasks stops only when both limits are reached: without a limit in time the number of attempts is exact.
        maxRetryDuration: '0s',
        minBackoff: `${limits.minBackoffSeconds}s`,
        maxBackoff: `${limits.maxBackoffSeconds}s`,
        maxDoublings: limits.maxDoublings,
      },
      // Cloud Tasks does not say 0: what is said to be 0 would be a change in every plan.
      ...(limits.logSamplingRatio !== 0 && { stackdriverLoggingConfig: { samplingRatio: limits.logSamplingRatio } }),
      ...(props.preventDestroy && { lifecycle: { preventDestroy: true } }),
    });
    this.id = this.#queue.id;
    this.name = props.name;
  }

  /** Lets the member create tasks in this queue; it needs `ServiceIdentity.grantActAs` of the tasks' identity too. */
  grantEnqueue(id: string, member: string): ITerraformDependable {
    const { name, location, project } = this.#queue;
    return new CloudTasksQueueIamMember(this, id, {
      name,
      location,
      project,
      role: 'roles/cloudtasks.enqueuer',
      member,
    });
  }
}

function queueChecks(limits: Required<QueueLimits>): Check[] {
  const { maxDispatchesPerSecond, maxConcurrentDispatches, maxAttempts, maxDoublings, logSamplingRatio } = limits;
  const { minBackoffSeconds: min, maxBackoffSeconds: max } = limits;
  return [
    {
      values: [maxDispatchesPerSecond],
      condition: maxDispatchesPerSecond > 0 && maxDispatchesPerSecond <= 500,
      message:
        'A queue dispatches more than 0 and at most 500 tasks a second; ' +
        `received ${maxDispatchesPerSecond}: use several queues for more.`,
    },
    {
      values: [maxConcurrentDispatches],
      condition: isWhole(maxConcurrentDispatches, 1, 5000),
      message:
        'A queue has 1 to 5000 concurrent dispatches; ' +
        `received ${maxConcurrentDispatches}: use several queues for more.`,
    },
    {
      values: [maxAttempts],
      condition: isWhole(maxAttempts, 1, 100),
      message:
        `A task gets 1 to 100 attempts; received ${maxAttempts}: ` +
        'a document that cannot work must end as FAILED, so the number is finite.',
    },
    {
      values: [min, max],
      condition: min > 0 && min <= max && max <= 3600,
      message:
        `The backoff grows from above 0 s to its maximum, at most 3600 s; received ${min} s to ${max} s: ` +
        'change minBackoffSeconds or maxBackoffSeconds.',
    },
    {
      values: [maxDoublings],
      // The provider leaves a 0 out, and Cloud Tasks then takes its default, 16.
      condition: isWhole(maxDoublings, 1, 16),
      message:
        `The backoff doubles 1 to 16 times; received ${maxDoublings}: choose a whole number in that range (a 0 never ` +
        'reaches Cloud Tasks, which doubles 16 times then; for a backoff that hardly grows lower maxBackoffSeconds).',
    },
    {
      values: [logSamplingRatio],
      condition: logSamplingRatio >= 0 && logSamplingRatio <= 1,
      message: `The share of logged operations is from 0 to 1; received ${logSamplingRatio}: 0 is none, 1 is all.`,
    },
  ];
}
