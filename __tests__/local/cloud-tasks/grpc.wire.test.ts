import { on, once } from 'node:events';
import { type ClientHttp2Session, connect, type IncomingHttpHeaders } from 'node:http2';
import { createConnection } from 'node:net';
import { deflateSync, gzipSync } from 'node:zlib';
import { protos } from '@google-cloud/tasks';
import { type CloudTasks, startCloudTasks } from '../../../local/cloud-tasks/cloud-tasks.ts';
import { QUEUE } from './vocabulary.ts';

// gRPC over HTTP/2, frame by frame: what clients may send, and none of the official ones does by itself.

const { GetQueueRequest, Queue } = protos.google.cloud.tasks.v2;
const PATH = '/google.cloud.tasks.v2.CloudTasks/GetQueue';
const REQUEST = Buffer.from(GetQueueRequest.encode({ name: QUEUE }).finish());
let tasks: CloudTasks;
let session: ClientHttp2Session;

beforeEach(async () => {
  tasks = await startCloudTasks({ queues: [{ name: QUEUE }] });
  session = connect(tasks.url);
});

afterEach(async () => {
  session.destroy();
  await tasks.close();
});

/** A message with its prefix. */
function frame(message: Buffer, compressed = 0): Buffer {
  const prefix = Buffer.alloc(5);
  prefix[0] = compressed;
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/** Sends the chunks of a request, each when the one before has left. */
async function call(chunks: Buffer[], headers: Record<string, string> = {}) {
  const stream = session.request({
    ':method': 'POST',
    ':path': PATH,
    'content-type': 'application/grpc',
    te: 'trailers',
    ...headers,
  });
  let answer: IncomingHttpHeaders = {};
  stream.on('response', (received) => Object.assign(answer, received));
  stream.on('trailers', (received) => {
    answer = { ...answer, ...received };
  });
  const received: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => received.push(chunk));
  for (const chunk of chunks) await new Promise((resolve) => stream.write(chunk, resolve));
  stream.end();
  await once(stream, 'close');
  return {
    http: answer[':status'],
    status: answer['grpc-status'],
    message: decodeURI(String(answer['grpc-message'] ?? '')),
    headers: answer,
    response: Buffer.concat(received),
  };
}

const queueIn = (response: Buffer) => Queue.decode(response.subarray(5)).name;

test('a message in one piece, and in many, is answered with a message and the status 0', async () => {
  const whole = frame(REQUEST);
  for (const chunks of [[whole], [...whole].map((byte) => Buffer.from([byte]))]) {
    const { http, status, headers, response } = await call(chunks);
    expect({ http, status, type: headers['content-type'] }).toEqual({
      http: 200,
      status: '0',
      type: 'application/grpc+proto',
    });
    expect(response.readUInt32BE(1)).toBe(response.length - 5);
    expect(queueIn(response)).toBe(QUEUE);
  }
});

test.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['identity', (bytes: Buffer) => bytes],
])('a message of %s is taken', async (encoding, compress) => {
  const { response } = await call([frame(compress(REQUEST), 1)], { 'grpc-encoding': encoding });
  expect(queueIn(response)).toBe(QUEUE);
});

test('another encoding is UNIMPLEMENTED, and the answer says which are taken', async () => {
  const { status, message, headers } = await call([frame(REQUEST, 1)], { 'grpc-encoding': 'snappy' });
  expect(status).toBe('12');
  expect(message).toBe("Received a message compressed with 'snappy': what is taken is identity,gzip,deflate.");
  expect(headers['grpc-accept-encoding']).toBe('identity,gzip,deflate');
});

test('a message that is not what it says it is compressed with is INTERNAL', async () => {
  const { status, message } = await call([frame(REQUEST, 1)], { 'grpc-encoding': 'gzip' });
  expect({ status, message }).toEqual({ status: '13', message: 'Failed to decompress a message of gzip.' });
});

test('a message that grows above 10 MB when it is decompressed is RESOURCE_EXHAUSTED', async () => {
  const bomb = gzipSync(Buffer.alloc(10_485_761));
  const { status, message } = await call([frame(bomb, 1)], { 'grpc-encoding': 'gzip' });
  expect({ status, message }).toEqual({
    status: '8',
    message: 'Received message larger than max (10485760 bytes)',
  });
});

test.each([
  ['no UTF-8', [0xff]],
  ['half a surrogate pair', [0xed, 0xa0, 0x80]],
  ['a line feed and a percent sign', [0x0a, 0x25]],
])('a message that quotes %s arrives, and the emulator goes on', async (_what, bytes) => {
  const parent = Buffer.from(QUEUE.slice(0, QUEUE.indexOf('/queues')));
  const request = Buffer.from([(1 << 3) | 2, parent.length, ...parent, (2 << 3) | 2, bytes.length, ...bytes]);
  const { status, message } = await call([frame(request)], { ':path': PATH.replace('GetQueue', 'ListQueues') });
  expect({ status, message }).toEqual({
    status: '12',
    message: expect.stringMatching(/^Filters are not supported: leave it out; received '[\s\S]+'\.$/),
  });
  expect((await call([frame(REQUEST)])).status).toBe('0');
});

test('a message that ends within a character arrives, and the emulator goes on', async () => {
  const { CreateQueueRequest } = protos.google.cloud.tasks.v2beta3;
  const queue = { name: `${QUEUE}-2`, httpTarget: { uriOverride: { host: `/${'a'.repeat(98)}😀` } } };
  const request = CreateQueueRequest.encode({ parent: QUEUE.slice(0, QUEUE.indexOf('/queues')), queue }).finish();
  const { status, message } = await call([frame(Buffer.from(request))], {
    ':path': '/google.cloud.tasks.v2beta3.CloudTasks/CreateQueue',
  });
  expect({ status, message }).toEqual({
    status: '3',
    message: `UriOverride.host must be a host name; received '/${'a'.repeat(98)}\ufffd'.`,
  });
  expect((await call([frame(REQUEST)])).status).toBe('0');
});

test('a message that quotes a megabyte arrives in part, and the emulator goes on', async () => {
  const { ListQueuesRequest } = protos.google.cloud.tasks.v2;
  const parent = QUEUE.slice(0, QUEUE.indexOf('/queues'));
  const request = Buffer.from(ListQueuesRequest.encode({ parent, filter: 'é'.repeat(500_000) }).finish());
  const { status, message } = await call([frame(request)], { ':path': PATH.replace('GetQueue', 'ListQueues') });
  expect({ status, message: message.slice(0, 40) }).toEqual({
    status: '12',
    message: 'Filters are not supported: leave it out;',
  });
  expect((await call([frame(REQUEST)])).status).toBe('0');
});

test('a message above 10 MB is refused before its end, and the connection goes on', async () => {
  const { status } = await call([frame(Buffer.alloc(10_485_761)).subarray(0, 10_485_766), Buffer.alloc(100_000)]);
  expect(status).toBe('8');
  expect(queueIn((await call([frame(REQUEST)])).response)).toBe(QUEUE);
});

test.each<[what: string, chunks: Buffer[], status: string, message: string]>([
  ['no message', [], '12', 'Received no request message.'],
  [
    'two messages',
    [frame(REQUEST), frame(REQUEST)],
    '12',
    'Received a second request message: every method here takes one.',
  ],
  ['half a message', [frame(REQUEST).subarray(0, 9)], '13', 'The request ended within its message, after 9 bytes.'],
  ['half a prefix', [Buffer.alloc(3)], '13', 'The request ended within its message, after 3 bytes.'],
])('%s is an error of the call', async (_what, chunks, status, message) => {
  expect(await call(chunks)).toMatchObject({ http: 200, status, message });
});

test('what is no gRPC is 415', async () => {
  expect(await call([frame(REQUEST)], { 'content-type': 'application/json' })).toMatchObject({ http: 415 });
});

test('a method that is not there is named', async () => {
  expect(await call([frame(REQUEST)], { ':path': '/a.B/C' })).toMatchObject({
    http: 200,
    status: '12',
    message: 'The server does not implement the method /a.B/C',
  });
});

test("a message's characters outside of ASCII and percent signs arrive encoded", async () => {
  const name = `${QUEUE}/tasks/ü 100%25`;
  const request = Buffer.from(
    protos.google.cloud.tasks.v2.CreateTaskRequest.encode({
      parent: QUEUE,
      task: { name, httpRequest: { url: 'https://t.example/' } },
    }).finish(),
  );
  const { headers, message } = await call([frame(request)], {
    ':path': '/google.cloud.tasks.v2.CloudTasks/CreateTask',
  });
  expect(headers['grpc-message']).toContain('%C3%BC%20100%2525');
  expect(message).toContain('Task ID "ü 100%25"');
});

test('a call that its client ends half-way is no error of the server', async () => {
  const stream = session.request({ ':method': 'POST', ':path': PATH, 'content-type': 'application/grpc' });
  await new Promise((resolve) => stream.write(frame(REQUEST).subarray(0, 9), resolve));
  stream.close(8);
  await once(stream, 'close');
  expect(queueIn((await call([frame(REQUEST)])).response)).toBe(QUEUE);
});

test.each([
  ['half', frame(REQUEST).subarray(0, 9)],
  ['a whole', frame(REQUEST)],
])('a call that is reset without an error after %s message is none of the server', async (_what, message) => {
  const socket = createConnection({ host: '127.0.0.1', port: tasks.port });
  const type = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6 };
  const send = (kind: number, flags: number, stream: number, payload: Buffer) => {
    const head = Buffer.alloc(9);
    head.writeUIntBE(payload.length, 0, 3);
    head[3] = kind;
    head[4] = flags;
    head.writeUInt32BE(stream, 5);
    socket.write(Buffer.concat([head, payload]));
  };
  /** Whatever was sent before was read when the server has answered this. */
  const roundTrip = async (mark: string) => {
    send(type.ping, 0, 0, Buffer.from(mark));
    for await (const chunk of on(socket, 'data')) if (String(chunk).includes(mark)) return;
  };
  /** Not indexed and not compressed (RFC 7541, 6.2.2). */
  const header = (name: string, value: string) => Buffer.from(`\0${text(name)}${text(value)}`, 'latin1');
  const text = (value: string) => String.fromCharCode(value.length) + value;
  socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  send(type.settings, 0, 0, Buffer.alloc(0));
  const named = { ':method': 'POST', ':scheme': 'http', ':path': PATH, ':authority': 'localhost' };
  const headers = Object.entries({ ...named, 'content-type': 'application/grpc' });
  send(type.headers, 4, 1, Buffer.concat(headers.map(([name, value]) => header(name, value))));
  send(type.data, 0, 1, message);
  await roundTrip('received');
  send(type.reset, 0, 1, Buffer.alloc(4));
  await roundTrip('is reset');
  socket.destroy();
  expect(queueIn((await call([frame(REQUEST)])).response)).toBe(QUEUE);
});

test('close says goodbye to whoever is connected', async () => {
  await call([frame(REQUEST)]);
  const goodbye = once(session, 'goaway');
  await tasks.close();
  expect(await goodbye).toEqual([0, expect.any(Number), undefined]);
});
