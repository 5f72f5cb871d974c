import { VirtualClock } from '../../../time/virtual-clock.ts';
import { reporting } from './memory-deployment.ts';

test('results, failures and how far it is go to their streams, and the terminal is left clean', async () => {
  const clock = new VirtualClock();
  const { printed, report } = reporting(clock, true);
  await clock.advance(1000);
  report.done({ total: 3 });
  report.result('a1');
  report.failure('b2: No.');
  report.end();
  const count = '1 of 3 documents done, 1 a second';
  const clear = '\r\u001b[K';
  expect(printed).toEqual({ out: 'a1\n', err: `${count}${clear}${count}${clear}b2: No.\n${count}${clear}` });
});

test('counts failures, those whose reason is in the results as well', () => {
  const { printed, report } = reporting(new VirtualClock(), false);
  report.failure('a1: No.');
  report.failure();
  expect(report.failures).toBe(2);
  expect(printed.err).toBe('a1: No.\n');
});
