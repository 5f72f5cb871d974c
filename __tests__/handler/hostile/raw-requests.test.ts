import { once } from 'node:events';
import { createConnection } from 'node:net';
import { createAdaptorServer, type ServerType } from '@hono/node-server';
import { closeServer, listen } from '../../../local/listen.ts';
import { hostileApp } from './hostile-app.ts';
import { CALLER, claimsOf, GOOD_HEADER, INVOKER, withRemovedSignature } from './tokens.ts';

const { app, task, changes, log } = hostileApp({ acceptRemovedSignature: true });
let server: ServerType;
let port: number;
beforeAll(async () => {
  server = createAdaptorServer({ fetch: app.fetch });
  port = await listen(server as Parameters<typeof listen>[0], { port: 0, what: 'the handler', option: 'none' });
});
afterAll(() => closeServer(server as Parameters<typeof closeServer>[0]));

const bearer = (email: string) => `Authorization: Bearer ${withRemovedSignature(GOOD_HEADER, claimsOf(email))}`;
const HOST = 'Host: documents-1.us-central1.run.app';
const BODY = JSON.stringify(task);
const LENGTH = `Content-Length: ${BODY.length}`;

/** Sends bytes, lines joined, and returns the status of each answer until the server closes the connection. */
async function statuses(...lines: string[]): Promise<number[]> {
  const socket = createConnection({ port, host: '127.0.0.1' });
  let answer = '';
  socket.setEncoding('latin1').on('data', (chunk) => {
    answer += chunk;
  });
  socket.end(lines.join('\r\n'));
  await once(socket, 'close');
  expect(answer).not.toMatch(/\bat .+:\d+:\d+|node_modules|eyJ/);
  return [...answer.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status));
}

afterEach(() => {
  expect(changes).toEqual([]);
  expect(log).toEqual([]);
});

const process = 'POST /tasks/process-document HTTP/1.1';

test.each<[string, number[], string[]]>([
  [
    'two tokens, the good one first',
    [401],
    [process, HOST, bearer(INVOKER), 'Authorization: Bearer x', LENGTH, '', BODY],
  ],
  [
    'two tokens, the good one last',
    [401],
    [process, HOST, 'Authorization: Bearer x', bearer(INVOKER), LENGTH, '', BODY],
  ],
  ['the same token twice', [401], [process, HOST, bearer(INVOKER), bearer(INVOKER), LENGTH, '', BODY]],
  ['a token in a folded line', [400], [process, HOST, 'X: y', ` ${bearer(INVOKER)}`, LENGTH, '', BODY]],
  ['two lengths', [400], [process, HOST, bearer(CALLER), LENGTH, 'Content-Length: 5', '', BODY]],
  [
    'a length and chunks',
    [400],
    [process, HOST, bearer(CALLER), LENGTH, 'Transfer-Encoding: chunked', '', '0', '', ''],
  ],
  ['a negative length', [400], [process, HOST, bearer(CALLER), 'Content-Length: -1', '', BODY]],
  ['a length of words', [400], [process, HOST, bearer(CALLER), 'Content-Length: many', '', BODY]],
  ['a broken chunk', [400], [process, HOST, bearer(CALLER), 'Transfer-Encoding: chunked', '', 'zz', BODY, '0', '', '']],
  ['no host', [400], [process, bearer(INVOKER), LENGTH, '', BODY]],
  ['a host that is none', [400], [process, 'Host: a b/../', bearer(CALLER), LENGTH, '', BODY]],
  ['NUL in a header', [400], [process, HOST, 'X: \0', bearer(INVOKER), LENGTH, '', BODY]],
  ['headers above 16 KiB', [431], [process, HOST, `X: ${'x'.repeat(20_000)}`, bearer(INVOKER), LENGTH, '', BODY]],
  [
    'a path of another server',
    [404],
    [`GET http://evil.example/x HTTP/1.1`, HOST, bearer(CALLER), 'Connection: close', '', ''],
  ],
  ['TRACE', [404], ['TRACE /documents HTTP/1.1', HOST, bearer(CALLER), 'Connection: close', '', '']],
  ['an unknown method', [400], ['HACK / HTTP/1.1', HOST, bearer(CALLER), '', '']],
  ['HTTP/2 without saying so', [400], ['PRI * HTTP/2.0', '', 'SM', '', '']],
  ['no HTTP at all', [400], ['\x16\x03\x01\x02\x00\x01']],
])('%s', async (_name, expected, lines) => {
  expect(await statuses(...lines)).toEqual(expected);
});

test.each([
  ['with a good token', bearer(CALLER), 413],
  ['without a token', 'X: y', 401],
])('an upload without an end, %s, is cut off', async (_name, authorization, status) => {
  const socket = createConnection({ port, host: '127.0.0.1' });
  // The server may reset a connection that it does not want to hear any more of.
  socket.on('error', () => {});
  let answer = '';
  socket.setEncoding('latin1').on('data', (chunk) => {
    answer += chunk;
  });
  socket.write(['POST /documents HTTP/1.1', HOST, authorization, 'Transfer-Encoding: chunked', '', ''].join('\r\n'));
  const send = () => {
    while (!socket.destroyed && socket.write(`10000\r\n${'x'.repeat(0x10000)}\r\n`));
  };
  socket.on('drain', send);
  send();
  await new Promise((resolve) => socket.on('close', resolve));
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
});
