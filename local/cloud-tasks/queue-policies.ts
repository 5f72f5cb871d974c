import { randomBytes } from 'node:crypto';
import { CloudTasksError } from './errors.ts';
import type { PolicyMessage } from './messages.ts';

/** The etag of a resource whose policy nobody has set, as Google's APIs give it. */
const NEVER_SET = 'ACAB';

/** The IAM policy that somebody set on a queue. */
export interface QueuePolicy {
  readonly version: number;
  readonly bindings: NonNullable<PolicyMessage['bindings']>;
  /** Changes with every change of the policy; base64. */
  readonly etag: string;
}

/**
 * The IAM policies that callers set on queues: kept and given back. What is enforced is what `authorize` says, for the stack declares
 * its grants elsewhere.
 */
export class QueuePolicies {
  readonly #policies = new Map<string, QueuePolicy>();

  /** The policy that was set; undefined where none was. */
  of(queueName: string): QueuePolicy | undefined {
    return this.#policies.get(queueName);
  }

  get(queueName: string): PolicyMessage {
    const policy = this.#policies.get(queueName);
    return policy ? { ...policy, etag: bytesOf(policy.etag) } : { etag: bytesOf(NEVER_SET) };
  }

  /**
   * What a caller's policy becomes when it is set.
   *
   * @throws CloudTasksError ABORTED when the policy carries an etag and was changed since that was read
   */
  accept(queueName: string, { version = 1, bindings = [], etag }: PolicyMessage): QueuePolicy {
    const current = this.#policies.get(queueName)?.etag ?? NEVER_SET;
    if (etag?.length && Buffer.compare(etag, bytesOf(current)) !== 0) {
      throw new CloudTasksError(
        'ABORTED',
        'There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff.',
      );
    }
    return { version, bindings, etag: randomBytes(8).toString('base64') };
  }

  set(queueName: string, policy: QueuePolicy): void {
    this.#policies.set(queueName, policy);
  }

  delete(queueName: string): void {
    this.#policies.delete(queueName);
  }
}

function bytesOf(etag: string): Buffer {
  return Buffer.from(etag, 'base64');
}
