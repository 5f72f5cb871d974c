import { type IamPolicy, memberOf } from './iam-roles.ts';
import type { TokenIssuer } from './token-issuer.ts';

/** What an API is asked to permit. */
export interface AccessRequest {
  /** The Authorization header. */
  readonly authorization: string | undefined;
  /** `storage.objects.get`… */
  readonly permission: string;
  /** As in an IAM grant. */
  readonly resource: string;
}

/** `unauthenticated`: no credentials, or ones that nobody holds. `denied`: known, but not permitted. */
export type AccessVerdict = 'allowed' | 'unauthenticated' | 'denied';

/** The door of Google's APIs: an access token in, a verdict out. */
export class AccessControl {
  readonly #tokens: Pick<TokenIssuer, 'whoIs'>;
  readonly #policy: IamPolicy;

  constructor(tokens: Pick<TokenIssuer, 'whoIs'>, policy: IamPolicy) {
    this.#tokens = tokens;
    this.#policy = policy;
  }

  /** Email behind an Authorization header; undefined when there is none, or nobody holds the token. */
  emailOf(authorization: string | undefined): string | undefined {
    const token = bearerToken(authorization);
    return token === undefined ? undefined : this.#tokens.whoIs(token);
  }

  check({ authorization, permission, resource }: AccessRequest): AccessVerdict {
    const email = this.emailOf(authorization);
    const anonymous = authorization === undefined;
    if (email === undefined && !anonymous) return 'unauthenticated';
    if (this.#policy.allows(email && memberOf(email), permission, resource)) return 'allowed';
    return anonymous ? 'unauthenticated' : 'denied';
  }
}

/** The token of `Bearer TOKEN`, with the scheme in any case (RFC 7235); undefined when the header is not of this form. */
export function bearerToken(authorization: string | undefined): string | undefined {
  return authorization?.match(/^bearer +(\S+)$/i)?.[1];
}
