import { Hono } from 'hono';
import type { JSONWebKeySet } from 'jose';
import type { Clock } from '../../time/clock.ts';
import { GOOGLE_ISSUER, TokenIssuer } from '../token-issuer.ts';
import type { TokenSource } from './http-sender.ts';

/** Where Google serves its keys, on www.googleapis.com. */
export const CERTS_PATH = '/oauth2/v3/certs';

/** Signs with keys of its own. They are made when they are needed first: that takes a tenth of a second. */
export function ownTokens(clock: Pick<Clock, 'now'>): Required<TokenSource> {
  let made: Promise<TokenIssuer> | undefined;
  const issuer = () => {
    made ??= TokenIssuer.create(clock);
    return made;
  };
  return {
    idToken: async (options) => (await issuer()).idToken(options),
    accessToken: async (email) => (await issuer()).accessToken(email).token,
    jwks: async (): Promise<JSONWebKeySet> => (await issuer()).jwks(),
  };
}

/**
 * OIDC discovery and the public keys, so that a target can verify its tokens in the standard way. The tokens' issuer is Google, as in
 * production: only where its keys are found differs.
 */
export function openidApp(jwks: NonNullable<TokenSource['jwks']>): Hono {
  return new Hono()
    .get('/.well-known/openid-configuration', (c) =>
      c.json({
        issuer: GOOGLE_ISSUER,
        jwks_uri: new URL(CERTS_PATH, c.req.url).href,
        response_types_supported: ['id_token'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
      }),
    )
    .get(CERTS_PATH, async (c) => c.json(await jwks()));
}
