import fc from 'fast-check';
import { systemClock } from '../../time/clock.ts';
import { VirtualClock } from '../../time/virtual-clock.ts';

describe('VirtualClock', () => {
  test('stands still until it is moved', async () => {
    const clock = new VirtualClock(1000);
    let ran = false;
    clock.setTimeout(() => (ran = true), 5);
    await clock.advance(4);
    expect([clock.now(), ran]).toEqual([1004, false]);
    await clock.advance(1);
    expect([clock.now(), ran]).toEqual([1005, true]);
  });

  test('shows each timer the time it was set for', async () => {
    const clock = new VirtualClock(0);
    const seen: number[] = [];
    for (const ms of [30, 10, 20]) clock.setTimeout(() => seen.push(clock.now()), ms);
    await clock.advance(100);
    expect(seen).toEqual([10, 20, 30]);
    expect(clock.now()).toBe(100);
  });

  test('runs timers that other timers set on the way, also after promises', async () => {
    const clock = new VirtualClock(0);
    const seen: number[] = [];
    clock.setTimeout(async () => {
      await Promise.resolve();
      clock.setTimeout(() => seen.push(clock.now()), 5);
    }, 5);
    await clock.advance(10);
    expect(seen).toEqual([10]);
  });

  test('never runs a cancelled timer', async () => {
    const clock = new VirtualClock(0);
    let ran = false;
    clock.clearTimeout(clock.setTimeout(() => (ran = true), 1));
    await clock.advance(10);
    expect([ran, clock.pendingTimers]).toEqual([false, 0]);
  });

  test('refuses to go back', async () => {
    await expect(new VirtualClock().advance(-1)).rejects.toThrow(
      'A clock only goes forward: advance takes 0 ms or more; received -1.',
    );
  });

  test('runs any timers in order of time, then of setting', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(50), { maxLength: 30 }), async (delays) => {
        const clock = new VirtualClock(0);
        const ran: number[] = [];
        delays.forEach((delay, index) => {
          clock.setTimeout(() => ran.push(index), delay);
        });
        await clock.advance(50);
        const expected = delays
          .map((delay, index) => ({ delay, index }))
          .sort((a, b) => a.delay - b.delay || a.index - b.index);
        expect(ran).toEqual(expected.map(({ index }) => index));
      }),
      { numRuns: 30 },
    );
  });
});

describe('systemClock', () => {
  test('runs a timer once, and not within the call that sets it', async () => {
    let runs = 0;
    const fired = new Promise<void>((resolve) => {
      systemClock.setTimeout(() => {
        runs += 1;
        resolve();
      }, 0);
    });
    expect(runs).toBe(0);
    await fired;
    expect(runs).toBe(1);
  });

  test('does not take a delay of 30 days for 1 ms, as Node does', async () => {
    let ran = false;
    const handle = systemClock.setTimeout(() => (ran = true), 30 * 24 * 3_600_000);
    await new Promise<void>((resolve) => {
      systemClock.setTimeout(resolve, 20);
    });
    systemClock.clearTimeout(handle);
    expect(ran).toBe(false);
  });
});
