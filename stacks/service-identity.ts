import { ServiceAccount } from '@cdktf/provider-google/lib/service-account/index.js';
import { ServiceAccountIamMember } from '@cdktf/provider-google/lib/service-account-iam-member/index.js';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';

export interface ServiceIdentityProps {
  /** The part of the email before the `@`: 6 to 30 characters. */
  readonly accountId: string;
  readonly projectId: string;
  /** What a person sees in the console. */
  readonly displayName: string;
}

/** A service account, and the grants on it. */
export class ServiceIdentity extends Construct {
  readonly email: string;
  /** `serviceAccount:EMAIL`, as grants want it. */
  readonly member: string;
  readonly #account: ServiceAccount;

  constructor(scope: Construct, id: string, props: ServiceIdentityProps) {
    super(scope, id);
    this.#account = new ServiceAccount(this, 'Default', {
      accountId: props.accountId,
      project: props.projectId,
      displayName: props.displayName,
    });
    this.email = this.#account.email;
    this.member = this.#account.member;
  }

  /** Lets the member create tasks that carry this identity; Cloud Tasks asks for it even of the account itself. */
  grantActAs(id: string, member: string): ITerraformDependable {
    return new ServiceAccountIamMember(this, id, {
      serviceAccountId: this.#account.name,
      role: 'roles/iam.serviceAccountUser',
      member,
    });
  }
}
