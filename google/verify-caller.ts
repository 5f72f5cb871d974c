import { compactVerify, createRemoteJWKSet, decodeJwt, errors, type JWTVerifyGetKey } from 'jose';
import * as z from 'zod';
import type { Clock } from '../time/clock.ts';

/** What Cloud Run puts in place of a signature that it has checked. */
const REMOVED_SIGNATURE = 'SIGNATURE_REMOVED_BY_GOOGLE';
const CLOCK_SKEW_SECONDS = 60;
const ISSUERS = ['https://accounts.google.com', 'accounts.google.com'];

/** The caller did not show who it is (401), or its token cannot be checked now (503). */
export class AuthenticationError extends Error {
  readonly httpStatus: 401 | 503;

  constructor(httpStatus: 401 | 503, message: string) {
    super(message);
    this.name = 'AuthenticationError';
    this.httpStatus = httpStatus;
  }
}

export interface TokenRules {
  /** The only audience taken: this service's URL. */
  readonly audience: string;
  /** Whether Cloud Run has checked the signature before, and removed it. @default false */
  readonly acceptRemovedSignature: boolean;
  /** Google's keys, see {@link googleKeys}. */
  readonly keys: JWTVerifyGetKey;
  readonly clock: Clock;
  /** What was verified a moment ago need not be verified again. */
  readonly recent: RecentTokens;
}

const claimsSchema = z.object({
  iss: z.enum(ISSUERS),
  aud: z.string(),
  exp: z.number(),
  iat: z.number(),
  email: z.string().min(1),
  email_verified: z.literal(true),
});

/** What a Google ID token says about its bearer. Times in seconds since the epoch. */
type Claims = z.output<typeof claimsSchema>;

/** Google's signing keys: fetched when first needed, kept, and fetched again when a token names one that is not known. */
export function googleKeys(url: string): JWTVerifyGetKey {
  return createRemoteJWKSet(new URL(url), { timeoutDuration: 5_000, cooldownDuration: 10_000 });
}

/**
 * Verifies a Google-signed ID token: signature (RS256), issuer, audience, times with a minute of skew, and a verified email.
 *
 * @param authorization the `Authorization` header
 * @returns the caller's email
 * @throws AuthenticationError 401 with the rule that is broken, 503 when Google's keys cannot be fetched
 */
export async function verifyCaller(authorization: string | undefined, rules: TokenRules): Promise<string> {
  const { aud, exp, iat, email } = recentClaims(authorization, rules) ?? (await verifiedClaims(authorization, rules));
  const now = rules.clock.now() / 1000;
  // An empty audience is a service that does not know its URL: it must not take a token for that.
  if (aud !== rules.audience || aud === '')
    throw new AuthenticationError(401, "The token's audience must be this service.");
  if (exp + CLOCK_SKEW_SECONDS < now) throw new AuthenticationError(401, 'The token has expired.');
  if (iat - CLOCK_SKEW_SECONDS > now) throw new AuthenticationError(401, 'The token is not valid yet.');
  return email;
}

function recentClaims(authorization = '', { recent, clock, acceptRemovedSignature }: TokenRules): Claims | undefined {
  const token = recent.get(authorization, clock.now());
  return token?.signature === 'checked' || acceptRemovedSignature ? token?.claims : undefined;
}

async function verifiedClaims(authorization = '', rules: TokenRules): Promise<Claims> {
  const token = /^Bearer ([A-Za-z0-9._~+/=-]+)$/i.exec(authorization)?.[1];
  if (token === undefined)
    throw new AuthenticationError(401, 'A bearer token is required: Authorization: Bearer ID_TOKEN.');
  const isRemoved = rules.acceptRemovedSignature && token.endsWith(`.${REMOVED_SIGNATURE}`);
  const claims = claimsSchema.safeParse(await readClaims(token, isRemoved, rules.keys));
  if (!claims.success) {
    const fields = [...new Set(claims.error.issues.map(({ path }) => path.join('.')))].join(', ');
    throw new AuthenticationError(401, `The token must be a Google ID token with a verified email; wrong: ${fields}.`);
  }
  const verified = { claims: claims.data, signature: isRemoved ? 'removed' : 'checked' } as const;
  rules.recent.add(authorization, verified, rules.clock.now());
  return claims.data;
}

async function readClaims(token: string, isSignatureRemoved: boolean, keys: JWTVerifyGetKey): Promise<unknown> {
  try {
    if (isSignatureRemoved) return decodeJwt(token);
    const { payload } = await compactVerify(token, keys, { algorithms: ['RS256'] });
    return JSON.parse(new TextDecoder().decode(payload));
  } catch (error) {
    if (isTokenError(error)) throw new AuthenticationError(401, "The token is not one that Google's keys have signed.");
    throw new AuthenticationError(503, "Google's signing keys cannot be fetched; try again.");
  }
}

/** What jose throws when the token is at fault. Everything else is at fault with the keys: no answer, or no key set. */
const TOKEN_ERRORS = [
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JWTInvalid,
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
  errors.JWKSNoMatchingKey,
  errors.JWKSMultipleMatchingKeys,
];

function isTokenError(error: unknown): boolean {
  // A signed payload that is no JSON comes as a SyntaxError.
  return TOKEN_ERRORS.some((type) => error instanceof type) || (error as Error).name === 'SyntaxError';
}

/** Milliseconds for which a token is not verified again. A key that Google takes back is trusted that much longer. */
const REMEMBERED_MS = 60_000;
/** Cloud Tasks sends one token for an hour; each caller has its own. */
const MAX_TOKENS = 100;

interface VerifiedToken {
  readonly claims: Claims;
  /** Who has checked the signature: this service, or Cloud Run, which then removed it. */
  readonly signature: 'checked' | 'removed';
}

/**
 * Tokens that were verified within the last minute, by the whole `Authorization` header: an RSA signature takes half as long to
 * check as the rest of a request. Remembers what a token says, not that it is still valid: times and audience are for the caller
 * to check.
 */
export class RecentTokens {
  readonly #tokens = new Map<string, VerifiedToken & { readonly until: number }>();

  /** @param now milliseconds since the epoch */
  get(authorization: string, now: number): VerifiedToken | undefined {
    const token = this.#tokens.get(authorization);
    return token && now < token.until ? token : undefined;
  }

  /** Remembers a token whose signature holds, and forgets the one that was added first when there are 100. */
  add(authorization: string, token: VerifiedToken, now: number): void {
    this.#tokens.delete(authorization);
    const [first] = this.#tokens.keys();
    if (this.#tokens.size === MAX_TOKENS && first !== undefined) this.#tokens.delete(first);
    this.#tokens.set(authorization, { ...token, until: now + REMEMBERED_MS });
  }
}
