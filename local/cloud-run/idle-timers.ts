import type { Clock, TimerHandle } from '../../time/clock.ts';
import type { ServiceInstance } from './instance.ts';

/** Milliseconds that an instance without requests is kept (reference: "About instance autoscaling": at most 15 minutes). */
const IDLE_MS = 15 * 60_000;

/**
 * Milliseconds from the end of the last request until an instance has no CPU. Our choice, as Cloud Run promises none at all: one that
 * is busy is not to stop between two requests.
 */
const CPU_AFTER_REQUEST_MS = 50;

interface IdleTimersOptions {
  readonly instance: Pick<ServiceInstance, 'pause' | 'resume'>;
  readonly clock: Clock;
  /** Whether it has CPU only while it has requests; undefined: nothing happens to it without requests. */
  readonly whenIdle: { readonly cpuIdle: boolean } | undefined;
  /** Called when it had no request for 15 minutes, and after each 15 more. */
  readonly onIdle: () => void;
}

/** What Cloud Run does with an instance that has no request: it takes its CPU away, and ends it after 15 minutes. */
export class IdleTimers {
  readonly #options: IdleTimersOptions;
  readonly #timers: { cpu?: TimerHandle; idle?: TimerHandle } = {};

  /** It begins without a request. */
  constructor(options: IdleTimersOptions) {
    this.#options = options;
    this.start();
  }

  /** The instance has no request any more. */
  start(): void {
    const { clock, whenIdle, instance, onIdle } = this.#options;
    if (whenIdle === undefined) return;
    if (whenIdle.cpuIdle) this.#timers.cpu = clock.setTimeout(() => instance.pause(), CPU_AFTER_REQUEST_MS);
    const wait = () => {
      this.#timers.idle = clock.setTimeout(() => {
        wait();
        onIdle();
      }, IDLE_MS);
    };
    wait();
  }

  /** The instance gets a request. */
  interrupt(): void {
    this.stop();
    if (this.#options.whenIdle?.cpuIdle) this.#options.instance.resume();
  }

  /** It is no instance of the service any more: nothing happens to it by itself. */
  stop(): void {
    for (const timer of Object.values(this.#timers)) this.#options.clock.clearTimeout(timer);
  }
}
