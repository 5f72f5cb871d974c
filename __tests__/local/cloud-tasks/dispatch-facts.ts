import type { Fact } from './conformance-fact.ts';
import type { EmulatorUnderTest } from './emulator-under-test.ts';
import { HOUR, response } from './vocabulary.ts';

const HEADERS_TABLE = [
  // The answers of the attempts before, and the headers of the attempt after them.
  { answer: response(503), retryCount: '0', executionCount: '0', previous: undefined },
  { answer: response(404), retryCount: '1', executionCount: '0', previous: '503' },
  { answer: response(429), retryCount: '2', executionCount: '1', previous: '404' },
  { answer: response(500), retryCount: '3', executionCount: '2', previous: '429' },
  { answer: response(200), retryCount: '4', executionCount: '2', previous: '500' },
];
const SLOW = { rateLimits: { maxDispatchesPerSecond: 1, maxConcurrentDispatches: 1000 } };
const BACKOFF = { minBackoff: { seconds: 10 }, maxBackoff: { seconds: 300 }, maxDoublings: 3 };

/** When attempts leave, what they carry, and what becomes of their tasks. */
export const DISPATCH_FACTS: readonly Fact[] = [
  {
    fact: 'the headers of attempts, row by row',
    source: 'recorded',
    async check(emulator) {
      emulator.answers = HEADERS_TABLE.map(({ answer }) => answer);
      await emulator.create('a');
      await emulator.advance(600);
      expect(emulator.sentHeader('TaskRetryCount')).toEqual(HEADERS_TABLE.map(({ retryCount }) => retryCount));
      expect(emulator.sentHeader('TaskExecutionCount')).toEqual(HEADERS_TABLE.map((row) => row.executionCount));
      expect(emulator.sentHeader('TaskPreviousResponse')).toEqual(HEADERS_TABLE.map(({ previous }) => previous));
      expect(emulator.sentHeader('TaskRetryReason')).toEqual([undefined, '', '', '', '']);
      expect(emulator.sentHeader('TaskName')).toEqual(Array(5).fill('a'));
      expect(emulator.sentHeader('QueueName')).toEqual(Array(5).fill(emulator.queue.split('/').at(-1)));
      expect(emulator.sent[0]?.request.headers).toMatchObject({
        'User-Agent': 'Google-Cloud-Tasks',
        'X-CloudTasks-TaskETA': expect.stringMatching(/^\d{10}\.\d{6}$/),
      });
      expect(Object.keys(emulator.sent[0]?.request.headers ?? {}).map((name) => name.toLowerCase())).not.toContain(
        'content-type',
      );
    },
  },
  {
    fact: 'no answer within the deadline counts as 504 and not as an execution',
    source: 'recorded',
    async check(emulator) {
      emulator.answers = [null, response(200)];
      await emulator.create('a', { dispatchDeadline: { seconds: 15 } });
      await emulator.advance(20);
      expect(emulator.sentHeader('TaskPreviousResponse')).toEqual([undefined, '504']);
      expect(emulator.sentHeader('TaskExecutionCount')).toEqual(['0', '0']);
      expect(emulator.sentAt[1]).toBeCloseTo(15.1);
    },
  },
  ...[201, 204, 299].map((status) => ({
    fact: `${status} is success`,
    source: 'reference: HttpRequest',
    async check(emulator: EmulatorUnderTest) {
      emulator.answers = [response(status)];
      await emulator.create('a');
      await emulator.advance(60);
      expect(emulator.sent).toHaveLength(1);
    },
  })),
  ...[302, 400, 404, 500].map((status) => ({
    fact: `${status} is a failure, and is retried`,
    source: 'recorded; reference: HttpRequest',
    async check(emulator: EmulatorUnderTest) {
      emulator.answers = [response(status), response(200)];
      await emulator.create('a');
      await emulator.advance(60);
      expect(emulator.sent).toHaveLength(2);
    },
  })),
  {
    fact: '10 s, 300 s and 3 doublings wait 10, 20, 40, 80, 160, 240, 300, 300 s',
    source: 'reference: RetryConfig.max_doublings',
    queue: { retryConfig: BACKOFF },
    async check(emulator) {
      emulator.answers = [response(500)];
      await emulator.create('a');
      await emulator.advance(1150);
      const waits = emulator.sentAt.slice(1).map((second, index) => second - (emulator.sentAt[index] ?? 0));
      expect(waits).toEqual([10, 20, 40, 80, 160, 240, 300, 300]);
    },
  },
  {
    fact: 'maxAttempts alone is exact; then the task is gone without a word',
    source: 'reference: RetryConfig.max_attempts',
    queue: { retryConfig: { ...BACKOFF, maxAttempts: 3 } },
    async check(emulator) {
      emulator.answers = [response(500)];
      const { name } = await emulator.create('a');
      await emulator.advance(HOUR / 1000 / 2);
      expect(emulator.sent).toHaveLength(3);
      await expect(emulator.call('GetTask', { name })).rejects.toThrow('The task no longer exists');
    },
  },
  {
    fact: 'retrying stops only when attempts and duration are both reached',
    source: 'reference: RetryConfig.max_retry_duration',
    queue: { retryConfig: { ...BACKOFF, maxAttempts: 2, maxRetryDuration: { seconds: 100 } } },
    async check(emulator) {
      emulator.answers = [response(500)];
      await emulator.create('a');
      await emulator.advance(HOUR / 1000 / 2);
      expect(emulator.sentAt).toEqual([0, 10, 30, 70, 150]);
    },
  },
  {
    fact: '503 with Retry-After holds the whole queue back',
    source: 'reference: HttpRequest, system throttling',
    async check(emulator) {
      emulator.answers = [response(503, { 'retry-after': '30' }), response(200)];
      await emulator.create('a');
      await emulator.advance(1);
      await emulator.create('b');
      await emulator.advance(60);
      // b has never failed: only the hold of its queue keeps it back.
      expect(emulator.sentHeader('TaskName')[0]).toBe('a');
      expect(emulator.sentAt[emulator.sentHeader('TaskName').indexOf('b')]).toBeGreaterThanOrEqual(30);
    },
  },
  {
    fact: 'a burst of 10 leaves at once at 1/s, then one each second',
    source: 'reference: RateLimits.max_burst_size; the burst was seen',
    queue: SLOW,
    async check(emulator) {
      for (let task = 0; task < 13; task++) await emulator.create(`t${task}`);
      await emulator.advance(10);
      expect(emulator.sentAt).toEqual([...Array(10).fill(0), 1, 2, 3]);
    },
  },
  {
    fact: 'no more at once than maxConcurrentDispatches',
    source: 'reference: RateLimits.max_concurrent_dispatches',
    queue: { rateLimits: { maxConcurrentDispatches: 2 } },
    async check(emulator) {
      emulator.answers = [null];
      for (const id of ['a', 'b', 'c']) await emulator.create(id);
      await emulator.advance(1);
      expect(emulator.sentHeader('TaskName')).toEqual(['a', 'b']);
    },
  },
  {
    fact: 'a task leaves at its schedule time, not before',
    source: 'v2 proto: Task.schedule_time',
    async check(emulator) {
      await emulator.create('a', { scheduleTime: emulator.inSeconds(90) });
      await emulator.advance(89);
      expect(emulator.sent).toHaveLength(0);
      await emulator.advance(1);
      expect(emulator.sentAt).toEqual([90]);
    },
  },
  {
    fact: 'a paused queue dispatches nothing until it is resumed',
    source: 'reference: PauseQueue, ResumeQueue',
    async check(emulator) {
      expect(await emulator.call('PauseQueue', { name: emulator.queue })).toMatchObject({ state: 'PAUSED' });
      await emulator.create('a');
      await emulator.advance(60);
      expect(emulator.sent).toHaveLength(0);
      expect(await emulator.call('ResumeQueue', { name: emulator.queue })).toMatchObject({ state: 'RUNNING' });
      await emulator.advance(0);
      expect(emulator.sentAt).toEqual([60]);
    },
  },
  {
    fact: 'RunTask dispatches from a paused queue before the schedule time, and answers with the attempt counted',
    source: 'reference: RunTask',
    async check(emulator) {
      await emulator.call('PauseQueue', { name: emulator.queue });
      const { name } = await emulator.create('a', { scheduleTime: emulator.inSeconds(600) });
      expect(await emulator.call('RunTask', { name })).toMatchObject({ dispatchCount: 1, responseCount: 0 });
      expect(emulator.sentAt).toEqual([0]);
    },
  },
  {
    fact: 'a failed attempt shows its status in the task',
    source: 'v2 proto: Attempt.response_status',
    queue: { retryConfig: BACKOFF },
    async check(emulator) {
      emulator.answers = [response(404)];
      const { name } = await emulator.create('a');
      await emulator.advance(1);
      expect(await emulator.call('GetTask', { name })).toMatchObject({
        dispatchCount: 1,
        responseCount: 1,
        firstAttempt: { dispatchTime: { nanos: 0 }, responseTime: null },
        lastAttempt: { responseStatus: { code: 5, message: 'NOT_FOUND(5): HTTP status code 404' } },
      });
    },
  },
  {
    fact: 'purging deletes every task',
    source: 'reference: PurgeQueue',
    async check(emulator) {
      await emulator.create('a', { scheduleTime: emulator.inSeconds(60) });
      const purged = await emulator.call('PurgeQueue', { name: emulator.queue });
      expect(Number(purged.purgeTime.seconds)).toBe(emulator.clock.now() / 1000);
      expect(await emulator.call('ListTasks', { parent: emulator.queue })).toEqual([]);
    },
  },
  {
    fact: 'a name can be used again an hour after its task ended',
    source: 'v2 proto: CreateTaskRequest.task',
    async check(emulator) {
      await emulator.create('a');
      await emulator.advance(HOUR / 1000 - 1);
      await expect(emulator.create('a')).rejects.toThrow('existed too recently');
      await emulator.advance(1);
      await expect(emulator.create('a')).resolves.toMatchObject({ name: `${emulator.queue}/tasks/a` });
    },
  },
  {
    fact: 'a task is deleted after 31 days',
    source: 'quotas page: task retention',
    async check(emulator) {
      await emulator.call('PauseQueue', { name: emulator.queue });
      const { name } = await emulator.create('a');
      await emulator.advance(31 * 24 * 3600);
      await expect(emulator.call('GetTask', { name })).rejects.toThrow('The task no longer exists');
    },
  },
];
