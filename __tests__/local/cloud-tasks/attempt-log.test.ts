import type { Attempt } from '../../../local/cloud-tasks/attempt.ts';
import { AttemptLog } from '../../../local/cloud-tasks/attempt-log.ts';

const attempt = (taskName: string, number: number): Attempt => ({
  taskName,
  number,
  forced: false,
  dispatchTime: 0,
  endTime: 0,
  request: { method: 'POST', url: 'http://t.example/', headers: {} },
  answer: { kind: 'timeout' },
  outcome: 'retrying',
});

test('gives the attempts of a task in order', () => {
  const log = new AttemptLog();
  for (const [task, number] of [
    ['a', 1],
    ['b', 1],
    ['a', 2],
  ] as const)
    log.add(attempt(task, number));
  expect(log.of('a').map(({ number }) => number)).toEqual([1, 2]);
  expect(log.of('unknown')).toEqual([]);
});

test('forgets the oldest attempts of the task that was tried longest ago', () => {
  const log = new AttemptLog(3);
  for (const [task, number] of [
    ['a', 1],
    ['b', 1],
    ['a', 2],
    ['a', 3],
  ] as const)
    log.add(attempt(task, number));
  expect(log.of('b')).toEqual([]);
  log.add(attempt('c', 1));
  expect(log.of('a').map(({ number }) => number)).toEqual([2, 3]);
});
