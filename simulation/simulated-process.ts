import type { Clock, TimerHandle } from '../time/clock.ts';
import type { VirtualClock } from '../time/virtual-clock.ts';

/** Never settles: what awaits it has ended with its process. */
const never = <T>() => new Promise<T>(() => {});

/**
 * A process as its machine sees it: it can die or freeze wherever it waits, and its clock can be wrong. Everything that code in
 * it waits for goes through {@link step} or its {@link clock}.
 */
export class SimulatedProcess {
  readonly clock: Clock;
  /** Settles when the process is dead. */
  readonly died: Promise<void>;
  readonly #world: VirtualClock;
  #die: () => void = () => {};
  #isAlive = true;
  #frozenUntil = 0;

  /** @param skewMs how much its clock is ahead of the world's */
  constructor(world: VirtualClock, skewMs: number) {
    this.#world = world;
    this.died = new Promise((resolve) => {
      this.#die = resolve;
    });
    this.clock = {
      now: () => world.now() + skewMs,
      setTimeout: (callback, ms) => this.#arm(callback, ms),
      clearTimeout: (handle) => {
        const armed = handle as { timer: TimerHandle | undefined };
        if (armed.timer !== undefined) world.clearTimeout(armed.timer);
        armed.timer = undefined;
      },
    };
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  get isFrozen(): boolean {
    return this.#frozenUntil > this.#world.now();
  }

  kill(): void {
    this.#isAlive = false;
    this.#die();
  }

  freeze(ms: number): void {
    this.#frozenUntil = Math.max(this.#frozenUntil, this.#world.now() + ms);
  }

  /** Does something outside the process, after `latencyMs`, and comes back with the answer: if it still lives by then. */
  async step<T>(effect: () => T | Promise<T>, latencyMs = 0): Promise<T> {
    await this.#awake();
    if (latencyMs > 0) await new Promise<void>((resolve) => this.#world.setTimeout(resolve, latencyMs));
    if (!this.#isAlive) return never();
    try {
      return await effect();
    } finally {
      // Runs before the caller sees the answer, or the error.
      await this.#awake();
    }
  }

  async #awake(): Promise<void> {
    while (this.#isAlive && this.isFrozen) {
      const ms = this.#frozenUntil - this.#world.now();
      await new Promise<void>((resolve) => this.#world.setTimeout(resolve, ms));
    }
    if (!this.#isAlive) await never();
  }

  #arm(callback: () => void, ms: number): TimerHandle {
    const handle: { timer: TimerHandle | undefined } = { timer: undefined };
    const fire = () => {
      handle.timer = undefined;
      if (!this.#isAlive) return;
      const late = this.#frozenUntil - this.#world.now();
      if (late > 0) handle.timer = this.#world.setTimeout(fire, late);
      else callback();
    };
    handle.timer = this.#world.setTimeout(fire, ms);
    return handle as TimerHandle;
  }
}
