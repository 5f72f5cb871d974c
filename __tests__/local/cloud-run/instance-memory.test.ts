import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { residentBytes, watchMemory } from '../../../local/cloud-run/instance-memory.ts';
import { VirtualClock } from '../../../time/virtual-clock.ts';

const MiB = 1024 ** 2;

test('what uses more than its limit is told so once, in the words of Cloud Run', async () => {
  const clock = new VirtualClock();
  const messages: string[] = [];
  let used: number | undefined = 512 * MiB;
  watchMemory({ limitBytes: 512 * MiB, measure: async () => used, clock, onExceeded: (m) => messages.push(m) });
  await clock.advance(60_000);
  used = undefined;
  await clock.advance(60_000);
  expect(messages).toEqual([]);
  used = 512 * MiB + 1;
  await clock.advance(250);
  expect(messages).toEqual([
    'Memory limit of 512 MiB exceeded with 513 MiB used. Consider increasing the memory limit, see ' +
      'https://cloud.google.com/run/docs/configuring/memory-limits',
  ]);
  expect(clock.pendingTimers).toBe(0);
});

test('a watch that was ended measures no more, also where it was measuring', async () => {
  const clock = new VirtualClock();
  let measured: (bytes: number) => void = () => {};
  const measure = () => new Promise<number>((resolve) => (measured = resolve));
  const end = watchMemory({ limitBytes: 1, measure, clock, onExceeded: () => expect(true).toBe(false) });
  await clock.advance(250);
  end();
  measured(2);
  await clock.advance(1000);
  expect(clock.pendingTimers).toBe(0);
});

test('the memory of a process and of what it started is known while it runs', async () => {
  const own = (await residentBytes(process.pid)) as number;
  expect(own / process.memoryUsage.rss()).toBeGreaterThan(0.5);
  const child = spawn(process.execPath, ['-e', "console.log('started'); setInterval(() => {}, 1000)"]);
  await once(child.stdout, 'data');
  const [together, childs] = [await residentBytes(process.pid), await residentBytes(child.pid as number)];
  expect(childs).toBeGreaterThan(10 * MiB);
  if (process.platform === 'linux') expect(together).toBeGreaterThan((childs as number) + own / 2);
  child.kill('SIGKILL');
  await once(child, 'close');
  expect(await residentBytes(child.pid as number)).toBeUndefined();
});
