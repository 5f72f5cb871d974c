import type { Clock } from '../../time/clock.ts';
import { grantsOf, queuesOf } from '../google-stack.ts';
import { identitiesOf, type StackIdentities } from '../identities.ts';
import type { TerraformStack } from '../terraform-stack.ts';
import type { TokenIssuer } from '../token-issuer.ts';
import type { CloudTasksOptions } from './cloud-tasks.ts';

const ENQUEUER_ROLE = 'roles/cloudtasks.enqueuer';

/** What a stack decides about Cloud Tasks. */
type StackOptions = Required<Pick<CloudTasksOptions, 'queues' | 'tokens' | 'authorize' | 'serviceAccountExists'>>;

/** A Cloud Tasks that stands alone. */
export interface StackCloudTasks {
  readonly options: StackOptions;
  /** Knows who holds which token. */
  readonly issuer: TokenIssuer;
  /** The first service account that may enqueue: whom a caller on this machine stands for. Undefined where there is none. */
  readonly enqueuer: string | undefined;
}

/**
 * Cloud Tasks as a stack declares it, with nothing of Google beside it.
 *
 * @throws TerraformStackError when the stack has no queue, or a reference leads nowhere
 */
export async function cloudTasksOfStack(stack: TerraformStack, clock: Pick<Clock, 'now'>): Promise<StackCloudTasks> {
  const identities = await identitiesOf(stack, clock);
  const enqueuer = grantsOf(stack).find(
    ({ role, member }) => role === ENQUEUER_ROLE && member.startsWith('serviceAccount:'),
  );
  return {
    options: stackOptions(stack, identities),
    issuer: identities.tokens,
    enqueuer: enqueuer?.member.replace('serviceAccount:', ''),
  };
}

/**
 * A stack's queues, its service accounts, and exactly its grants, as options of Cloud Tasks.
 *
 * @throws TerraformStackError when there is no queue
 */
export function stackOptions(
  stack: TerraformStack,
  { tokens, access, hasServiceAccount }: StackIdentities,
): StackOptions {
  return {
    queues: queuesOf(stack),
    authorize: (request) => access.check(request),
    serviceAccountExists: hasServiceAccount,
    tokens: {
      idToken: (options) => tokens.idToken(options),
      accessToken: (email) => tokens.accessToken(email).token,
      jwks: () => tokens.jwks(),
    },
  };
}
