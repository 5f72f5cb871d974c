import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { call, type HttpCall, originOf } from '../../google/http-call.ts';

/** A call of a server that answers so. */
async function answerOf(listener: RequestListener, request: Omit<HttpCall, 'headers'> = {}) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const origin = originOf(new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
    const answer = await call(origin, '/', { headers: {}, ...request });
    return { status: answer.statusCode, body: await text(answer) };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const PIECE = 65_536;
const long = Buffer.alloc(300_000, 'Cloud Storage ');

test.each([
  ['a short text', 'Hello', 0],
  ['a long text', long.toString(), 5],
  ['long bytes', long, 5],
  ['bytes in parts', [Buffer.from('begin'), long.subarray(0, PIECE + 1), new Uint8Array(), Buffer.from('end')], 4],
])('%s arrives whole, with its length, and it is told how far it is', async (_, body, pieces) => {
  const chunks: Buffer[] = [];
  let length: string | undefined;
  const take: RequestListener = (incoming, response) => {
    length = incoming.headers['content-length'];
    incoming.on('data', (chunk) => chunks.push(chunk)).on('end', () => response.end('taken'));
  };
  let sent = 0;
  const onSent = () => void sent++;
  expect(await answerOf(take, { method: 'POST', body, onSent })).toEqual({ status: 200, body: 'taken' });
  const expected = Array.isArray(body) ? Buffer.concat(body) : Buffer.from(body as string);
  expect(Buffer.concat(chunks).equals(expected)).toBe(true);
  expect(length).toBe(String(expected.length));
  expect(sent).toBe(pieces);
});

test('a long body that is refused at its beginning is sent no further', async () => {
  const { promise: received, resolve } = Promise.withResolvers<number>();
  const denied: RequestListener = ({ socket }, response) => {
    socket.once('close', () => resolve(socket.bytesRead));
    response.writeHead(403).end('no');
  };
  const body = Buffer.alloc(30_000_000);
  expect(await answerOf(denied, { method: 'POST', body })).toEqual({ status: 403, body: 'no' });
  expect(await received).toBeLessThan(body.length);
});

test('what is unrepeatable goes over a connection that nobody has used', async () => {
  const used = new Set<unknown>();
  const server = createServer((incoming, response) => {
    if (used.has(incoming.socket)) return incoming.socket.destroy();
    used.add(incoming.socket);
    return response.end('once');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const origin = originOf(new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
    const answer = async (isUnrepeatable: boolean) => text(await call(origin, '/', { headers: {}, isUnrepeatable }));
    expect(await answer(false)).toBe('once');
    expect(await answer(true)).toBe('once');
    await expect(answer(false)).rejects.toThrow('socket hang up');
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test('a redirection is an answer like any other', async () => {
  const elsewhere: RequestListener = (_request, response) => response.writeHead(307, { Location: '/other' }).end();
  expect(await answerOf(elsewhere)).toEqual({ status: 307, body: '' });
});

test('a server that changes the protocol has not answered', async () => {
  const changing: RequestListener = ({ socket }) =>
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
  await expect(answerOf(changing)).rejects.toThrow('The connection was closed before an answer came.');
});

test('an address that is none is refused', () => {
  expect(() => originOf(new URL('localhost:4443'))).toThrow(
    "An HTTP server's address must begin with http:// or https://; received 'localhost:4443'.",
  );
});
