import { type Context, Hono } from 'hono';
import type { TokenIssuer } from './token-issuer.ts';

/** Whose machine a metadata server describes. */
export interface MetadataOptions {
  /** Email of the account that the machine runs as. */
  readonly email: string;
  readonly projectId: string;
  /** Twelve digits. */
  readonly projectNumber: string;
  /** `us-central1`… */
  readonly region: string;
  readonly tokens: Pick<TokenIssuer, 'idToken' | 'accessToken'>;
}

/**
 * What `metadata.google.internal` answers on Cloud Run: tokens and names of one service account.
 *
 * @see https://cloud.google.com/run/docs/container-contract#metadata-server
 */
export function metadataApp({ email, projectId, projectNumber, region, tokens }: MetadataOptions): Hono {
  const app = new Hono();
  app.use(async (c, next) => {
    c.header('Metadata-Flavor', 'Google');
    // Asked for by Google so that no web page can have a browser fetch a token.
    if (c.req.header('Metadata-Flavor') !== 'Google') return c.text('Missing Metadata-Flavor:Google header.', 403);
    await next();
  });

  // How Google's libraries find out that there is a metadata server.
  app.get('/', (c) => c.text('computeMetadata/\n'));

  const v1 = app.basePath('/computeMetadata/v1');
  v1.get('/project/project-id', (c) => c.text(projectId));
  v1.get('/project/numeric-project-id', (c) => c.text(projectNumber));
  v1.get('/instance', (c) => c.text('id\nregion\nservice-accounts/\n'));
  v1.get('/instance/region', (c) => c.text(`projects/${projectNumber}/regions/${region}`));
  v1.get('/universe/universe-domain', (c) => c.text('googleapis.com'));

  const isKnown = (c: Context) => ['default', email].includes(c.req.param('account') ?? '');
  const account = v1.basePath('/instance/service-accounts/:account');
  account.get('/email', (c) => (isKnown(c) ? c.text(email) : c.notFound()));
  account.get('/token', (c) => {
    if (!isKnown(c)) return c.notFound();
    const { token, expiresInSeconds } = tokens.accessToken(email);
    return c.json({ access_token: token, expires_in: expiresInSeconds, token_type: 'Bearer' });
  });
  account.get('/identity', async (c) => {
    if (!isKnown(c)) return c.notFound();
    const audience = c.req.query('audience');
    if (!audience) return c.text('non-empty audience parameter required', 400);
    return c.text(await tokens.idToken({ email, audience }));
  });
  // Python's first question, which it asks with ?recursive=true.
  const about = { aliases: ['default'], email, scopes: ['https://www.googleapis.com/auth/cloud-platform'] };
  v1.get('/instance/service-accounts/:account/', (c) => (isKnown(c) ? c.json(about) : c.notFound()));
  return app;
}
