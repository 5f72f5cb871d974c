import { abortable, Deadline, DeadlineExceededError, firstOf } from '../../time/deadline.ts';
import { VirtualClock } from '../../time/virtual-clock.ts';

test('a deadline aborts its signal when the time is over', async () => {
  const clock = new VirtualClock();
  using limit = new Deadline(clock, 'The attempt', 2);
  await clock.advance(1999);
  expect(limit.signal.aborted).toBe(false);
  await clock.advance(1);
  expect(limit.signal.reason).toEqual(new DeadlineExceededError('The attempt', 2));
  expect(limit.signal.reason.message).toBe('The attempt took longer than its 2 s.');
});

test('a deadline ends before its time with the reason it is given', () => {
  using limit = new Deadline(new VirtualClock(), 'The attempt', 2);
  limit.end('enough');
  expect(limit.signal.reason).toBe('enough');
});

test('a step settles like its promise and leaves no timer', async () => {
  const clock = new VirtualClock();
  using limit = new Deadline(clock, 'The attempt', 9);
  expect(await limit.step('The conversion', 2, Promise.resolve(1))).toBe(1);
  await expect(limit.step('The conversion', 2, Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(clock.pendingTimers).toBe(1);
  expect(limit.signal.aborted).toBe(false);
});

test('a step that takes longer than it may ends all of the work, whatever it still does', async () => {
  const clock = new VirtualClock();
  using limit = new Deadline(clock, 'The attempt', 9);
  const step = limit.step('The conversion', 2, new Promise(() => {}));
  const ended = expect(step).rejects.toThrow('The conversion took longer than its 2 s.');
  await clock.advance(2000);
  await ended;
  expect(limit.signal.reason).toEqual(new DeadlineExceededError('The conversion', 2));
});

test('a deadline follows another signal, also one that is aborted already', () => {
  const clock = new VirtualClock();
  const controller = new AbortController();
  using limit = new Deadline(clock, 'The attempt', 2, controller.signal);
  controller.abort('enough');
  expect(limit.signal.reason).toBe('enough');
  using late = new Deadline(clock, 'The attempt', 2, controller.signal);
  expect(late.signal.reason).toBe('enough');
});

test('what was disposed of has no timer and follows nothing', () => {
  const clock = new VirtualClock();
  const controller = new AbortController();
  const limit = new Deadline(clock, 'The attempt', 2, controller.signal);
  const first = firstOf(controller.signal);
  limit[Symbol.dispose]();
  first[Symbol.dispose]();
  controller.abort('too late');
  expect(clock.pendingTimers).toBe(0);
  expect([limit.signal.aborted, first.signal.aborted]).toEqual([false, false]);
});

test('the first of several signals decides the reason', () => {
  const [a, b] = [new AbortController(), new AbortController()];
  using first = firstOf(a.signal, b.signal);
  b.abort('b');
  a.abort('a');
  expect(first.signal.reason).toBe('b');
});

test('an abortable promise settles like the promise, or rejects at once with the reason', async () => {
  const controller = new AbortController();
  expect(await abortable(Promise.resolve(1), controller.signal)).toBe(1);
  const never = abortable(new Promise(() => {}), controller.signal);
  controller.abort('enough');
  await expect(never).rejects.toBe('enough');
  await expect(abortable(Promise.resolve(1), controller.signal)).rejects.toBe('enough');
});
