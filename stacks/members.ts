import type { Check } from './checks.ts';

/**
 * IAM's forms of a member that a grant may name: an identity, a group, a domain, or identities of a workload or
 * workforce pool. `allUsers` and `allAuthenticatedUsers` are none of them: with either, a token would prove nothing.
 */
const MEMBER = /^(user|serviceAccount|group|domain|principal|principalSet):\S+$/;

/** The rules for the members that a deployer names in `what`. */
export function memberChecks(what: string, members: readonly string[]): Check[] {
  return members.map((member) => ({
    values: [member],
    condition: MEMBER.test(member),
    message: isPublic(member)
      ? `${what} are never public; received '${member}': name service accounts, users or groups.`
      : `${what} are IAM members; received '${member}': write it with its type, such as ` +
        "'serviceAccount:NAME@PROJECT.iam.gserviceaccount.com'.",
  }));
}

function isPublic(member: string): boolean {
  return member === 'allUsers' || member === 'allAuthenticatedUsers';
}
