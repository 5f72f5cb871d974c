import type { Answer } from '../../../local/cloud-tasks/attempt.ts';
import { QueueUnderTest } from './queue-under-test.ts';
import { HOUR, QUEUE, response, thrownBy } from './vocabulary.ts';

const DAY = 24 * 3600;

describe('schedule', () => {
  test('a task without a time leaves at once and is gone after success', async () => {
    const test = new QueueUnderTest();
    test.create('a');
    await test.advance(0);
    expect(test.sentAt).toEqual([0]);
    expect(test.queue.size).toBe(0);
  });

  test('a task leaves at its time, not before, and by time rather than by creation', async () => {
    const test = new QueueUnderTest();
    test.create('late', { after: 7200 });
    test.create('early', { after: 10 });
    await test.advance(7199);
    expect(test.sentIds).toEqual(['early']);
    await test.advance(1);
    expect(test.sentIds).toEqual(['early', 'late']);
    expect(test.sentAt).toEqual([10, 7200]);
  });

  test('waits on one timer for thousands of tasks, and sets it once', async () => {
    const test = new QueueUnderTest();
    const setTimeout = test.clock.setTimeout.bind(test.clock);
    let set = 0;
    test.clock.setTimeout = (fn, ms) => {
      set++;
      return setTimeout(fn, ms);
    };
    for (let id = 0; id < 5000; id++) test.create(`t${id}`, { after: 60 + (id % 100) });
    expect([test.clock.pendingTimers, set]).toEqual([1, 1]);
  });

  test('a timer that comes too early is set again', async () => {
    const test = new QueueUnderTest();
    const setTimeout = test.clock.setTimeout.bind(test.clock);
    let early = 10;
    test.clock.setTimeout = (fn, ms) => {
      const handle = setTimeout(fn, ms - early);
      early = 0;
      return handle;
    };
    test.create('a', { after: 60 });
    await test.advance(60);
    expect(test.sentAt).toEqual([60]);
  });

  test('sets no timer for a paused queue but that of expiry', async () => {
    const test = new QueueUnderTest({ state: 'PAUSED' });
    test.create('a');
    expect(test.clock.nextTimerAt).toBe(test.start + 31 * 24 * HOUR);
  });

  test('a queue that is paused, purged or loses its task waits for nothing any more', () => {
    const test = new QueueUnderTest();
    const task = test.create('a', { after: 60 });
    expect(test.clock.nextTimerAt).toBe(test.start + 60_000);
    test.queue.pause();
    expect(test.clock.nextTimerAt).toBe(test.start + 31 * 24 * HOUR);
    test.queue.delete(task.name);
    expect(test.clock.pendingTimers).toBe(0);
    test.create('b');
    test.queue.purge();
    expect(test.clock.pendingTimers).toBe(0);
  });

  test('a task is deleted after 31 days, dispatched or not', async () => {
    const test = new QueueUnderTest({ state: 'PAUSED' });
    test.create('a');
    await test.advance(31 * DAY - 1);
    expect(test.queue.size).toBe(1);
    await test.advance(1);
    expect(test.queue.size).toBe(0);
  });
});

describe('limits', () => {
  test('a burst leaves at once, the rest at the rate', async () => {
    const test = new QueueUnderTest({ rateLimits: { maxDispatchesPerSecond: 2 } });
    for (let id = 0; id < 14; id++) test.create(`t${id}`);
    await test.advance(60);
    expect(test.sentAt).toEqual([...Array(10).fill(0), 0.5, 1, 1.5, 2]);
  });

  test('no more than the concurrency is on its way', async () => {
    const test = new QueueUnderTest({ rateLimits: { maxConcurrentDispatches: 2 } });
    const answers: PromiseWithResolvers<Answer>[] = [];
    test.answer = () => {
      const answer = Promise.withResolvers<Answer>();
      answers.push(answer);
      return answer.promise;
    };
    for (const id of ['a', 'b', 'c', 'd']) test.create(id);
    await test.advance(30);
    expect(test.sentIds).toEqual(['a', 'b']);
    answers[1]?.resolve(response(200));
    await test.advance(0);
    expect(test.sentIds).toEqual(['a', 'b', 'c']);
  });

  test('a higher concurrency holds at once, and so does a higher rate', async () => {
    const limits = { maxConcurrentDispatches: 1, maxDispatchesPerSecond: 2 };
    const test = new QueueUnderTest({ rateLimits: limits });
    const configure = (change: Partial<typeof limits>) =>
      test.queue.configure({ ...test.queue.settings, rateLimits: { ...limits, ...change } });
    test.answer = () => new Promise(() => {});
    for (let id = 0; id < 14; id++) test.create(`t${id}`);
    configure({ maxConcurrentDispatches: 100 });
    expect(test.sentAt).toEqual(Array(10).fill(0));
    configure({ maxConcurrentDispatches: 100, maxDispatchesPerSecond: 100 });
    await test.advance(1);
    expect(test.sentAt.slice(10)).toEqual([0.01, 0.02, 0.03, 0.04]);
  });

  test('a 503 holds back the other tasks of the queue, by Retry-After where it is longer', async () => {
    const test = new QueueUnderTest();
    test.answer = (_request, index) => (index === 0 ? response(503, { 'retry-after': '30' }) : response(200));
    test.create('overloaded');
    await test.advance(1);
    test.create('other');
    await test.advance(120);
    expect(test.sentIds).toEqual(['overloaded', 'other', 'overloaded']);
    expect(test.sentAt).toEqual([0, 30, 30]);
  });

  test('a 500 holds nothing back', async () => {
    const test = new QueueUnderTest({ retryConfig: { minBackoffMs: 60_000 } });
    test.answerWith(500, 200);
    test.create('failing');
    await test.advance(0);
    test.create('other');
    await test.advance(1);
    expect(test.sentAt).toEqual([0, 0]);
  });
});

describe('idle', () => {
  test('is no queue whose task is due and waits for the rate', async () => {
    const test = new QueueUnderTest({ rateLimits: { maxDispatchesPerSecond: 2 } });
    for (let id = 0; id < 11; id++) test.create(`t${id}`);
    await test.advance(0);
    expect([test.sent.length, test.queue.isIdle]).toEqual([10, false]);
    await test.advance(1);
    expect([test.sent.length, test.queue.isIdle]).toEqual([11, true]);
  });

  test('is no queue with an attempt on its way', async () => {
    const test = new QueueUnderTest();
    const answer = Promise.withResolvers<Answer>();
    test.answer = () => answer.promise;
    test.create('a');
    expect(test.queue.isIdle).toBe(false);
    answer.resolve(response(200));
    await test.advance(0);
    expect(test.queue.isIdle).toBe(true);
  });

  test('is a queue whose tasks wait for their time, or that is paused', () => {
    const test = new QueueUnderTest();
    test.create('later', { after: 1 });
    expect(test.queue.isIdle).toBe(true);
    test.queue.pause();
    test.create('due');
    expect(test.queue.isIdle).toBe(true);
  });
});

describe('pause, resume, purge, delete', () => {
  test('a paused queue takes tasks and sends them when it resumes', async () => {
    const test = new QueueUnderTest();
    test.queue.pause();
    test.create('a');
    await test.advance(3600);
    expect(test.sentAt).toEqual([]);
    test.queue.resume();
    await test.advance(0);
    expect(test.sentAt).toEqual([3600]);
  });

  test('what is on its way when the queue is paused still ends', async () => {
    const test = new QueueUnderTest();
    const answer = Promise.withResolvers<Answer>();
    test.answer = () => answer.promise;
    test.create('a');
    test.queue.pause();
    answer.resolve(response(200));
    await test.advance(0);
    expect(test.queue.size).toBe(0);
  });

  test('a purge deletes what waits and what fails afterwards', async () => {
    const test = new QueueUnderTest();
    const answer = Promise.withResolvers<Answer>();
    test.answer = () => answer.promise;
    test.create('running');
    test.create('waiting', { after: 60 });
    test.queue.purge();
    answer.resolve(response(500));
    await test.advance(3600);
    expect(test.sentIds).toEqual(['running']);
    expect(test.attempts[0]?.outcome).toBe('gone');
    expect(test.queue.purgeTime).toBe(test.start);
  });

  test('a deleted task is never sent', async () => {
    const test = new QueueUnderTest();
    const task = test.create('a', { after: 60 });
    test.queue.delete(task.name);
    await test.advance(3600);
    expect(test.sentAt).toEqual([]);
    expect(test.clock.pendingTimers).toBe(0);
  });

  test('after close nothing is sent, and what was on its way is abandoned', async () => {
    const test = new QueueUnderTest();
    test.answer = () => new Promise(() => {});
    test.create('a');
    test.create('b', { after: 60 });
    await test.advance(0);
    test.queue.close();
    await test.advance(3600);
    expect(test.sent.map(({ request, signal }) => [request.headers['X-CloudTasks-TaskName'], signal.aborted])).toEqual([
      ['a', true],
    ]);
    expect(test.attempts).toEqual([]);
  });

  test('after close nothing waits, is due or is kept, and what comes is not sent', () => {
    const test = new QueueUnderTest({ rateLimits: { maxConcurrentDispatches: 1 } });
    test.answer = () => new Promise(() => {});
    for (const id of ['running', 'due']) test.create(id);
    test.create('later', { after: 60 });
    test.queue.close();
    expect([test.clock.pendingTimers, test.queue.isIdle, test.queue.size]).toEqual([0, true, 0]);
    test.create('too-late');
    expect(test.sentIds).toEqual(['running']);
  });

  test('a page of tasks has those that follow, in the order of creation', () => {
    const test = new QueueUnderTest({ state: 'PAUSED' });
    const [, b, c] = ['a', 'b', 'c', 'd'].map((id) => test.create(id));
    expect(test.queue.list(1, 2).map(({ name }) => name)).toEqual([b?.name, c?.name]);
  });
});

describe('RunTask', () => {
  test('sends at once, though the queue is paused and the task is for later', async () => {
    const test = new QueueUnderTest({ state: 'PAUSED' });
    const task = test.create('a', { after: 3600 });
    expect(test.queue.run(task.name).dispatchCount).toBe(1);
    await test.advance(0);
    expect([test.sentAt, test.queue.size]).toEqual([[0], 0]);
  });

  test('goes past the rate and the concurrency', async () => {
    const test = new QueueUnderTest({ rateLimits: { maxConcurrentDispatches: 1 } });
    test.answer = () => new Promise(() => {});
    test.create('running');
    const waiting = test.create('waiting');
    test.queue.run(waiting.name);
    expect(test.sentIds).toEqual(['running', 'waiting']);
  });

  test('sends a task that is running a second time; a success ends it', async () => {
    const test = new QueueUnderTest();
    const [first, second] = [Promise.withResolvers<Answer>(), Promise.withResolvers<Answer>()];
    test.answer = (_request, index) => (index === 0 ? first : second).promise;
    const task = test.create('a');
    test.queue.run(task.name);
    second.resolve(response(200));
    await test.advance(0);
    first.resolve(response(500));
    await test.advance(3600);
    expect(test.attempts.map(({ number, forced, outcome }) => [number, forced, outcome])).toEqual([
      [2, true, 'succeeded'],
      [1, false, 'gone'],
    ]);
    expect(test.sent).toHaveLength(2);
  });

  test('when both of two attempts fail, the task is retried once, after the last of them', async () => {
    const test = new QueueUnderTest({ retryConfig: { minBackoffMs: 10_000, maxDoublings: 0 } });
    const [first, second] = [Promise.withResolvers<Answer>(), Promise.withResolvers<Answer>()];
    test.answer = (_request, index) => [first.promise, second.promise][index] ?? response(200);
    const task = test.create('a');
    test.queue.run(task.name);
    first.resolve(response(500));
    await test.advance(60);
    expect(test.sentAt).toEqual([0, 0]);
    second.resolve(response(500));
    await test.advance(60);
    expect(test.attempts.map(({ number, outcome }) => [number, outcome])).toEqual([
      [1, 'running'],
      [2, 'retrying'],
      [3, 'succeeded'],
    ]);
  });

  test('counts the delay of a retry from the call, not from the failure', async () => {
    const test = new QueueUnderTest({ retryConfig: { minBackoffMs: 100_000 } });
    const answer = Promise.withResolvers<Answer>();
    test.answer = (_request, index) => (index === 0 ? answer.promise : response(200));
    test.queue.run(test.create('a', { after: 3600 }).name);
    await test.advance(40);
    answer.resolve(response(500));
    await test.advance(3600);
    expect(test.sentAt).toEqual([0, 100]);
  });
});

describe('names', () => {
  test('a name that exists is refused', () => {
    const test = new QueueUnderTest({ state: 'PAUSED' });
    test.create('a');
    expect(thrownBy(() => test.create('a'))).toMatchObject({
      code: 'ALREADY_EXISTS',
      message: 'Requested entity already exists',
    });
  });

  test.each(['success', 'delete', 'purge'] as const)('after a %s a name stays taken for an hour', async (end) => {
    const test = new QueueUnderTest(end === 'success' ? {} : { state: 'PAUSED' });
    const task = test.create('a');
    if (end === 'delete') test.queue.delete(task.name);
    if (end === 'purge') test.queue.purge();
    await test.advance(3599);
    expect(thrownBy(() => test.create('a'))).toMatchObject({
      code: 'ALREADY_EXISTS',
      message:
        'The task cannot be created because a task with this name existed too recently. For more information about task ' +
        'de-duplication see https://cloud.google.com/tasks/docs/reference/rest/v2/projects.locations.queues.tasks/create' +
        '#body.request_body.FIELDS.task.',
    });
    expect(thrownBy(() => test.queue.get(task.name))).toMatchObject({
      code: 'NOT_FOUND',
      message:
        'The task no longer exists, though a task with this name existed recently. ' +
        'The task either successfully completed or was deleted.',
    });
    await test.advance(1);
    expect(test.create('a').name).toBe(task.name);
    expect([...test.queue.contents().tombstones]).toEqual([]);
  });

  test('a name that never was is not found', () => {
    expect(thrownBy(() => new QueueUnderTest().queue.get(`${QUEUE}/tasks/none`))).toMatchObject({
      code: 'NOT_FOUND',
      message: 'Requested entity was not found.',
    });
  });
});

describe('what decides when the next task leaves', () => {
  test('an empty queue waits for nothing', () => {
    const { queue, clock } = new QueueUnderTest();
    expect(queue.pace).toEqual({ running: 0, heldUntil: 0, tokenAt: clock.now(), nextDue: undefined });
  });

  test('the time of the first task, the attempts on their way, the next token, and a hold', async () => {
    const test = new QueueUnderTest({ rateLimits: { maxDispatchesPerSecond: 1 } });
    test.create('later', { after: 60 });
    expect(test.queue.pace.nextDue).toBe(test.start + 60_000);

    test.answer = () => new Promise(() => {});
    for (let n = 0; n < 10; n++) test.create(`t${n}`);
    expect(test.queue.pace).toMatchObject({ running: 10, tokenAt: test.start + 1000 });

    const held = new QueueUnderTest();
    held.answerWith(503);
    held.create('a');
    await held.advance(0);
    expect(held.queue.pace.heldUntil).toBe(held.start + 1000);
  });
});
