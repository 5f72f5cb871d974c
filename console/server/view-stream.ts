import { createHash } from 'node:crypto';
import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import { type Clock, sleep } from '../../time/clock.ts';
import type { Address, Shown } from '../shown.ts';

/** Milliseconds between two events: four a second at most. */
const PAUSE_MS = 250;
/** Milliseconds after which it looks without having been told: leases run out and memory grows by themselves. */
const LOOK_EVERY_MS = 5000;

/**
 * Sends what an address shows, and again whenever that looks different: the whole of it, so that a page that comes back after a break
 * has nothing to catch up with. An event's id is a hash of what it says: what the page has already is not sent again.
 */
export function viewStream(c: Context, shown: Shown, address: Address, clock: Clock): Response {
  return streamSSE(c, async (stream) => {
    const gone = new AbortController();
    stream.onAbort(() => gone.abort());
    const changes = new ChangeSignal();
    const stop = shown.onChange(changes.notify);
    let last = c.req.header('last-event-id');
    try {
      while (!gone.signal.aborted) {
        changes.reset();
        const data = JSON.stringify((await shown.at(address)) ?? null);
        const id = createHash('sha256').update(data).digest('base64url').slice(0, 16);
        if (id !== last) await stream.writeSSE({ event: 'view', id, data });
        // A comment: whoever is gone is noticed by it.
        else await stream.write(':\n\n');
        last = id;
        await sleep(clock, PAUSE_MS, gone.signal);
        await changes.wait(clock, LOOK_EVERY_MS, gone.signal);
      }
    } catch (error) {
      if (!gone.signal.aborted) await stream.writeSSE({ event: 'problem', data: (error as Error).message });
    } finally {
      stop();
    }
  });
}

/** Whether there was a change since the last look. */
class ChangeSignal {
  #isChanged = false;
  #wake: (() => void) | undefined;

  readonly notify = (): void => {
    this.#isChanged = true;
    this.#wake?.();
  };

  reset(): void {
    this.#isChanged = false;
  }

  /** Resolves with the next change, or after so long. */
  async wait(clock: Clock, longestMs: number, signal: AbortSignal): Promise<void> {
    if (this.#isChanged) return;
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    const either = AbortSignal.any([signal, woken.signal]);
    await sleep(clock, longestMs, either).catch(() => {});
    this.#wake = undefined;
  }
}
