import { randomUUID } from 'node:crypto';
import { type Json, Refusal } from './call.ts';

interface Policy {
  readonly etag: string;
  readonly bindings?: { readonly role: string; readonly members: readonly string[] }[];
}

/** Who may do what on each resource, with the etags that keep two writers apart. */
export class Policies {
  readonly #byResource = new Map<string, Policy>();
  readonly #accountExists: (email: string) => boolean;

  constructor(accountExists: (email: string) => boolean) {
    this.#accountExists = accountExists;
  }

  get(resource: string): Policy {
    return this.#byResource.get(resource) ?? { etag: 'ACAB' };
  }

  /** @throws Refusal for a policy that somebody has changed since it was read, or a service account that is not there */
  set(resource: string, { etag, bindings = [] }: Json): Policy {
    if (etag && etag !== this.get(resource).etag) throw new Refusal(409, 'There were concurrent policy changes.');
    for (const member of bindings.flatMap(({ members }: Json) => members)) {
      const [, email] = /^serviceAccount:(.*)$/.exec(member) ?? [];
      if (email !== undefined && !isGoogles(email) && !this.#accountExists(email)) {
        throw new Refusal(400, `Service account ${email} does not exist.`);
      }
    }
    const policy = { etag: randomUUID(), ...(bindings.length > 0 && { bindings }) };
    this.#byResource.set(resource, policy);
    return policy;
  }

  delete(resource: string): void {
    this.#byResource.delete(resource);
  }

  has(resource: string, role: string, member: string): boolean {
    return (this.get(resource).bindings ?? []).some((one) => one.role === role && one.members.includes(member));
  }

  /** The answer to a call of `getIamPolicy` or `setIamPolicy`; undefined for any other verb. */
  answer(verb: string | undefined, resource: string, body: Json): Json | undefined {
    if (verb === 'getIamPolicy') return this.get(resource);
    return verb === 'setIamPolicy' ? this.set(resource, body.policy) : undefined;
  }
}

/** Google's own service agents, which every project has. */
function isGoogles(email: string): boolean {
  return /@(gs-project-accounts|serverless-robot-prod|gcp-sa-pubsub)\.iam\.gserviceaccount\.com$/.test(email);
}
