import { Progress } from '../../cli/progress.ts';

function run(isTTY: boolean): string {
  let written = '';
  const output = { isTTY, write: (text: string) => (written += text) } as unknown as NodeJS.WriteStream;
  const progress = new Progress(output, ['a.pdf', 'longer.pdf']);
  progress.say('a.pdf', 'PROCESSING', 'attempt 1');
  progress.finish('longer.pdf', 'FAILED', 'corrupt: damaged');
  progress.finish('a.pdf', 'COMPLETED', '1.2 s');
  return written;
}

test('in a plain log each event is one line, in columns', () => {
  expect(run(false).split('\n')).toEqual([
    'a.pdf       PROCESSING  attempt 1',
    'longer.pdf  FAILED      corrupt: damaged',
    'a.pdf       COMPLETED   1.2 s',
    '',
  ]);
});

test('in a terminal the last line says how far it is, and is gone at the end', () => {
  const lines = run(true).split('\r\u001b[K');
  expect(lines).toEqual([
    '',
    'a.pdf       PROCESSING  attempt 1\n0 of 2 documents done',
    'longer.pdf  FAILED      corrupt: damaged\n1 of 2 documents done',
    'a.pdf       COMPLETED   1.2 s\n',
    '',
  ]);
});
