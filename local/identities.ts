import type { Clock } from '../time/clock.ts';
import { AccessControl } from './access-control.ts';
import { grantsOf, serviceAccountsOf } from './google-stack.ts';
import { IamPolicy } from './iam-roles.ts';
import type { TerraformStack } from './terraform-stack.ts';
import { TokenIssuer } from './token-issuer.ts';

/** Who there is in a stack, and what each may do: its service accounts, and exactly its grants. */
export interface StackIdentities {
  readonly policy: IamPolicy;
  /** Signs everybody's tokens, and knows who holds which. */
  readonly tokens: TokenIssuer;
  /** What Google's APIs ask before they do anything. */
  readonly access: AccessControl;
  hasServiceAccount(email: string): boolean;
}

/** @throws TerraformStackError when a reference leads nowhere */
export async function identitiesOf(stack: TerraformStack, clock: Pick<Clock, 'now'>): Promise<StackIdentities> {
  const policy = new IamPolicy();
  for (const grant of grantsOf(stack)) policy.grant(grant);
  const accounts = new Set(serviceAccountsOf(stack));
  const tokens = await TokenIssuer.create(clock);
  return {
    policy,
    tokens,
    access: new AccessControl(tokens, policy),
    hasServiceAccount: (email) => accounts.has(email),
  };
}
