import { protos } from '@google-cloud/tasks';
import { Client, credentials, type ServiceError } from '@grpc/grpc-js';
import fc from 'fast-check';
import { type CloudTasks, startCloudTasks } from '../../../local/cloud-tasks/cloud-tasks.ts';
import type { ProtoMethodName } from '../../../local/cloud-tasks/messages.ts';
import { LOCATION, QUEUE } from './vocabulary.ts';

// gRPC messages as no proper client would send them.

const { v2 } = protos.google.cloud.tasks;
const url = 'https://t.example/';
let tasks: CloudTasks;
let client: Client;

beforeAll(async () => {
  const send = () => new Promise<never>(() => {});
  tasks = await startCloudTasks({ send, queues: [{ name: QUEUE, state: 'PAUSED' }] });
  client = new Client(`127.0.0.1:${tasks.port}`, credentials.createInsecure());
});

afterAll(async () => {
  client.close();
  await tasks.close();
});

/** Sends bytes as a method's request. @returns the error, or undefined when it succeeded */
function callWith(method: string, bytes: Uint8Array): Promise<ServiceError | undefined> {
  const path = `/google.cloud.tasks.v2.CloudTasks/${method}`;
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      path,
      (raw: Uint8Array) => Buffer.from(raw),
      (raw) => raw,
      bytes,
      (error) => resolve(error ?? undefined),
    );
  });
}

const createTask = (task: object) =>
  v2.CreateTaskRequest.encode(
    v2.CreateTaskRequest.create({ parent: QUEUE, task: { httpRequest: { url }, ...task } }),
  ).finish();
const createQueue = (retryConfig: object) =>
  v2.CreateQueueRequest.encode(
    v2.CreateQueueRequest.create({ parent: LOCATION, queue: { name: `${LOCATION}/queues/new`, retryConfig } }),
  ).finish();
const invalid = (path: string, type: string, value: string) =>
  `Invalid value at '${path}' (type.googleapis.com/${type}), ${value}`;

test.each<[what: string, method: ProtoMethodName, bytes: () => Uint8Array, message: string]>([
  ['an empty request', 'CreateTask', () => new Uint8Array(), 'Queue name must be formatted:'],
  [
    'an unknown HTTP method',
    'CreateTask',
    () => createTask({ httpRequest: { url, httpMethod: 99 } }),
    invalid('task.http_request.http_method', 'google.cloud.tasks.v2.HttpMethod', '99'),
  ],
  [
    'a time after the year 9999',
    'CreateTask',
    () => createTask({ scheduleTime: { seconds: 253_402_300_800 } }),
    invalid('task.schedule_time', 'google.protobuf.Timestamp', '{seconds: 253402300800, nanos: 0}'),
  ],
  [
    'a time with negative nanoseconds',
    'CreateTask',
    () => createTask({ scheduleTime: { seconds: 1, nanos: -1 } }),
    invalid('task.schedule_time', 'google.protobuf.Timestamp', '{seconds: 1, nanos: -1}'),
  ],
  [
    'a duration of two signs',
    'CreateTask',
    () => createTask({ dispatchDeadline: { seconds: 20, nanos: -1 } }),
    invalid('task.dispatch_deadline', 'google.protobuf.Duration', '{seconds: 20, nanos: -1}'),
  ],
  [
    'a backoff of 20,000 years',
    'CreateQueue',
    () => createQueue({ maxBackoff: { seconds: 631_152_000_000 } }),
    invalid('queue.retry_config.max_backoff', 'google.protobuf.Duration', '{seconds: 631152000000, nanos: 0}'),
  ],
  [
    'a negative backoff',
    'CreateQueue',
    () => createQueue({ minBackoff: { seconds: -1 } }),
    'RetryConfig.minBackoff cannot be negative.',
  ],
])('%s is INVALID_ARGUMENT', async (_what, method, bytes, message) => {
  expect(await callWith(method, bytes())).toMatchObject({ code: 3, details: expect.stringContaining(message) });
});

test('bytes that are no message are an error of the call, not of the process', async () => {
  expect(await callWith('CreateTask', Buffer.from('ffffffff', 'hex'))).toMatchObject({
    code: 13,
    details: expect.stringContaining('Error deserializing request'),
  });
});

test('a message above 10 MB is RESOURCE_EXHAUSTED', async () => {
  expect(await callWith('CreateTask', new Uint8Array(10_485_761))).toMatchObject({ code: 8 });
});

test('an unknown method is UNIMPLEMENTED', async () => {
  expect(await callWith('BrewCoffee', new Uint8Array())).toMatchObject({ code: 12 });
});

test('fields that the proto does not have are skipped, as protobuf wants it', async () => {
  const unknown = Buffer.from([((2047 << 3) & 0x7f) | 0x80, (2047 << 3) >> 7, 1]);
  expect(
    await callWith('GetQueue', Buffer.concat([v2.GetQueueRequest.encode({ name: QUEUE }).finish(), unknown])),
  ).toBeUndefined();
});

test('thousands of mutated requests: each a proper answer, never a crash', async () => {
  const good = createTask({ scheduleTime: { seconds: 4e9 }, dispatchDeadline: { seconds: 20 } });
  const mutation = fc.tuple(fc.nat(good.length - 1), fc.nat(255));
  const method = fc.constantFrom('CreateTask', 'CreateQueue', 'UpdateQueue', 'SetIamPolicy', 'ListTasks', 'GetTask');
  const mutated = fc
    .tuple(method, fc.array(mutation, { minLength: 1, maxLength: 6 }))
    .map(([name, mutations]): [string, Uint8Array] => {
      const bytes = Uint8Array.from(good);
      for (const [position, value] of mutations) bytes[position] = value;
      return [name, bytes];
    });
  await fc.assert(
    fc.asyncProperty(fc.array(mutated, { minLength: 30, maxLength: 30 }), async (requests) => {
      const errors = await Promise.all(requests.map(([name, bytes]) => callWith(name, bytes)));
      for (const error of errors.filter((each) => each !== undefined)) {
        expect([3, 5, 6, 7, 9, 10, 12, 13]).toContain(error.code);
        // INTERNAL is for bytes that are no message; any other would be a fault of the emulator.
        if (error.code === 13) expect(error.details).toContain('Error deserializing request');
      }
    }),
    { numRuns: 100 },
  );
  expect(await callWith('GetQueue', v2.GetQueueRequest.encode({ name: QUEUE }).finish())).toBeUndefined();
}, 60_000);
