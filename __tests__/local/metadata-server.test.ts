import { GoogleAuth } from 'google-auth-library';
import { serve } from '../../local/listen.ts';
import { metadataApp } from '../../local/metadata-server.ts';
import { TokenIssuer } from '../../local/token-issuer.ts';
import { VirtualClock } from '../../time/virtual-clock.ts';

const email = 'runtime@p.iam.gserviceaccount.com';
const tokens = await TokenIssuer.create(new VirtualClock());
const app = metadataApp({ email, projectId: 'p', projectNumber: '123456789012', region: 'us-central1', tokens });
const ask = (path: string, headers: Record<string, string> = { 'Metadata-Flavor': 'Google' }) =>
  app.request(`/computeMetadata/v1${path}`, { headers });

test.each([
  ['/project/project-id', 'p'],
  ['/project/numeric-project-id', '123456789012'],
  ['/instance/region', 'projects/123456789012/regions/us-central1'],
  ['/instance/service-accounts/default/email', email],
  [`/instance/service-accounts/${email}/email`, email],
  ['/universe/universe-domain', 'googleapis.com'],
])('%s is %s', async (path, text) => {
  const response = await ask(path);
  expect([response.status, await response.text(), response.headers.get('metadata-flavor')]).toEqual([
    200,
    text,
    'Google',
  ]);
});

test('an access token is one of the account', async () => {
  const token = (await (await ask('/instance/service-accounts/default/token?scopes=x')).json()) as {
    access_token: string;
  };
  expect(token).toEqual({ access_token: expect.any(String), expires_in: 3600, token_type: 'Bearer' });
  expect(tokens.whoIs(token.access_token)).toBe(email);
});

test('an ID token is one of the account, for the audience that was asked for', async () => {
  const response = await ask('/instance/service-accounts/default/identity?audience=https://a.example&format=full');
  await expect(tokens.verifyIdToken(await response.text(), ['https://a.example'])).resolves.toBe(email);
});

test('an ID token without an audience is refused', async () => {
  const response = await ask('/instance/service-accounts/default/identity');
  expect([response.status, await response.text()]).toEqual([400, 'non-empty audience parameter required']);
});

test.each(['token', 'email', 'identity'])('another account has no %s here', async (what) => {
  expect((await ask(`/instance/service-accounts/other@p.iam.gserviceaccount.com/${what}`)).status).toBe(404);
});

test('a request without the Metadata-Flavor header gets nothing', async () => {
  const response = await ask('/instance/service-accounts/default/token', {});
  expect([response.status, await response.text()]).toEqual([403, 'Missing Metadata-Flavor:Google header.']);
});

test("Python's library finds the server, and the account's description", async () => {
  const root = await app.request('/', { headers: { 'Metadata-Flavor': 'Google' } });
  expect([root.status, root.headers.get('Metadata-Flavor')]).toEqual([200, 'Google']);
  const account = await ask('/instance/service-accounts/default/?recursive=true');
  expect(await account.json()).toEqual({
    aliases: ['default'],
    email,
    scopes: ['https://www.googleapis.com/auth/cloud-platform'],
  });
  expect((await ask('/instance/service-accounts/other/?recursive=true')).status).toBe(404);
});

test("Google's own library takes its tokens here when GCE_METADATA_HOST says so", async () => {
  const server = await serve(app, { port: 0, what: 'the metadata server', option: '-' });
  process.env.GCE_METADATA_HOST = server.host;
  try {
    const auth = new GoogleAuth({ scopes: 'https://www.googleapis.com/auth/cloud-platform' });
    expect(tokens.whoIs(String(await auth.getAccessToken()))).toBe(email);
    expect(await auth.getProjectId()).toBe('p');
    const client = await auth.getIdTokenClient('https://b.example');
    const header = (await client.getRequestHeaders()).get('authorization') ?? '';
    await expect(tokens.verifyIdToken(header.slice('Bearer '.length), ['https://b.example'])).resolves.toBe(email);
  } finally {
    delete process.env.GCE_METADATA_HOST;
    await server.close();
  }
}, 60_000);
