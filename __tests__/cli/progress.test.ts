import { Progress } from '../../cli/progress.ts';
import { VirtualClock } from '../../time/virtual-clock.ts';

const CLEAR = '\r\u001b[K';

function start(isTTY: boolean) {
  const clock = new VirtualClock();
  const written: string[] = [];
  const output = { isTTY, write: (text: string) => written.push(text) > 0 };
  const progress = new Progress({ output, clock });
  return { clock, progress, written: () => written.join('') };
}

test.each([true, false])('what is quick is quiet (terminal: %s)', async (isTTY) => {
  const { clock, progress, written } = start(isTTY);
  await clock.advance(999);
  for (let number = 0; number < 5000; number++) progress.advance('seeds', { total: 10_000 });
  expect(written()).toBe('');
});

test('a log gets a line every ten seconds', async () => {
  const { clock, progress, written } = start(false);
  for (let number = 0; number < 30; number++) {
    await clock.advance(1000);
    progress.advance('seeds', { total: 1234 });
  }
  expect(written().split('\n')).toEqual([
    '1 of 1,234 seeds, 1 a second',
    '11 of 1,234 seeds, 1 a second, 20 min left',
    '21 of 1,234 seeds, 1 a second, 20 min left',
    '',
  ]);
});

test('a terminal gets one line, at most ten times a second', async () => {
  const { clock, progress, written } = start(true);
  await clock.advance(1000);
  for (let number = 0; number < 4; number++) {
    progress.advance('seeds', { total: 10 });
    await clock.advance(50);
  }
  expect(written()).toBe(`1 of 10 seeds, 1 a second${CLEAR}3 of 10 seeds, 2.7 a second, 3 s left`);
});

test('without a total there is a rate, and no time left', async () => {
  const { clock, progress, written } = start(false);
  await clock.advance(20_000);
  progress.advance('documents done');
  expect(written()).toBe('1 documents done, 3 a minute\n');
});

test('the time left is told once the rate tells it: twice as many are done as are worked on at once, and more wait', async () => {
  const { clock, progress, written } = start(false);
  for (let number = 0; number < 6; number++) {
    // A wave of four that begin together, and end together.
    await clock.advance(60_000);
    progress.advance('documents done', { total: 24, atOnce: 4, by: 4 });
  }
  expect(written().split('\n')).toEqual([
    '4 of 24 documents done, 4 a minute',
    '8 of 24 documents done, 4 a minute, 4 min left',
    '12 of 24 documents done, 4 a minute, 3 min left',
    '16 of 24 documents done, 4 a minute, 2 min left',
    '20 of 24 documents done, 4 a minute',
    '',
  ]);
});

test('the last one needs no word: the end says it', async () => {
  const { clock, progress, written } = start(true);
  await clock.advance(5000);
  progress.advance('seeds', { total: 1 });
  expect(written()).toBe('');
});

test('a step is said at once, gives way to lines that stay, and is gone at the end', () => {
  const { progress, written } = start(true);
  progress.step('Bundling…');
  progress.step('Synthesising…');
  progress.print('A warning.');
  progress.end();
  progress.print('Done.');
  expect(written()).toBe(`Bundling…${CLEAR}Synthesising…${CLEAR}A warning.\nSynthesising…${CLEAR}Done.\n`);
});

test('in a log a step is a line', () => {
  const { progress, written } = start(false);
  progress.step('Bundling…');
  progress.print('A warning.');
  progress.end();
  expect(written()).toBe('Bundling…\nA warning.\n');
});

test('a command that breaks off leaves the terminal clean', () => {
  const { progress, written } = start(true);
  expect(() => {
    using broken = progress;
    broken.step('Bundling…');
    throw new Error('No.');
  }).toThrow('No.');
  expect(written()).toBe(`Bundling…${CLEAR}`);
});
