import { type QueueSituation, whyNothingRuns } from '../../../console/tasks/why.ts';

const NOW = 1_000_000;
const PACE = { running: 0, heldUntil: 0, tokenAt: NOW, nextDue: NOW - 1 };
const queue = ({ pace, ...rest }: Partial<Omit<QueueSituation, 'pace'>> & { pace?: Partial<QueueSituation['pace']> }) =>
  whyNothingRuns(
    { state: 'RUNNING', size: 3, maxConcurrent: 2, perSecond: 1, ...rest, pace: { ...PACE, ...pace } },
    NOW,
  );

test.each([
  [{ state: 'PAUSED' }, { text: 'Paused: 3 tasks wait until it is resumed.' }],
  [{ state: 'PAUSED', size: 1 }, { text: 'Paused: 1 task waits until it is resumed.' }],
  [{ state: 'DISABLED' }, { text: 'It is DISABLED: nothing is dispatched.' }],
  [{ size: 0 }, { text: 'Empty: no task waits.' }],
  [{ pace: { running: 2 } }, { text: 'Concurrency is full: 2 of 2 attempts are on their way.' }],
  [
    { pace: { heldUntil: NOW + 5 } },
    { text: 'Throttled, as a target answered 429 or 503: nothing leaves for', until: NOW + 5 },
  ],
  [{ pace: { running: 1, nextDue: undefined } }, { text: '1 attempt is on the way; no other task waits.' }],
  [{ pace: { nextDue: NOW + 9 } }, { text: 'No task is due yet: the next one in', until: NOW + 9 }],
  [{ pace: { tokenAt: NOW + 7 } }, { text: 'At its rate of 1 a second: the next one leaves in', until: NOW + 7 }],
  [{}, { text: 'Tasks leave as they come due.' }],
] as const)('%j', (situation, why) => {
  expect(queue(situation)).toEqual(why);
});

test('who is paused is told so first, whatever else holds', () => {
  expect(queue({ state: 'PAUSED', pace: { running: 2, heldUntil: NOW + 5 } }).text).toMatch(/^Paused/);
});
