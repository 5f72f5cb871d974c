import { once } from 'node:events';
import { type IncomingMessage, request as send } from 'node:http';
import fc from 'fast-check';
import { AccessControl } from '../../../local/access-control.ts';
import { Buckets } from '../../../local/cloud-storage/buckets.ts';
import { storageApi } from '../../../local/cloud-storage/json-api.ts';
import { IamPolicy } from '../../../local/iam-roles.ts';
import { serve } from '../../../local/listen.ts';
import { VirtualClock } from '../../../time/virtual-clock.ts';

const policy = new IamPolicy();
for (const [role, account] of [
  ['objectUser', 'writer'],
  ['objectViewer', 'reader'],
  ['objectCreator', 'creator'],
]) {
  policy.grant({ resource: 'buckets/b', role: `roles/storage.${role}`, member: `user:${account}@example.com` });
}
// The limit of changes is held by conformance.test.ts.
const store = new Buckets(new VirtualClock(), { mutationLimit: false });
store.createBucket('b');
const access = new AccessControl(
  { whoIs: (token) => (token === 'stolen' ? undefined : `${token}@example.com`) },
  policy,
);
const api = storageApi({ store, access });

/** Calls as an account; `undefined` sends no credentials. */
async function call(account: string | undefined, method: string, path: string, body?: string, headers = {}) {
  const response = await api.request(path, {
    method,
    headers: { ...headers, ...(account !== undefined && { Authorization: `Bearer ${account}` }) },
    ...(body !== undefined && { body }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) };
}

const upload = (name: string, body: string, query = '') =>
  call('writer', 'POST', `/upload/storage/v1/b/b/o?uploadType=media&name=${encodeURIComponent(name)}${query}`, body, {
    'Content-Type': 'text/plain',
  });

test('an upload answers with the object, its numbers as strings', async () => {
  const { status, json } = await upload('up/one.txt', '123456789');
  expect(status).toBe(200);
  expect(json()).toEqual({
    kind: 'storage#object',
    id: expect.stringMatching(/^b\/up\/one.txt\/\d+$/),
    bucket: 'b',
    name: 'up/one.txt',
    generation: expect.stringMatching(/^\d{16}$/),
    metageneration: '1',
    contentType: 'text/plain',
    size: '9',
    storageClass: 'STANDARD',
    timeCreated: '2030-01-01T00:00:00.000Z',
    updated: '2030-01-01T00:00:00.000Z',
    etag: expect.any(String),
    crc32c: '4waSgw==',
    md5Hash: 'JfnnlDI7RTiF9RgfG2JNCw==',
  });
});

test('a multipart upload carries name, type and metadata', async () => {
  const body =
    '--x\r\n\r\n{"name":"multi","metadata":{"k":"v"}}\r\n--x\r\nContent-Type: text/css\r\n\r\nhello\r\n--x--';
  const { json } = await call('writer', 'POST', '/upload/storage/v1/b/b/o?uploadType=multipart', body, {
    'Content-Type': 'multipart/related; boundary=x',
  });
  expect(json()).toMatchObject({ name: 'multi', contentType: 'text/css', metadata: { k: 'v' }, size: '5' });
  expect(store.get('b', 'multi').content.toString()).toBe('hello');
});

test('a download has the content, and its generation and checksums as headers', async () => {
  const { generation } = (await upload('down', '123456789')).json();
  for (const path of ['/storage/v1/b/b/o/down?alt=media', '/download/storage/v1/b/b/o/down?alt=media']) {
    const { text, headers } = await call('reader', 'GET', path);
    expect(text).toBe('123456789');
    expect(headers.get('x-goog-generation')).toBe(generation);
    expect(headers.get('x-goog-hash')).toBe('crc32c=4waSgw==,md5=JfnnlDI7RTiF9RgfG2JNCw==');
    expect(headers.get('x-goog-stored-content-encoding')).toBe('identity');
    expect(headers.get('content-type')).toBe('text/plain');
    expect(headers.get('content-length')).toBe('9');
  }
});

test('metadata is what the upload answered', async () => {
  const uploaded = (await upload('meta', 'x')).json();
  expect((await call('reader', 'GET', '/storage/v1/b/b/o/meta')).json()).toEqual(uploaded);
});

test('only the first of two creations wins; the other is told so with 412', async () => {
  expect((await upload('once', 'first', '&ifGenerationMatch=0')).status).toBe(200);
  const second = await upload('once', 'second', '&ifGenerationMatch=0');
  expect(second.status).toBe(412);
  expect(second.json()).toEqual({
    error: {
      code: 412,
      message: 'At least one of the pre-conditions you specified did not hold.',
      errors: [
        {
          message: 'At least one of the pre-conditions you specified did not hold.',
          domain: 'global',
          reason: 'conditionNotMet',
          locationType: 'header',
          location: 'If-Match',
        },
      ],
    },
  });
  expect(store.get('b', 'once').content.toString()).toBe('first');
});

test('a version that the reader has is 304', async () => {
  const { generation } = (await upload('same', 'x')).json();
  const { status, text } = await call(
    'reader',
    'GET',
    `/storage/v1/b/b/o/same?alt=media&ifGenerationNotMatch=${generation}`,
  );
  expect([status, text]).toEqual([304, '']);
});

test('a generation can be asked for, and is gone once it was replaced', async () => {
  const { generation } = (await upload('versions', 'one')).json();
  const path = `/storage/v1/b/b/o/versions?alt=media&generation=${generation}`;
  expect((await call('reader', 'GET', path)).text).toBe('one');
  await upload('versions', 'two');
  expect((await call('reader', 'GET', path)).status).toBe(404);
});

test('a missing object is 404: JSON for its metadata, plain text for a download', async () => {
  const metadata = await call('reader', 'GET', '/storage/v1/b/b/o/none');
  expect(metadata.json().error).toMatchObject({
    code: 404,
    message: 'No such object: b/none',
    errors: [{ reason: 'notFound' }],
  });
  const download = await call('reader', 'GET', '/storage/v1/b/b/o/none?alt=media');
  expect([download.status, download.text]).toEqual([404, 'No such object: b/none']);
});

test('a deletion with the wrong generation is 412, with the right one 204, and then 404', async () => {
  const { generation } = (await upload('gone', 'x')).json();
  expect((await call('writer', 'DELETE', '/storage/v1/b/b/o/gone?ifGenerationMatch=1')).status).toBe(412);
  expect((await call('writer', 'DELETE', `/storage/v1/b/b/o/gone?ifGenerationMatch=${generation}`)).status).toBe(204);
  expect((await call('writer', 'DELETE', '/storage/v1/b/b/o/gone')).status).toBe(404);
});

test('a listing goes on where the page before ended', async () => {
  for (const name of ['list/a/1', 'list/b', 'list/c']) await upload(name, 'x');
  const list = async (query: string) =>
    (await call('reader', 'GET', `/storage/v1/b/b/o?prefix=list/&delimiter=/&maxResults=2${query}`)).json();
  const first = await list('');
  expect(first).toMatchObject({ kind: 'storage#objects', prefixes: ['list/a/'], items: [{ name: 'list/b' }] });
  const second = await list(`&pageToken=${encodeURIComponent(first.nextPageToken)}`);
  expect(second).toEqual({ kind: 'storage#objects', items: [expect.objectContaining({ name: 'list/c' })] });
});

test('an empty listing has no items at all, as with Google', async () => {
  expect((await call('reader', 'GET', '/storage/v1/b/b/o?prefix=nothing')).json()).toEqual({ kind: 'storage#objects' });
});

test('an owner sees the bucket itself', async () => {
  expect((await call('owner', 'GET', '/storage/v1/b/b')).json()).toMatchObject({ kind: 'storage#bucket', name: 'b' });
  expect((await call('owner', 'GET', '/storage/v1/b/none')).status).toBe(404);
});

test.each([
  ['/storage/v1/b/b/o?maxResults=0', "Invalid value '0' for maxResults: a whole number from 1."],
  ['/storage/v1/b/b/o?maxResults=many', "Invalid value 'many' for maxResults: a whole number from 1."],
  ['/storage/v1/b/b/o/x?generation=-1', "Invalid value '-1' for generation: a whole number from 0."],
])('%s is 400', async (path, message) => {
  await upload('x', 'x');
  const { status, json } = await call('reader', 'GET', path);
  expect([status, json().error.message]).toEqual([400, message]);
});

test('an upload of a kind that is not there is 400 and says which are', async () => {
  const { status, json } = await call('writer', 'POST', '/upload/storage/v1/b/b/o?uploadType=resumable&name=r', '');
  expect(status).toBe(400);
  expect(json().error.message).toBe(
    "Invalid value 'resumable' for uploadType: the local Google takes media and multipart.",
  );
});

describe('access', () => {
  const cases: [account: string | undefined, method: string, path: string, status: number, message: RegExp][] = [
    [undefined, 'GET', '/o/x', 401, /^Anonymous caller does not have storage.objects.get access/],
    ['stolen', 'GET', '/o/x', 401, /^Invalid Credentials$/],
    [
      'stranger',
      'GET',
      '/o/x',
      403,
      /^stranger@example.com does not have storage.objects.get access to the Google Cloud Storage object\. Permission 'storage.objects.get' denied on resource \(or it may not exist\)\.$/,
    ],
    ['stranger', 'GET', '/o', 403, /storage.objects.list access to the Google Cloud Storage bucket/],
    ['reader', 'DELETE', '/o/x', 403, /storage.objects.delete/],
    ['reader', 'GET', '', 403, /storage.buckets.get/],
    ['creator', 'GET', '/o/x', 403, /storage.objects.get/],
  ];
  test.each(cases)('%s may not %s %s: %d', async (account, method, path, status, message) => {
    await upload('x', 'x');
    const answer = await call(account, method, `/storage/v1/b/b${path}`);
    expect(answer.status).toBe(status);
    expect(answer.json().error.message).toMatch(message);
  });

  test('who may only create may not replace', async () => {
    const create = () => call('creator', 'POST', '/upload/storage/v1/b/b/o?uploadType=media&name=mine', 'x');
    expect((await create()).status).toBe(200);
    expect((await create()).json().error.message).toMatch(/^creator@example.com does not have storage.objects.delete/);
  });

  test('a refused upload leaves nothing', async () => {
    expect((await call('reader', 'POST', '/upload/storage/v1/b/b/o?uploadType=media&name=no', 'x')).status).toBe(403);
    expect(store.hasObject('b', 'no')).toBe(false);
  });
});

test('any name comes through a real connection', async () => {
  await using started = new AsyncDisposableStack();
  const server = await serve(api, { port: 0, what: 'Cloud Storage', option: '-' });
  started.defer(() => server.close());
  const headers = { Authorization: 'Bearer writer' };
  const base = `http://${server.host}`;
  // Clients send '.' and '..' segments as they are, and URLs lose them: Google advises against such names.
  const name = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
    .filter((text) => !/[\r\n]/.test(text) && text !== '.' && text !== '..' && text.isWellFormed());
  await fc.assert(
    fc.asyncProperty(name, fc.uint8Array(), async (object, content) => {
      const query = new URLSearchParams({ uploadType: 'media', name: object });
      const post = await fetch(`${base}/upload/storage/v1/b/b/o?${query}`, { method: 'POST', headers, body: content });
      expect(((await post.json()) as { name: string }).name).toBe(object);
      const get = await fetch(`${base}/storage/v1/b/b/o/${encodeURIComponent(object)}?alt=media`, { headers });
      expect(new Uint8Array(await get.arrayBuffer())).toEqual(content);
    }),
    {
      examples: [
        ['%', new Uint8Array()],
        ['a%2Fb', new Uint8Array()],
        ['a/b', new Uint8Array()],
        ['%25', new Uint8Array()],
        ['a\u2028b', new Uint8Array()],
      ],
    },
  );
});

test('an upload that never ends is answered in its time, and the next is served', async () => {
  const clock = new VirtualClock();
  const server = await serve(api, { port: 0, what: 'Cloud Storage', option: '-' }, clock);
  const url = `http://${server.host}/upload/storage/v1/b/b/o?uploadType=media&name=half`;
  const headers = { Authorization: 'Bearer writer', 'Content-Length': '10' };
  const request = send(url, { method: 'POST', headers, agent: false });
  request.write('half');
  while (clock.pendingTimers === 0) await new Promise((resolve) => setImmediate(resolve));
  const answer = once(request, 'response') as Promise<[IncomingMessage]>;
  await clock.advance(30_000);
  expect((await answer)[0].statusCode).toBe(408);
  const whole = await fetch(url, { method: 'POST', headers: { Authorization: 'Bearer writer' }, body: 'whole' });
  expect(whole.status).toBe(200);
  expect(store.get('b', 'half').content.toString()).toBe('whole');
  await server.close();
});

test("Node's client, which leaves /storage/v1 out of what it asks an emulator, gets the same answers", async () => {
  await upload('node/b/one.txt', 'hello');
  const object = 'b/o/node%2Fb%2Fone.txt';
  for (const [path, account] of [
    [object, 'reader'],
    [`${object}?alt=media`, 'reader'],
    ['b/o?prefix=node/b/', 'reader'],
    [object, undefined],
  ] as const) {
    const answer = await call(account, 'GET', `/b/${path}`);
    const expected = await call(account, 'GET', `/storage/v1/b/${path}`);
    expect([answer.status, answer.text]).toEqual([expected.status, expected.text]);
    expect(answer.status).toBe(account === undefined ? 401 : 200);
  }
  expect((await call('writer', 'DELETE', `/b/${object}`)).status).toBe(204);
});
