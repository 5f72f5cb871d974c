import type { Check } from './checks.ts';

/**
 * IAM's forms of a member that a grant may name: an identity, a group, a domain, or identities of a workload or
 * workforce pool. `allUsers` and `allAuthenticatedUsers` are none of them: with either, a token would prove nothing.
 */
const MEMBER = /^(user|serviceAccount|group|domain|principal|principalSet):\S+$/;
/** Members who get a Google ID token for any audience, by themselves or by being in the group. */
const WITH_ID_TOKEN = /^(serviceAccount|group):/;

/** The rules for the members that a deployer names in `what`. */
export function memberChecks(what: string, members: readonly string[]): Check[] {
  return members.map((member) => ({
    values: [member],
    condition: MEMBER.test(member),
    message: isPublic(member)
      ? `${what} are never public; received '${member}': name service accounts or groups.`
      : `${what} are IAM members; received '${member}': write it with its type, such as ` +
        "'serviceAccount:NAME@PROJECT.iam.gserviceaccount.com'.",
  }));
}

/**
 * The rules for members who call the service. It takes Google ID tokens for its own URL alone, which Google gives to service
 * accounts only: the ID token of a person is for gcloud, and identities of a pool have none.
 */
export function callerChecks(callers: readonly string[]): Check[] {
  return [
    ...memberChecks('Callers', callers),
    ...callers.map((caller) => ({
      values: [caller],
      condition: !MEMBER.test(caller) || WITH_ID_TOKEN.test(caller),
      message:
        `Callers come with a Google ID token for the service's URL, which only service accounts get; received '${caller}', ` +
        "who would be refused by the service: name a service account, or a group with some in it, and let '" +
        `${caller}' act for it ('gcloud auth print-identity-token --impersonate-service-account').`,
    })),
  ];
}

function isPublic(member: string): boolean {
  return member === 'allUsers' || member === 'allAuthenticatedUsers';
}
