import { createServer, type IncomingMessage } from 'node:http';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { type CloudTasks, startCloudTasks } from '../../../local/cloud-tasks/cloud-tasks.ts';
import type { HttpRequestMessage } from '../../../local/cloud-tasks/messages.ts';
import { closeServer, listen } from '../../../local/listen.ts';
import { QUEUE } from './vocabulary.ts';

const EMAIL = 'invoker@p.iam.gserviceaccount.com';

let tasks: CloudTasks;
let received: IncomingMessage[];
let url: string;
const target = createServer((request, response) => {
  received.push(request);
  response.end();
});

beforeEach(async () => {
  received = [];
  url = `http://127.0.0.1:${await listen(target, { port: 0, what: 'the target', option: '' })}/work?x=1`;
  tasks = await startCloudTasks({ queues: [{ name: QUEUE }] });
});

afterEach(async () => {
  await tasks.close();
  await closeServer(target);
});

async function bearerOf(token: Pick<HttpRequestMessage, 'oidcToken' | 'oauthToken'>): Promise<string> {
  tasks.call('CreateTask', { parent: QUEUE, task: { httpRequest: { url, ...token } } });
  await tasks.drain();
  const [scheme, bearer = ''] = received[0]?.headers.authorization?.split(' ') ?? [];
  expect(scheme).toBe('Bearer');
  return bearer;
}

async function verify(idToken: string, audience: string) {
  const discovery = await (await fetch(`${tasks.url}/.well-known/openid-configuration`)).json();
  const { issuer, jwks_uri } = discovery as { issuer: string; jwks_uri: string };
  return jwtVerify(idToken, createRemoteJWKSet(new URL(jwks_uri)), { issuer, audience });
}

test('a target verifies its OIDC token by discovery and JWKS; the audience is as asked', async () => {
  const token = await bearerOf({ oidcToken: { serviceAccountEmail: EMAIL, audience: 'https://service.example' } });
  const { payload } = await verify(token, 'https://service.example');
  expect(payload).toMatchObject({ iss: 'https://accounts.google.com', email: EMAIL, email_verified: true });
});

test('without an audience it is the whole URL with its query', async () => {
  const token = await bearerOf({ oidcToken: { serviceAccountEmail: EMAIL } });
  expect((await verify(token, url)).payload.aud).toBe(url);
});

test("another emulator's token does not verify", async () => {
  const token = await bearerOf({ oidcToken: { serviceAccountEmail: EMAIL } });
  await tasks.close();
  tasks = await startCloudTasks();
  await expect(verify(token, url)).rejects.toThrow('no applicable key found in the JSON Web Key Set');
});

test('an OAuth token is an access token', async () => {
  expect(await bearerOf({ oauthToken: { serviceAccountEmail: EMAIL } })).toMatch(/^ya29\./);
});
