import { randomBytes } from 'node:crypto';
import { CloudTasksError } from './errors.ts';
import type { PolicyMessage } from './messages.ts';

/** The etag of a resource whose policy nobody has set, as Google's APIs give it. */
const NEVER_SET = Buffer.from('ACAB', 'base64');

/**
 * The IAM policies that callers set on queues: kept and given back. What is enforced is what `authorize` says, for the stack declares
 * its grants elsewhere.
 */
export class QueuePolicies {
  readonly #policies = new Map<string, PolicyMessage>();

  get(queueName: string): PolicyMessage {
    return this.#policies.get(queueName) ?? { etag: NEVER_SET };
  }

  /** @throws CloudTasksError ABORTED when the policy carries an etag and was changed since that was read */
  set(queueName: string, policy: PolicyMessage): PolicyMessage {
    const { etag } = this.get(queueName);
    if (policy.etag?.length && etag && Buffer.compare(policy.etag, etag) !== 0) {
      throw new CloudTasksError(
        'ABORTED',
        'There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff.',
      );
    }
    const stored = { version: policy.version ?? 1, bindings: policy.bindings ?? [], etag: randomBytes(8) };
    this.#policies.set(queueName, stored);
    return stored;
  }

  delete(queueName: string): void {
    this.#policies.delete(queueName);
  }
}
