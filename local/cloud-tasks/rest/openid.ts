import { Hono } from 'hono';
import { GOOGLE_ISSUER } from '../../token-issuer.ts';
import type { TokenSource } from '../http-sender.ts';

/** Where Google serves its keys, on www.googleapis.com. */
const CERTS_PATH = '/oauth2/v3/certs';

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
