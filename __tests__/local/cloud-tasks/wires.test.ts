import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { type CloudTasks, startCloudTasks } from '../../../local/cloud-tasks/cloud-tasks.ts';
import { QUEUE } from './vocabulary.ts';

// Both wires on one port, byte by byte.

let tasks: CloudTasks;
const sockets: Socket[] = [];

beforeEach(async () => {
  tasks = await startCloudTasks({ queues: [{ name: QUEUE, state: 'PAUSED' }] });
});

afterEach(async () => {
  await tasks.close();
  for (const socket of sockets.splice(0)) socket.destroy();
});

async function open(): Promise<Socket> {
  const socket = connect(tasks.port, '127.0.0.1');
  sockets.push(socket);
  // Without a listener a reset would fail the test.
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket.setNoDelay();
}

/** Waits for the end of a connection, by FIN or by RST. */
const closed = (socket: Socket) => new Promise((resolve) => socket.once('close', resolve).resume());

/** Waits until the bytes have left for the server. */
const write = (socket: Socket, bytes: string | Buffer) => new Promise((resolve) => socket.write(bytes, resolve));

async function statusLine(socket: Socket): Promise<string> {
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  return chunk.toString('latin1').split('\r\n')[0] ?? '';
}

test.each(['GET', 'POST', 'PUT', 'PATCH'])('%s that arrives byte by byte is HTTP/1', async (method) => {
  const socket = await open();
  for (const byte of `${method} /v2/${QUEUE} HTTP/1.1\r\nHost: localhost:${tasks.port}\r\nContent-Length: 2\r\n\r\n{}`)
    await write(socket, byte);
  expect(await statusLine(socket)).toMatch(/^HTTP\/1\.1 (200 OK|404 Not Found)$/);
});

test("HTTP/2's preface that arrives byte by byte gets HTTP/2's settings", async () => {
  const socket = await open();
  const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
  for (const byte of 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n') await write(socket, byte);
  await write(socket, settings);
  const [frame] = (await once(socket, 'data')) as [Buffer];
  expect(frame[3]).toBe(4);
});

test('bytes of no protocol are refused, and the next client is served', async () => {
  const socket = await open();
  await write(socket, '\x00\x01nonsense\r\n\r\n');
  expect(await statusLine(socket)).toBe('HTTP/1.1 400 Bad Request');
  expect((await fetch(`${tasks.url}/v2/${QUEUE}`)).status).toBe(200);
});

test('close ends connections that have said nothing, or half a word', async () => {
  const silent = await open();
  const stammering = await open();
  await write(stammering, 'P');
  const ends = [closed(silent), closed(stammering)];
  await tasks.close();
  await Promise.all(ends);
});

test('any bytes after either beginning end in an answer or a closed connection, never in a crash', async () => {
  const beginning = fc.constantFrom('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', `GET /v2/${QUEUE} HTTP/1.1\r\n`, 'P', '');
  await fc.assert(
    fc.asyncProperty(beginning, fc.uint8Array({ maxLength: 300 }), async (start, rest) => {
      const socket = await open();
      socket.end(Buffer.concat([Buffer.from(start), rest]));
      await closed(socket);
    }),
    { numRuns: 200 },
  );
  expect((await fetch(`${tasks.url}/v2/${QUEUE}`)).status).toBe(200);
});
