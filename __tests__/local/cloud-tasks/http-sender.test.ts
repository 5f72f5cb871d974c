import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { HttpSender } from '../../../local/cloud-tasks/http-sender.ts';
import { closeServer, listen } from '../../../local/listen.ts';

type Handler = (request: IncomingMessage & { text: string }, response: ServerResponse, server: Server) => void;

let server: Server;
let origin: string;
let handler: Handler;
let sender: HttpSender;
const forever = new AbortController().signal;

beforeEach(async () => {
  server = createServer(async (request, response) => {
    handler(Object.assign(request, { text: await text(request) }), response, server);
  });
  origin = `http://127.0.0.1:${await listen(server, { port: 0, what: 'the target', option: '' })}`;
  sender = new HttpSender((url) => url, undefined);
});

afterEach(async () => {
  sender.close();
  await closeServer(server);
});

const post = (url: string) => ({ method: 'POST' as const, url, headers: {}, body: Buffer.from('{"a":1}') });

test('sends method, path, query, headers and body as they are', async () => {
  let seen: unknown;
  handler = (request, response) => {
    const { method, url, headers } = request;
    seen = {
      method,
      url,
      own: headers['x-own'],
      length: headers['content-length'],
      type: headers['content-type'],
      text: request.text,
    };
    response.end();
  };
  await sender.send({ ...post(`${origin}/work?b=2`), headers: { 'X-Own': 'kept' } }, forever);
  expect(seen).toEqual({
    method: 'POST',
    url: '/work?b=2',
    own: 'kept',
    length: '7',
    type: undefined,
    text: '{"a":1}',
  });
});

test('gives back status, headers and the beginning of the body', async () => {
  handler = (_request, response) => response.writeHead(503, { 'Retry-After': '7' }).end('x'.repeat(20_000));
  const answer = await sender.send(post(origin), forever);
  expect(answer).toMatchObject({ kind: 'response', status: 503, headers: { 'retry-after': '7' } });
  expect(answer.kind === 'response' && answer.body.length).toBe(16_384);
});

test('does not follow a redirect', async () => {
  const paths: (string | undefined)[] = [];
  handler = (request, response) => {
    paths.push(request.url);
    response.writeHead(302, { Location: `${origin}/elsewhere` }).end();
  };
  expect(await sender.send(post(`${origin}/work`), forever)).toMatchObject({ status: 302 });
  expect(paths).toEqual(['/work']);
});

test('goes where the name service says, with the Host of the URL', async () => {
  let host: string | undefined;
  handler = (request, response) => {
    host = request.headers.host;
    response.end();
  };
  const resolving = new HttpSender((url) => url.replace('https://service.run.app', origin), undefined);
  expect(await resolving.send(post('https://service.run.app/tasks'), forever)).toMatchObject({ status: 200 });
  expect(host).toBe('service.run.app');
  resolving.close();
});

test('signs with an ID token for the audience, by default for the whole URL with its query', async () => {
  const signed = new HttpSender((url) => url, {
    idToken: async ({ email, audience }) => `id:${email}:${audience}`,
    accessToken: (email) => `access:${email}`,
  });
  const seen: (string | undefined)[] = [];
  handler = (request, response) => {
    seen.push(request.headers.authorization);
    response.end();
  };
  const url = `${origin}/work?b=2`;
  const serviceAccountEmail = 'invoker@p.iam';
  await signed.send(
    { ...post(url), authorization: { kind: 'oidc', serviceAccountEmail, audience: 'https://aud' } },
    forever,
  );
  await signed.send({ ...post(url), authorization: { kind: 'oidc', serviceAccountEmail } }, forever);
  await signed.send({ ...post(url), authorization: { kind: 'oauth', serviceAccountEmail } }, forever);
  expect(seen).toEqual([
    'Bearer id:invoker@p.iam:https://aud',
    `Bearer id:invoker@p.iam:${url}`,
    'Bearer access:invoker@p.iam',
  ]);
  signed.close();
});

test('uses one connection for one after another', async () => {
  const sockets = new Set<Socket>();
  handler = (request, response) => {
    sockets.add(request.socket);
    response.end();
  };
  for (let count = 0; count < 5; count++) await sender.send(post(origin), forever);
  expect(sockets.size).toBe(1);
});

test('a target that dies in the middle of a kept connection fails the attempt, and is not sent to behind its back', async () => {
  handler = (_request, response) => response.end();
  await sender.send(post(origin), forever);
  let seen = 0;
  handler = (request) => {
    seen += 1;
    request.socket.resetAndDestroy();
  };
  await expect(sender.send(post(origin), forever)).rejects.toThrow(/ECONNRESET|socket hang up/);
  expect(seen).toBe(1);
});

test('a connection that the target closed while it was idle is not used again', async () => {
  handler = (_request, response) => response.end();
  await sender.send(post(origin), forever);
  const closed = new Promise<void>((resolve) => {
    handler = (request, response) => {
      request.socket.once('close', () => resolve());
      response.end();
    };
  });
  await sender.send(post(origin), forever);
  server.closeIdleConnections();
  await closed;
  // One turn of I/O for the sender's side to see it too.
  await new Promise((resolve) => setImmediate(resolve));
  expect(await sender.send(post(origin), forever)).toMatchObject({ status: 200 });
});

test('rejects when nobody listens, saying so', async () => {
  await closeServer(server);
  await expect(sender.send(post(origin), forever)).rejects.toThrow('ECONNREFUSED');
});

test('an abort ends the request on the spot, and the target sees its connection close', async () => {
  const deadline = new AbortController();
  const closed = new Promise<void>((resolve) => {
    handler = (request) => {
      request.socket.once('close', () => resolve());
      deadline.abort();
    };
  });
  await expect(sender.send(post(origin), deadline.signal)).rejects.toThrow('aborted');
  await closed;
});

test('an answer that breaks off in its body is none', async () => {
  handler = (request, response) => {
    response.writeHead(200, { 'Content-Length': '100' });
    response.write('half', () => request.socket.destroy());
  };
  await expect(sender.send(post(origin), forever)).rejects.toThrow('aborted');
});
