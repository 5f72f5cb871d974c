import type { Clock, TimerHandle } from '../../time/clock.ts';
import type { ServiceInstance } from './instance.ts';

/** Milliseconds that an instance without requests is kept (reference: "About instance autoscaling": at most 15 minutes). */
const IDLE_MS = 15 * 60_000;

/**
 * Milliseconds from the end of the last request until an instance has no CPU. Our choice, as Cloud Run promises none at all: one that
 * is busy is not to stop between two requests.
 */
const CPU_AFTER_REQUEST_MS = 50;

export interface ServedInstanceOptions {
  readonly instance: Pick<ServiceInstance, 'pause' | 'resume'>;
  readonly clock: Clock;
  /** Whether it has CPU only while it has requests; undefined: nothing happens to it without requests. */
  readonly whenIdle: { readonly cpuIdle: boolean } | undefined;
  /** Called when it had no request for 15 minutes, and after each 15 more. */
  readonly onIdle: () => void;
}

/** Cloud Run's rules for an instance with and without requests. */
export class ServedInstance {
  readonly #options: ServedInstanceOptions;
  readonly #timers: { cpu?: TimerHandle; idle?: TimerHandle } = {};
  #requests = 0;

  constructor(options: ServedInstanceOptions) {
    this.#options = options;
    this.#rest();
  }

  /** How many requests it has. */
  get requests(): number {
    return this.#requests;
  }

  /** Gives it a request. @returns what ends that, once */
  take(): () => void {
    this.#requests++;
    this.end();
    if (this.#options.whenIdle?.cpuIdle) this.#options.instance.resume();
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      this.#requests--;
      if (this.#requests === 0) this.#rest();
    };
  }

  /** It is no instance of the service any more: nothing happens to it by itself. */
  end(): void {
    for (const timer of Object.values(this.#timers)) this.#options.clock.clearTimeout(timer);
  }

  #rest(): void {
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
}
