import { counted, durationText, lastPart } from '../../../console/page/format.ts';

test.each([
  [-5, '0 ms'],
  [12.4, '12 ms'],
  [3210, '3.2 s'],
  [59_400, '59 s'],
  [59_600, '1 min'],
  [250_000, '4 min 10 s'],
  [7_500_000, '2 h 5 min'],
  [273_600_000, '3 d 4 h'],
])('%d ms are %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});

test('numbers are for people', () => {
  expect(counted(1, 'task')).toBe('1 task');
  expect(counted(1234, 'task')).toBe('1,234 tasks');
  expect(lastPart('projects/p/locations/l/queues/q')).toBe('q');
});
