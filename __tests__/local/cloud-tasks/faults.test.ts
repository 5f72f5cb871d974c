import type { AttemptRequest } from '../../../local/cloud-tasks/attempt.ts';
import { type CloudTasks, startCloudTasks } from '../../../local/cloud-tasks/cloud-tasks.ts';
import { VirtualClock } from '../../../time/virtual-clock.ts';
import { callMethod, officialClient, WIRES } from './clients.ts';
import { QUEUE, response, thrownBy } from './vocabulary.ts';

const NAME = `${QUEUE}/tasks/a`;
let clock: VirtualClock;
let tasks: CloudTasks;
let sent: { second: number; request: AttemptRequest }[];

beforeEach(async () => {
  clock = new VirtualClock();
  const start = clock.now();
  sent = [];
  tasks = await startCloudTasks({
    clock,
    queues: [{ name: QUEUE, retryConfig: { minBackoffMs: 10_000, maxAttempts: 3 } }],
    send: async (request) => {
      sent.push({ second: (clock.now() - start) / 1000, request });
      return response(200);
    },
  });
});

afterEach(() => tasks.close());

function create(name = NAME) {
  const task = { name, httpRequest: { url: 'https://t.example/' }, dispatchDeadline: 15_000 };
  return tasks.call('CreateTask', { parent: QUEUE, task });
}

const seconds = () => sent.map(({ second }) => second);
const outcomes = () => tasks.attempts(NAME).map(({ answer, outcome }) => [answer.kind, outcome]);

test('deliverTwice: the target sees the same attempt twice, the queue sees one', async () => {
  tasks.faults.onAttempt({ kind: 'deliverTwice' });
  create();
  await tasks.drain();
  expect(sent).toHaveLength(2);
  expect(sent[0]?.request).toEqual(sent[1]?.request);
  expect(outcomes()).toEqual([['response', 'succeeded']]);
});

test('dropAnswer: the target did the work, and is asked again', async () => {
  tasks.faults.onAttempt({ kind: 'dropAnswer' });
  create();
  await clock.advance(10_000);
  expect(seconds()).toEqual([0, 10]);
  expect(outcomes()).toEqual([
    ['unreachable', 'retrying'],
    ['response', 'succeeded'],
  ]);
});

test('delay: the request leaves late', async () => {
  tasks.faults.onAttempt({ kind: 'delay', ms: 5000 });
  create();
  await clock.advance(5000);
  expect(seconds()).toEqual([5]);
  expect(outcomes()).toEqual([['response', 'succeeded']]);
});

test('a delay beyond the dispatch deadline ends there, and nothing leaves', async () => {
  tasks.faults.onAttempt({ kind: 'delay', ms: 20_000 });
  create();
  await clock.advance(24_000);
  expect(seconds()).toEqual([]);
  expect(outcomes()).toEqual([['timeout', 'retrying']]);
});

test('timeOut: nothing is heard until the dispatch deadline', async () => {
  tasks.faults.onAttempt({ kind: 'timeOut' });
  create();
  await clock.advance(25_000);
  expect(seconds()).toEqual([25]);
  expect(outcomes()).toEqual([
    ['timeout', 'retrying'],
    ['response', 'succeeded'],
  ]);
});

test('answer: a 429 with Retry-After is obeyed without the target being asked', async () => {
  tasks.faults.onAttempt({ kind: 'answer', status: 429, retryAfter: '60' });
  create();
  await clock.advance(60_000);
  expect(seconds()).toEqual([60]);
});

test('a fault happens so many times, to the task that it is for', async () => {
  tasks.faults.onAttempt({ kind: 'answer', status: 500 }, { times: 3, task: NAME });
  create(`${QUEUE}/tasks/b`);
  create();
  await clock.advance(60_000);
  expect(sent.map(({ request }) => request.headers['X-CloudTasks-TaskName'])).toEqual(['b']);
  expect(tasks.attempts(NAME).map(({ outcome }) => outcome)).toEqual(['retrying', 'retrying', 'exhausted']);
});

test('clear forgets what has not happened', async () => {
  tasks.faults.onAttempt({ kind: 'timeOut' });
  tasks.faults.unavailable(5);
  tasks.faults.clear();
  create();
  await tasks.drain();
  expect(seconds()).toEqual([0]);
});

test.each(WIRES)('unavailable: so many creates fail over %s with code 14, other calls do not', async (wire) => {
  const client = officialClient(wire, tasks.port);
  try {
    tasks.faults.unavailable(2);
    const task = { httpRequest: { url: 'https://t.example/' } };
    for (let call = 0; call < 2; call++) {
      await expect(callMethod(client, 'CreateTask', { parent: QUEUE, task })).rejects.toMatchObject({
        code: 14,
        message: expect.stringContaining('The service is currently unavailable.'),
      });
      await expect(callMethod(client, 'GetQueue', { name: QUEUE })).resolves.toMatchObject({ name: QUEUE });
    }
    await expect(callMethod(client, 'CreateTask', { parent: QUEUE, task })).resolves.toMatchObject({ view: 'BASIC' });
  } finally {
    await client.close();
  }
});

test('says which are still to come, and tells of each at the attempt that it happens to', async () => {
  const happened: string[] = [];
  tasks.faults.onHappened(({ kind }, { headers }) =>
    happened.push(`${kind} ${headers['X-CloudTasks-TaskRetryCount']}`),
  );
  tasks.faults.onAttempt({ kind: 'dropAnswer' });
  tasks.faults.onAttempt({ kind: 'deliverTwice' }, { times: 2 });
  create();
  await tasks.drain();
  expect(happened).toEqual(['dropAnswer 0', 'deliverTwice 1']);
  expect(tasks.faults.planned).toMatchObject([{ fault: { kind: 'deliverTwice' }, left: 1 }]);
});

test.each([
  [
    () => tasks.faults.onAttempt({ kind: 'timeOut' }, { times: 0 }),
    'times must be a whole number of 1 or more; received 0.',
  ],
  [() => tasks.faults.unavailable(-1), 'creates must be a whole number of 0 or more; received -1.'],
  [() => tasks.faults.onAttempt({ kind: 'delay', ms: -1 }), 'A delay takes 0 ms or more; received -1.'],
])('what makes no sense is refused: %#', (call, message) => {
  expect(thrownBy(call)).toEqual(new RangeError(message));
});
