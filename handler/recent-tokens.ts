/** Milliseconds for which a token is not verified again. A key that Google takes back is trusted that much longer. */
const REMEMBERED_MS = 60_000;
/** Cloud Tasks sends one token for an hour; each caller has its own. */
const MAX_TOKENS = 100;

export interface VerifiedToken<Claims> {
  readonly claims: Claims;
  /** Who has checked the signature: this service, or Cloud Run, which then removed it. */
  readonly signature: 'checked' | 'removed';
}

/**
 * Tokens that were verified within the last minute, by the whole `Authorization` header: an RSA signature takes half as long to
 * check as the rest of a request. Remembers what a token says, not that it is still valid: times and audience are for the caller
 * to check.
 */
export class RecentTokens<Claims> {
  readonly #tokens = new Map<string, VerifiedToken<Claims> & { readonly until: number }>();

  /** @param now milliseconds since the epoch */
  get(authorization: string, now: number): VerifiedToken<Claims> | undefined {
    const token = this.#tokens.get(authorization);
    return token && now < token.until ? token : undefined;
  }

  /** Remembers a token whose signature holds, and forgets the one that was added first when there are 100. */
  add(authorization: string, token: VerifiedToken<Claims>, now: number): void {
    this.#tokens.delete(authorization);
    const [first] = this.#tokens.keys();
    if (this.#tokens.size === MAX_TOKENS && first !== undefined) this.#tokens.delete(first);
    this.#tokens.set(authorization, { ...token, until: now + REMEMBERED_MS });
  }
}
