import type { Clock } from '../../time/clock.ts';
import { AccessControl } from '../access-control.ts';
import { grantsOf, queuesOf, serviceAccountsOf } from '../google-stack.ts';
import { IamPolicy } from '../iam.ts';
import type { TerraformStack } from '../terraform-stack.ts';
import { TokenIssuer } from '../token-issuer.ts';
import type { CloudTasksOptions } from './cloud-tasks.ts';

const ENQUEUER_ROLE = 'roles/cloudtasks.enqueuer';

/** What a stack decides about a Cloud Tasks that stands alone. */
export interface StackCloudTasks {
  readonly options: Required<Pick<CloudTasksOptions, 'queues' | 'tokens' | 'authorize' | 'serviceAccountExists'>>;
  /** Knows who holds which token. */
  readonly issuer: TokenIssuer;
  /** The first service account that may enqueue: whom a caller on this machine stands for. Undefined where there is none. */
  readonly enqueuer: string | undefined;
}

/**
 * Cloud Tasks as a stack declares it: its queues, its service accounts, and exactly its grants.
 *
 * @throws TerraformStackError when the stack has no queue, or a reference leads nowhere
 */
export async function cloudTasksOfStack(stack: TerraformStack, clock: Pick<Clock, 'now'>): Promise<StackCloudTasks> {
  const grants = grantsOf(stack);
  const policy = new IamPolicy();
  for (const grant of grants) policy.grant(grant);
  const issuer = await TokenIssuer.create(clock);
  const access = new AccessControl(issuer, policy);
  const accounts = new Set(serviceAccountsOf(stack));
  const enqueuer = grants.find(({ role, member }) => role === ENQUEUER_ROLE && member.startsWith('serviceAccount:'));
  return {
    options: {
      queues: queuesOf(stack),
      authorize: (request) => access.check(request),
      serviceAccountExists: (email) => accounts.has(email),
      tokens: {
        idToken: (options) => issuer.idToken(options),
        accessToken: (email) => issuer.accessToken(email).token,
        jwks: () => issuer.jwks(),
      },
    },
    issuer,
    enqueuer: enqueuer?.member.replace('serviceAccount:', ''),
  };
}
