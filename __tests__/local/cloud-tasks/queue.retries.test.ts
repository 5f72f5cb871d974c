import fc from 'fast-check';
import type { Answer } from '../../../local/cloud-tasks/attempt.ts';
import { QueueUnderTest } from './queue-under-test.ts';
import { response } from './vocabulary.ts';

/** The stack's own: 10 s, 300 s, 3 doublings, 5 attempts. */
const RETRY = { minBackoffMs: 10_000, maxBackoffMs: 300_000, maxDoublings: 3, maxAttempts: 5 };

const headersOf = (test: QueueUnderTest, name: string) =>
  test.sent.map(({ request }) => request.headers[`X-CloudTasks-${name}`]);

test('a failing task is tried maxAttempts times at the exact delays, then deleted', async () => {
  const test = new QueueUnderTest({ retryConfig: RETRY });
  test.answerWith(500);
  test.create('a');
  await test.advance(100_000);
  expect(test.sentAt).toEqual([0, 10, 30, 70, 150]);
  expect(test.attempts.map(({ outcome }) => outcome)).toEqual([...Array(4).fill('retrying'), 'exhausted']);
  expect(test.queue.size).toBe(0);
});

test.each([300, 301, 302, 400, 404, 409, 500])('a %i is retried like any failure', async (status) => {
  const test = new QueueUnderTest({ retryConfig: RETRY });
  test.answerWith(status, 204);
  test.create('a');
  await test.advance(60);
  expect(test.sentAt).toEqual([0, 10]);
  expect(test.queue.size).toBe(0);
});

test.each([200, 204, 299])('a %i is a success', async (status) => {
  const test = new QueueUnderTest({ retryConfig: RETRY });
  test.answerWith(status);
  test.create('a');
  await test.advance(60);
  expect([test.sentAt, test.queue.size]).toEqual([[0], 0]);
});

test.each([
  [429, 30],
  [503, 30],
  [500, 10],
  [404, 10],
])('after a %i with Retry-After: 30 a task waits %i s', async (status, seconds) => {
  const test = new QueueUnderTest({ retryConfig: RETRY });
  test.answer = () => response(status, { 'retry-after': '30' });
  test.create('a');
  await test.advance(0);
  expect(test.attempts[0]?.nextAttemptTime).toBe(test.start + seconds * 1000);
});

test('with a retry duration, goes on beyond maxAttempts until both limits are reached', async () => {
  const test = new QueueUnderTest({ retryConfig: { ...RETRY, maxAttempts: 2, maxRetryDurationMs: 60_000 } });
  test.answerWith(500);
  test.create('a');
  await test.advance(100_000);
  expect(test.sentAt).toEqual([0, 10, 30, 70]);
});

describe('headers (recorded)', () => {
  test('503, 404, 429, 500: what each attempt tells of those before', async () => {
    const test = new QueueUnderTest({ retryConfig: RETRY });
    test.answerWith(503, 404, 429, 500, 200);
    test.create('a');
    await test.advance(3600);
    expect(headersOf(test, 'TaskRetryCount')).toEqual(['0', '1', '2', '3', '4']);
    expect(headersOf(test, 'TaskExecutionCount')).toEqual(['0', '0', '1', '2', '2']);
    expect(headersOf(test, 'TaskPreviousResponse')).toEqual([undefined, '503', '404', '429', '500']);
    expect(headersOf(test, 'TaskRetryReason')).toEqual([undefined, '', '', '', '']);
  });

  test('the whole set of a first attempt, with no Content-Type of its own', async () => {
    const test = new QueueUnderTest();
    test.create('a', { after: 0.25, httpRequest: { url: 'https://target.example/', headers: { 'x-own': 'kept' } } });
    await test.advance(1);
    expect(test.sent[0]?.request.headers).toEqual({
      'x-own': 'kept',
      'User-Agent': 'Google-Cloud-Tasks',
      'X-CloudTasks-QueueName': 'documents',
      'X-CloudTasks-TaskName': 'a',
      'X-CloudTasks-TaskRetryCount': '0',
      'X-CloudTasks-TaskExecutionCount': '0',
      'X-CloudTasks-TaskETA': `${test.start / 1000}.250000`,
    });
  });

  test('a timeout is told as 504 and is no execution', async () => {
    const test = new QueueUnderTest({ retryConfig: RETRY });
    test.answer = (_request, index) => (index === 0 ? new Promise<Answer>(() => {}) : { ...ok });
    test.create('a', { dispatchDeadline: 15_000 });
    await test.advance(60);
    expect(test.sentAt).toEqual([0, 25]);
    expect(headersOf(test, 'TaskPreviousResponse')).toEqual([undefined, '504']);
    expect(headersOf(test, 'TaskExecutionCount')).toEqual(['0', '0']);
    expect(test.sent[0]?.signal.aborted).toBe(true);
    expect(test.attempts[0]?.answer).toEqual({ kind: 'timeout' });
  });
});

const ok: Answer = { kind: 'response', status: 200, headers: {}, body: new Uint8Array() };

test('an answer after the deadline changes nothing', async () => {
  const test = new QueueUnderTest({ retryConfig: { ...RETRY, maxAttempts: 1 } });
  const late = Promise.withResolvers<Answer>();
  test.answer = () => late.promise;
  test.create('a', { dispatchDeadline: 15_000 });
  await test.advance(15);
  late.resolve(ok);
  await test.advance(60);
  expect(test.attempts.map(({ outcome, answer }) => [outcome, answer.kind])).toEqual([['exhausted', 'timeout']]);
});

test('a target out of reach is retried, and says why', async () => {
  const test = new QueueUnderTest({ retryConfig: RETRY });
  test.answer = (_request, index) => (index === 0 ? Promise.reject(new Error('connect ECONNREFUSED')) : ok);
  test.create('a');
  await test.advance(60);
  expect(test.sentAt).toEqual([0, 10]);
  expect(test.attempts[0]?.answer).toEqual({ kind: 'unreachable', reason: 'connect ECONNREFUSED' });
});

test('a task tells when it was first and last tried', async () => {
  const test = new QueueUnderTest({ retryConfig: RETRY });
  test.answerWith(404);
  const task = test.create('a');
  await test.advance(12);
  expect(test.queue.get(task.name)).toMatchObject({
    dispatchCount: 2,
    responseCount: 2,
    firstDispatchTime: test.start,
    scheduleTime: test.start + 30_000,
    lastAttempt: { scheduleTime: test.start + 10_000, dispatchTime: test.start + 10_000, status: 404 },
  });
});

test('whatever the target answers, no task is lost, none is sent after its success, and none too often', async () => {
  const status = fc.constantFrom(200, 204, 302, 404, 409, 429, 500, 503);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(status, { minLength: 6, maxLength: 6 }), { maxLength: 12 }), async (tasks) => {
      const test = new QueueUnderTest({
        retryConfig: RETRY,
        rateLimits: { maxConcurrentDispatches: 3, maxDispatchesPerSecond: 5 },
      });
      test.answer = ({ headers }) => {
        const [task, attempt] = [headers['X-CloudTasks-TaskName'], headers['X-CloudTasks-TaskRetryCount']].map(Number);
        return { ...ok, status: tasks[task as number]?.[attempt as number] as number };
      };
      tasks.forEach((_statuses, id) => {
        test.create(String(id));
      });
      await test.advance(24 * 3600);
      expect(test.queue.size).toBe(0);
      tasks.forEach((statuses, id) => {
        const success = statuses.findIndex((code) => code < 300);
        const expected = success >= 0 && success < 5 ? success + 1 : 5;
        expect(test.sentIds.filter((sent) => sent === String(id))).toHaveLength(expected);
      });
    }),
    { numRuns: 40 },
  );
});
