/**
 * Whoever ran `cdktf deploy`. An owner may do everything, so the stack grants this member nothing.
 */
export const OWNER_EMAIL = 'owner@example.com';
export const PROJECT_OWNER = `user:${OWNER_EMAIL}`;

/** Number of every project, which only Google could know. */
export const PROJECT_NUMBER = '123456789012';

/** The permissions that the local Google checks, of each role that a stack may grant (reference: IAM's roles and permissions). */
const PERMISSIONS_OF_ROLES: Readonly<Record<string, readonly string[]>> = {
  'roles/aiplatform.user': ['aiplatform.endpoints.predict'],
  'roles/cloudtasks.enqueuer': ['cloudtasks.tasks.create', 'cloudtasks.tasks.fullView'],
  'roles/iam.serviceAccountUser': ['iam.serviceAccounts.actAs'],
  'roles/pubsub.publisher': ['pubsub.topics.publish'],
  'roles/pubsub.subscriber': ['pubsub.subscriptions.consume'],
  'roles/run.invoker': ['run.routes.invoke'],
  'roles/storage.objectViewer': ['storage.objects.get', 'storage.objects.list'],
  'roles/storage.objectCreator': ['storage.objects.create'],
  'roles/storage.objectUser': [
    'storage.objects.get',
    'storage.objects.list',
    'storage.objects.create',
    'storage.objects.delete',
  ],
};

/** A role given to one member on one resource. */
export interface Grant {
  /**
   * `buckets/NAME`, `projects/P/locations/L/queues/Q`, `serviceAccounts/EMAIL`, `projects/P/locations/L/services/S`,
   * `projects/P/topics/T`, `projects/P/subscriptions/S`, or
   * `projects/P` alone for what no single resource can be named for.
   */
  readonly resource: string;
  /** `roles/run.invoker`… */
  readonly role: string;
  /** `serviceAccount:EMAIL`, `user:EMAIL`, `allUsers` or `allAuthenticatedUsers`. */
  readonly member: string;
}

/** The member that an email stands for. */
export function memberOf(email: string): string {
  return email.endsWith('.gserviceaccount.com') ? `serviceAccount:${email}` : `user:${email}`;
}

/** Who may do what: exactly what was granted, and everything for {@link PROJECT_OWNER}. */
export class IamPolicy {
  readonly #members = new Map<string, Set<string>>();

  /** @throws Error when the role is not one that the local Google knows */
  grant({ resource, role, member }: Grant): void {
    const permissions = PERMISSIONS_OF_ROLES[role];
    if (permissions === undefined) {
      throw new Error(
        `The local Google knows the roles ${Object.keys(PERMISSIONS_OF_ROLES).join(', ')}; received ${role} for ${member} on ${resource}. ` +
          'Grant one of these, or add the role with its permissions to local/iam-roles.ts.',
      );
    }
    for (const permission of permissions) {
      const key = `${permission} ${resource}`;
      this.#members.set(key, (this.#members.get(key) ?? new Set()).add(member));
    }
  }

  /** @param member undefined for a caller without credentials, who has only what `allUsers` has */
  allows(member: string | undefined, permission: string, resource: string): boolean {
    if (member === PROJECT_OWNER) return true;
    const members = this.#members.get(`${permission} ${resource}`);
    if (members === undefined) return false;
    if (members.has('allUsers')) return true;
    return member !== undefined && (members.has(member) || members.has('allAuthenticatedUsers'));
  }
}
