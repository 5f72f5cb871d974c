import { createHash, randomBytes, type webcrypto } from 'node:crypto';
import { createLocalJWKSet, exportJWK, generateKeyPair, type JSONWebKeySet, jwtVerify, SignJWT } from 'jose';
import type { Clock } from '../time/clock.ts';

/** Issuer of Google's ID tokens. */
export const GOOGLE_ISSUER = 'https://accounts.google.com';

/** Life of ID and access tokens, in seconds (reference: "Token types"). */
const TOKEN_LIFE_SECONDS = 3600;

/** Seconds before its end at which an access token is replaced (reference: the metadata server gives a new one 5 minutes before). */
const RENEWAL_SECONDS = 300;

/** Seconds that a token may seem to come from the future. */
const SKEW_SECONDS = 60;

/** An ID token that must not be accepted, and why. */
class InvalidIdTokenError extends Error {
  override readonly name = 'InvalidIdTokenError';
}

/** The numeric id of an account, 21 digits, the same for the same email: `sub` of its tokens, `unique_id` in Terraform. */
export function uniqueIdOf(email: string): string {
  const number = createHash('sha256').update(email).digest().readBigUInt64BE() % 10n ** 20n;
  return `1${number.toString().padStart(20, '0')}`;
}

/** Google's token service: signs ID tokens, hands out access tokens and knows whose they are. */
export class TokenIssuer {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #privateKey: webcrypto.CryptoKey;
  readonly #jwks: JSONWebKeySet;
  readonly #keyOf: ReturnType<typeof createLocalJWKSet>;
  readonly #accessTokens = new Map<string, { email: string; expiry: number }>();
  readonly #latest = new Map<string, string>();

  private constructor(clock: Pick<Clock, 'now'>, privateKey: webcrypto.CryptoKey, jwks: JSONWebKeySet) {
    this.#clock = clock;
    this.#privateKey = privateKey;
    this.#jwks = jwks;
    this.#keyOf = createLocalJWKSet(jwks);
  }

  /** Makes an issuer with a key of its own. */
  static async create(clock: Pick<Clock, 'now'>): Promise<TokenIssuer> {
    const { publicKey, privateKey } = await generateKeyPair('RS256');
    const key = { ...(await exportJWK(publicKey)), kid: randomBytes(20).toString('hex'), alg: 'RS256', use: 'sig' };
    return new TokenIssuer(clock, privateKey, { keys: [key] });
  }

  /** The public keys, as https://www.googleapis.com/oauth2/v3/certs serves them. */
  jwks(): JSONWebKeySet {
    return this.#jwks;
  }

  /** An ID token with the claims that Google gives a service account's. */
  async idToken({ email, audience }: { email: string; audience: string }): Promise<string> {
    const now = this.#seconds();
    const id = uniqueIdOf(email);
    return new SignJWT({ azp: id, email, email_verified: true })
      .setProtectedHeader({ alg: 'RS256', kid: this.#jwks.keys[0]?.kid as string, typ: 'JWT' })
      .setIssuer(GOOGLE_ISSUER)
      .setSubject(id)
      .setAudience(audience)
      .setIssuedAt(now)
      .setExpirationTime(now + TOKEN_LIFE_SECONDS)
      .sign(this.#privateKey);
  }

  /**
   * Verifies signature, algorithm, issuer, audience and times.
   *
   * @returns the email that the token stands for
   * @throws InvalidIdTokenError saying what is wrong
   */
  async verifyIdToken(token: string, audiences: readonly string[]): Promise<string> {
    const now = this.#seconds();
    const { payload } = await jwtVerify(token, this.#keyOf, {
      algorithms: ['RS256'],
      issuer: GOOGLE_ISSUER,
      audience: [...audiences],
      requiredClaims: ['exp', 'iat'],
      currentDate: new Date(now * 1000),
    }).catch((error: Error) => {
      throw new InvalidIdTokenError(`The ID token is not valid: ${error.message}.`, { cause: error });
    });
    if ((payload.iat ?? 0) > now + SKEW_SECONDS)
      throw new InvalidIdTokenError('The ID token is not valid: issued in the future.');
    if (typeof payload.email !== 'string') throw new InvalidIdTokenError('The ID token is not valid: it has no email.');
    return payload.email;
  }

  /** An OAuth access token of the account: the same one until five minutes before its end. */
  accessToken(email: string): { token: string; expiresInSeconds: number } {
    const now = this.#seconds();
    const latest = this.#latest.get(email);
    const expiry = latest === undefined ? 0 : (this.#accessTokens.get(latest)?.expiry ?? 0);
    if (latest !== undefined && expiry - RENEWAL_SECONDS > now)
      return { token: latest, expiresInSeconds: expiry - now };
    const token = `ya29.${randomBytes(32).toString('base64url')}`;
    this.#accessTokens.set(token, { email, expiry: now + TOKEN_LIFE_SECONDS });
    this.#latest.set(email, token);
    return { token, expiresInSeconds: TOKEN_LIFE_SECONDS };
  }

  /** Email of the account that holds an access token; undefined when the token is unknown or has expired. */
  whoIs(accessToken: string): string | undefined {
    const holder = this.#accessTokens.get(accessToken);
    return holder !== undefined && holder.expiry > this.#seconds() ? holder.email : undefined;
  }

  #seconds(): number {
    return Math.floor(this.#clock.now() / 1000);
  }
}
