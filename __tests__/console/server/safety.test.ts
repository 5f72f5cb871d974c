import { type IncomingHttpHeaders, request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { bundlePage } from '../../../console/server/page-bundle.ts';
import { type RunningConsole, startConsole } from '../../../console/server/start-console.ts';
import { RefusedActionError } from '../../../console/shown.ts';
import { systemClock } from '../../../time/clock.ts';
import { ShownInMemory } from '../shown-in-memory.ts';

const TOKEN = 'the-launch-token-of-this-test';
let shown: ShownInMemory;
let running: RunningConsole;
let port: string;
let cookie: string;

beforeAll(async () => {
  shown = new ShownInMemory();
  running = await startConsole({ shown, launchToken: TOKEN, port: 0, clock: systemClock });
  port = running.host.split(':')[1] ?? '';
  cookie = (await session()).headers['set-cookie']?.[0]?.split(';')[0] ?? '';
});
afterAll(() => running.close());
beforeEach(() => {
  shown.actions.length = 0;
  shown.refusal = undefined;
});

interface Sent {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** As it stands: fetch would not send a Host or a Sec-Fetch-Site of one's own. */
function send(path: string, { method = 'GET', headers = {}, body = '' }: Sent = {}) {
  return new Promise<{
    status: number;
    headers: IncomingHttpHeaders;
    text: string;
  }>((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const OWN = { 'Sec-Fetch-Site': 'same-origin', 'Content-Type': 'application/json' };
const session = (token = TOKEN, headers: Record<string, string> = OWN) =>
  send('/api/session', { method: 'POST', headers, body: JSON.stringify({ token }) });
const act = (headers: Record<string, string>, body = '{"do":"clear-faults"}') =>
  send('/api/actions', { method: 'POST', headers, body });

test('the address has the token in its fragment, which is sent to nobody', () => {
  expect(running.url).toBe(`http://127.0.0.1:${port}/#token=${TOKEN}`);
});

test('the token becomes a cookie that no script reads and no other site sends', async () => {
  const { status, headers } = await session();
  expect(status).toBe(200);
  expect(headers['set-cookie']).toEqual([
    expect.stringMatching(/^console-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/),
  ]);
  expect(headers['set-cookie']?.[0]).toContain(`console-${port}=`);
  expect(headers['set-cookie']?.[0]).not.toContain(TOKEN);
});

test.each(['', 'wrong', `${TOKEN}x`])('the token %j opens nothing', async (token) => {
  const { status, headers } = await session(token);
  expect(status).toBe(401);
  expect(headers['set-cookie']).toBeUndefined();
});

test.each(['/api/about', '/api/stream?path=/faults', '/api/documents/known/source'])(
  '%s is for whoever has the token',
  async (path) => {
    const { status, text } = await send(path);
    expect(status).toBe(401);
    expect(JSON.parse(text).error).toBe(
      'Open the address that was printed in the terminal: it has the token of this run.',
    );
  },
);

test('a cookie of another run opens nothing', async () => {
  expect((await send('/api/about', { headers: { Cookie: `console-${port}=${'x'.repeat(43)}` } })).status).toBe(401);
});

test('the cookie, and the token as a bearer, open it', async () => {
  expect((await send('/api/about', { headers: { Cookie: cookie } })).status).toBe(200);
  expect((await send('/api/about', { headers: { Authorization: `Bearer ${TOKEN}` } })).status).toBe(200);
  expect((await send('/api/about', { headers: { Authorization: 'Bearer wrong', Cookie: cookie } })).status).toBe(401);
});

test.each([
  ['a name that was made to lead here', { Host: 'rebound.example.com' }, 'received a request for the host'],
  ['this machine with another port', { Host: '127.0.0.1:1' }, 'received a request for the host'],
  ['a page of another origin', { Origin: 'https://example.com' }, 'received the origin'],
  ['a page of another port', { 'Sec-Fetch-Site': 'same-site' }, 'received Sec-Fetch-Site'],
  ['a page of another site', { 'Sec-Fetch-Site': 'cross-site' }, 'received Sec-Fetch-Site'],
])('%s is turned away from everything, with the cookie too', async (_who, headers, reason) => {
  for (const path of ['/', '/api/about', '/assets/console.js']) {
    const { status, text } = await send(path, { headers: { Cookie: cookie, ...(headers as Record<string, string>) } });
    expect(status).toBe(403);
    expect(text).toContain(reason);
  }
});

test('a change comes from the own page: without Sec-Fetch-Site the cookie is not enough', async () => {
  for (const site of [{}, { 'Sec-Fetch-Site': 'none' }]) {
    const { status, text } = await act({ Cookie: cookie, 'Content-Type': 'application/json', ...site });
    expect(status).toBe(403);
    expect(JSON.parse(text).error).toMatch(
      /^Changes come from the console's own page; received Sec-Fetch-Site none\.$/,
    );
  }
  expect(shown.actions).toEqual([]);
});

test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
  'a change is JSON, not %s, which a form can send',
  async (type) => {
    expect((await act({ Cookie: cookie, ...OWN, 'Content-Type': type })).status).toBe(415);
    expect((await act({ Authorization: `Bearer ${TOKEN}`, 'Content-Type': type })).status).toBe(415);
    expect(shown.actions).toEqual([]);
  },
);

test('the own page, and a program with the token, change something', async () => {
  expect((await act({ Cookie: cookie, ...OWN })).status).toBe(200);
  expect((await act({ Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' })).status).toBe(200);
  expect(shown.actions).toEqual([{ do: 'clear-faults' }, { do: 'clear-faults' }]);
});

test('an action that there is not is refused', async () => {
  expect(await act({ Cookie: cookie, ...OWN }, '{"do":"explode"}')).toMatchObject({ status: 400 });
  expect(await act({ Cookie: cookie, ...OWN }, 'no json')).toMatchObject({ status: 400 });
  for (const action of ['cancel', 'replay']) {
    const { status, text } = await act({ Cookie: cookie, ...OWN }, `{"do":"${action}","ids":["a.b"]}`);
    expect({ status, text }).toEqual({ status: 400, text: expect.stringContaining('ids.0 must be 1 to 128 letters') });
  }
  expect(shown.actions).toEqual([]);
});

test.each([404, 409] as const)('what is refused is answered %i with its reason', async (status) => {
  shown.refusal = new RefusedActionError('It is not there.', status);
  const text = JSON.stringify({ error: 'It is not there.' });
  expect(await act({ Cookie: cookie, ...OWN })).toMatchObject({ status, text });
});

test('a file keeps the last part of its name alone', async () => {
  const headers = { Cookie: cookie, ...OWN, 'Content-Type': 'application/octet-stream' };
  await send('/api/files?name=..%2F..%2Fa.md', { method: 'POST', headers, body: 'text' });
  expect(shown.files).toEqual([['a.md', 'text']]);
  expect((await send('/api/files?name=', { method: 'POST', headers, body: 'text' })).status).toBe(400);
});

test('where nothing may be changed, nothing is', async () => {
  const readOnly = new ShownInMemory({ canChange: false });
  await using other = await disposable(
    startConsole({ shown: readOnly, launchToken: TOKEN, port: 0, clock: systemClock }),
  );
  const answer = await fetch(`http://${other.host}/api/actions`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' },
    body: '{"do":"clear-faults"}',
  });
  expect(await answer.json()).toEqual({ error: 'Nothing can be changed here: it was started without --write.' });
  expect(readOnly.actions).toEqual([]);
});

async function disposable(starting: Promise<RunningConsole>) {
  const started = await starting;
  return Object.assign(started, { [Symbol.asyncDispose]: () => started.close() });
}

test('the page loads nothing from elsewhere, and is in nobody’s frame', async () => {
  const { headers, text } = await send('/documents/some-id');
  expect(headers['content-security-policy']).toBe(
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'",
  );
  expect(headers['x-frame-options']).toBe('DENY');
  expect(headers['x-content-type-options']).toBe('nosniff');
  expect(text).not.toMatch(/https?:\/\//);
});

test('what a document is made of is served with a policy of its own', async () => {
  const { headers, text } = await send('/api/documents/known/markdown?look=rendered', { headers: { Cookie: cookie } });
  expect(text).toContain('<h1>Title</h1>');
  expect(headers['content-security-policy']).toMatch(/^default-src 'none';.*sandbox$/);
  expect(headers['x-frame-options']).toBe('SAMEORIGIN');
  expect(headers['x-content-type-options']).toBe('nosniff');
  expect(headers['cache-control']).toBe('no-store');
});

test('there is nothing at an address of nothing', async () => {
  expect((await send('/elsewhere/x')).status).toBe(404);
  expect((await send('/api/elsewhere', { headers: { Cookie: cookie } })).status).toBe(404);
  expect((await send('/api/documents/unknown/source', { headers: { Cookie: cookie } })).status).toBe(404);
});

test('all of the page is at most 60 kB, gzipped, and speaks to this server alone', async () => {
  const files = await bundlePage();
  const bytes = files.reduce((sum, file) => sum + gzipSync(file.bytes).length, 0);
  expect(files.map(({ path }) => path).sort()).toEqual(['/assets/console.css', '/assets/console.js']);
  expect(bytes).toBeLessThanOrEqual(60_000);
  for (const { bytes: code } of files) {
    const addresses =
      Buffer.from(code)
        .toString()
        .match(/https?:\/\/[^"'`) ]+/g) ?? [];
    expect(addresses.filter((address) => !address.startsWith('http://www.w3.org/'))).toEqual([]);
  }
});

test.each<[string, string, Record<string, string>, number]>([
  ['/api/session', `{"token":"${'a'.repeat(2000)}"}`, OWN, 413],
  ['/api/session', '{nope', OWN, 401],
  ['/api/session', '{}', { ...OWN, 'Content-Type': 'application/json-evil' }, 415],
  ['/api/actions', `{"do":"${'a'.repeat(1_000_001)}"}`, { ...OWN, Authorization: `Bearer ${TOKEN}` }, 413],
])("a mistake in a call of %s is the caller's: %#", async (path, body, headers, status) => {
  const answer = await send(path, { method: 'POST', headers, body });
  expect(answer.status).toBe(status);
  expect(JSON.parse(answer.text).error).toMatch(/\w/);
});
