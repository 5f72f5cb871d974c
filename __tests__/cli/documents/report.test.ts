import { printable } from '../../../cli/printable.ts';
import { VirtualClock } from '../../../time/virtual-clock.ts';
import { reporting } from './helpers.ts';

function start(isTTY: boolean) {
  const clock = new VirtualClock();
  return { clock, ...reporting(clock, isTTY) };
}

test.each([true, false])('what is quick is quiet (terminal: %s)', async (isTTY) => {
  const { clock, printed, report } = start(isTTY);
  await clock.advance(999);
  for (let number = 0; number < 5000; number++) report.progress(10_000);
  expect(printed).toEqual({ out: '', err: '' });
});

test('a log gets a line every ten seconds', async () => {
  const { clock, printed, report } = start(false);
  for (let number = 0; number < 30; number++) {
    await clock.advance(1000);
    report.progress(1234);
  }
  expect(printed.err).toBe('1 of 1,234 documents done\n11 of 1,234 documents done\n21 of 1,234 documents done\n');
});

test('a terminal gets one line, which gives way to results and is gone at the end', async () => {
  const { clock, printed, report } = start(true);
  await clock.advance(1000);
  report.progress();
  report.result('a1');
  report.progress();
  await clock.advance(100);
  report.progress();
  report.note('3 replayed, 0 not.');
  expect(printed).toEqual({
    out: 'a1\n',
    err: '1 documents done\r\u001b[K3 documents done\r\u001b[K3 replayed, 0 not.\n',
  });
});

test('the last document needs no word: the end says it', async () => {
  const { clock, printed, report } = start(true);
  await clock.advance(5000);
  report.progress(1);
  expect(printed.err).toBe('');
});

test('counts what is done and what failed', () => {
  const { printed, report } = start(false);
  report.progress();
  report.failure('a1: No.');
  report.progress();
  expect(report.counts).toEqual({ done: 2, failures: 1 });
  expect(printed.err).toBe('a1: No.\n');
});

test('text of others cannot steer the terminal', () => {
  expect(printable('a\u001b[31m\r\n\u009b\u202egrüße 文書.pdf')).toBe('a?[31m????grüße 文書.pdf');
});
