import { once } from 'node:events';
import { type IncomingMessage, request as send } from 'node:http';
import { frontDoor, traceHeaders } from '../../../local/cloud-run/front-door.ts';
import type { ServiceInstance } from '../../../local/cloud-run/instance.ts';
import { Instances } from '../../../local/cloud-run/instances.ts';
import { IamPolicy } from '../../../local/iam-roles.ts';
import { closeServer, listen } from '../../../local/listen.ts';
import { TokenIssuer } from '../../../local/token-issuer.ts';
import { VirtualClock } from '../../../time/virtual-clock.ts';
import { startInstance } from './fixture-instance.ts';
import { Lines } from './lines.ts';

const email = 'caller@p.iam.gserviceaccount.com';
const service = {
  resource: 'projects/p/locations/l/services/s',
  audiences: ['https://s.example'],
  timeoutSeconds: 595,
};
const clock = new VirtualClock();
const tokens = await TokenIssuer.create(clock);
const policy = new IamPolicy();
policy.grant({ resource: service.resource, role: 'roles/run.invoker', member: `serviceAccount:${email}` });
const authorization = `Bearer ${await tokens.idToken({ email, audience: 'https://s.example' })}`;

const lines = new Lines();
const instances = new Instances({
  start: () => startInstance(lines),
  concurrency: 5,
  minInstances: 0,
  maxInstances: 1,
  clock,
  onLog: lines.add,
});
const randomHex = (digits: number) => 'ab'.repeat(digits / 2);
const server = frontDoor({ service, instances, tokens, policy, clock, randomHex, onLog: lines.add });
let base = '';

beforeAll(async () => {
  base = `http://127.0.0.1:${await listen(server, { port: 0, what: 'the front door', option: '-' })}`;
  await instances.deploy();
});
afterAll(async () => {
  await closeServer(server);
  await instances.stop();
});

const call = (path: string, init: RequestInit = {}) => fetch(base + path, { headers: { authorization }, ...init });

test('a request reaches the instance with its method, path, body and headers', async () => {
  const response = await call('/a/b?c=d', {
    method: 'POST',
    body: 'héllo',
    headers: { authorization, 'x-custom': 'yes' },
  });
  expect(await response.json()).toMatchObject({
    method: 'POST',
    url: '/a/b?c=d',
    body: 'héllo',
    headers: {
      'x-custom': 'yes',
      authorization: expect.stringMatching(/^Bearer [\w-]+\.[\w-]+\.SIGNATURE_REMOVED_BY_GOOGLE$/),
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'https',
      forwarded: 'for="127.0.0.1";proto=https',
      traceparent: `00-${'ab'.repeat(16)}-${'ab'.repeat(8)}-01`,
      'x-cloud-trace-context': `${'ab'.repeat(16)}/12370169555311111083;o=1`,
    },
  });
});

test('the Host that the caller named stays', async () => {
  const request = send(`${base}/`, { headers: { authorization, host: 's.example' } }).end();
  const [response] = await once(request, 'response');
  expect((await new Response(response).json()) as object).toMatchObject({ headers: { host: 's.example' } });
});

test('a body is streamed in chunks of unknown length', async () => {
  const chunks = (async function* () {
    for (let i = 0; i < 50; i++) yield Buffer.alloc(10_000, 'x');
  })();
  const response = await call('/', { method: 'PUT', body: chunks, duplex: 'half' } as RequestInit);
  expect(((await response.json()) as { body: string }).body).toHaveLength(500_000);
});

test('headers about the connection stay on it', async () => {
  const headers = { authorization, connection: 'x-hop, close', 'x-hop': '1', te: 'trailers' };
  const request = send(`${base}/`, { headers }).end();
  const [response] = await once(request, 'response');
  const seen = ((await new Response(response).json()) as { headers: Record<string, string> }).headers;
  expect(seen).not.toHaveProperty('x-hop');
  expect(seen).not.toHaveProperty('te');
  expect(seen.connection).toBe('keep-alive');
});

test('a caller without a token gets 403 and never reaches the instance', async () => {
  const response = await fetch(base);
  expect([response.status, await response.text()]).toEqual([403, expect.stringContaining('Forbidden')]);
  await lines.until('403 for GET /: the request has no ID token');
});

test('a bad token is 401, with what Cloud Run says of it', async () => {
  const response = await fetch(base, { headers: { authorization: 'Bearer x' } });
  expect(response.status).toBe(401);
  expect(response.headers.get('www-authenticate')).toBe(
    'Bearer error="invalid_token" error_description="The access token could not be verified"',
  );
});

test.each(['/healthz', '/_ah/warmup', '/healthz?x=1'])("%s is Cloud Run's own, and 404", async (path) => {
  expect((await call(path)).status).toBe(404);
});

test("a request over the service's timeout gets 504, and the instance goes on", async () => {
  const [instance] = instances.instances as [ServiceInstance];
  const answer = call('/hang');
  await lines.until('hanging');
  await clock.advance(595_000);
  const response = await answer;
  expect([response.status, await response.text()]).toEqual([504, 'upstream request timeout\n']);
  await lines.until('504 for GET /hang: no answer within 595 s');
  expect(instances.instances).toEqual([instance]);
  expect((await call('/', { headers: { authorization: await freshToken() } })).status).toBe(200);
});

test('bodies that never end give their places back after half a minute', async () => {
  const authorization = await freshToken();
  const before = clock.pendingTimers;
  const halfSent = Array.from({ length: 5 }, () => {
    const headers = { authorization, 'content-length': '10' };
    const request = send(`${base}/`, { method: 'POST', headers, agent: false });
    request.write('half');
    return request;
  });
  // For each its place's timeout and its body's.
  while (clock.pendingTimers < before + 10) await new Promise((resolve) => setImmediate(resolve));
  expect(clock.pendingTimers).toBe(before + 10);
  const answers = halfSent.map((request) => once(request, 'response') as Promise<[IncomingMessage]>);
  await clock.advance(30_000);
  expect((await Promise.all(answers)).map(([{ statusCode }]) => statusCode)).toEqual([408, 408, 408, 408, 408]);
  expect((await call('/', { headers: { authorization } })).status).toBe(200);
  expect(clock.pendingTimers).toBe(before);
});

test('a body that the instance does not read is no fault of the caller', async () => {
  const headers = { authorization: await freshToken(), 'content-length': '20000000' };
  const request = send(`${base}/unread`, { method: 'POST', headers, agent: false });
  // The rest finds the connection closed.
  request.on('error', () => {}).end(Buffer.alloc(20_000_000));
  await lines.until('reads nothing');
  // Until everything on the way is full.
  for (let turns = 0, written = -1; turns < 100; turns++) {
    const { bytesWritten = 0 } = request.socket ?? {};
    if (bytesWritten !== written) turns = 0;
    written = bytesWritten;
    await new Promise((resolve) => setImmediate(resolve));
  }
  await clock.advance(594_999);
  const answer = once(request, 'response') as Promise<[IncomingMessage]>;
  await clock.advance(1);
  expect((await answer)[0].statusCode).toBe(504);
});

test('a page of another site is no caller, whatever the service lets everybody do', async () => {
  const request = send(base, { headers: { origin: 'https://evil.example' } }).end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  expect(response.statusCode).toBe(403);
  expect(await new Response(response as never).text()).toMatch(/received the origin "https:\/\/evil.example"\.\n$/);
});

test('an instance that ends under a request answers 503, and is replaced', async () => {
  const [before] = instances.instances as [ServiceInstance];
  const headers = { authorization: await freshToken() };
  const response = await call('/end', { headers });
  expect([response.status, await response.text()]).toEqual([503, 'Service Unavailable\n']);
  await before.exited;
  await lines.until('An instance ended by itself (exit code 3) with');
  expect((await call('/', { headers })).status).toBe(200);
  expect(instances.instances).not.toContain(before);
});

test('an upload to an instance that ends gets its 503 too', async () => {
  const [before] = instances.instances as [ServiceInstance];
  const headers = { authorization: await freshToken() };
  const response = await call('/end', { method: 'POST', body: Buffer.alloc(5_000_000), headers });
  expect(response.status).toBe(503);
  await before.exited;
  expect((await call('/', { headers })).status).toBe(200);
});

test('an answer that breaks off breaks off for the caller', async () => {
  const headers = { authorization: await freshToken() };
  const response = await call('/break-off', { headers });
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow('terminated');
});

async function freshToken(): Promise<string> {
  return `Bearer ${await tokens.idToken({ email, audience: 'https://s.example' })}`;
}

describe('the trace', () => {
  test('a request without a trace begins one, the same in both headers', () => {
    expect(traceHeaders(undefined, randomHex)).toEqual({
      traceparent: `00-${'ab'.repeat(16)}-${'ab'.repeat(8)}-01`,
      'x-cloud-trace-context': `${'ab'.repeat(16)}/12370169555311111083;o=1`,
    });
  });

  test("the caller's trace goes on with a span of its own", () => {
    const trace = '0af7651916cd43dd8448eb211c80319c';
    expect(traceHeaders(`00-${trace}-b7ad6b7169203331-01`, randomHex).traceparent).toBe(
      `00-${trace}-${'ab'.repeat(8)}-01`,
    );
  });

  test.each([
    '',
    'junk',
    `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
    `00-${'a'.repeat(32)}-${'0'.repeat(16)}-01`,
    `01-${'a'.repeat(32)}-b7ad6b7169203331-01`,
  ])('the malformed traceparent %p begins a new trace', (traceparent) => {
    expect(traceHeaders(traceparent, randomHex).traceparent).toContain('ab'.repeat(16));
  });
});
