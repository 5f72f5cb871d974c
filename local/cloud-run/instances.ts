import type { Clock } from '../../time/clock.ts';
import type { ServiceInstance } from './instance.ts';

/** Milliseconds that a request waits for an instance (reference: "About instance autoscaling": pending requests). */
const LONGEST_WAIT_MS = 10_000;

const GONE = 'The caller waits no longer.';

/** No instance takes the request; the status is what Cloud Run answers. */
export class NoInstanceError extends Error {
  override readonly name = 'NoInstanceError';
  /** 429: all were busy for too long. 503: none could be started, or the service is stopping. */
  readonly status: 429 | 503;

  constructor(status: 429 | 503, message: string) {
    super(message);
    this.status = status;
  }
}

export interface InstancesOptions {
  /** Starts one instance, and waits until it is ready. */
  readonly start: () => Promise<ServiceInstance>;
  /** Requests that one instance takes at once. */
  readonly concurrency: number;
  readonly minInstances: number;
  readonly maxInstances: number;
  readonly clock: Clock;
  /** Takes what happens to instances, a line each. */
  readonly onLog: (line: string) => void;
}

/** A place in an instance for one request. */
export interface Place {
  readonly instance: ServiceInstance;
  /** Gives the place back, once. */
  release(): void;
}

interface Running {
  readonly instance: ServiceInstance;
  active: number;
}

interface Waiting {
  take(place: Place): void;
  refuse(error: NoInstanceError): void;
}

/** The service's instances: as many as the requests need, up to the maximum. Instances without requests are kept. */
export class Instances {
  readonly #options: InstancesOptions;
  readonly #running = new Set<Running>();
  readonly #starting = new Set<Promise<void>>();
  readonly #waiting = new Set<Waiting>();
  #stopping = false;

  constructor(options: InstancesOptions) {
    this.#options = options;
  }

  /** Instances that are ready. */
  get instances(): ServiceInstance[] {
    return [...this.#running].map(({ instance }) => instance);
  }

  /**
   * Starts the minimum of instances, at least one: Cloud Run refuses to deploy a container that does not start.
   *
   * @throws Error when an instance does not start
   */
  async deploy(): Promise<void> {
    await Promise.all(Array.from({ length: this.#minimum }, () => this.#startOne()));
  }

  /**
   * Waits for a place for one request, in the instance with the fewest.
   *
   * @param signal ends the wait
   * @throws NoInstanceError 429 after ten seconds, 503 when no instance starts or the wait was ended
   */
  acquire(signal: AbortSignal): Promise<Place> {
    return new Promise((resolve, reject) => {
      if (this.#stopping) return reject(new NoInstanceError(503, 'The service is stopping.'));
      if (signal.aborted) return reject(new NoInstanceError(503, GONE));
      const { clock } = this.#options;
      const timer = clock.setTimeout(
        () => waiting.refuse(new NoInstanceError(429, 'No instance was free within 10 s.')),
        LONGEST_WAIT_MS,
      );
      const leave = () => waiting.refuse(new NoInstanceError(503, GONE));
      const done = () => {
        clock.clearTimeout(timer);
        signal.removeEventListener('abort', leave);
        this.#waiting.delete(waiting);
      };
      const waiting: Waiting = {
        take: (place) => {
          done();
          resolve(place);
        },
        refuse: (error) => {
          done();
          reject(error);
        },
      };
      signal.addEventListener('abort', leave);
      this.#waiting.add(waiting);
      this.#fill();
      this.#scale();
    });
  }

  /** Ends every instance, and refuses the requests that wait. Those in an instance have its ten seconds to end. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#refuseAll('The service is stopping.');
    while (this.#starting.size > 0) await Promise.allSettled(this.#starting);
    await Promise.all(this.instances.map((instance) => instance.stop()));
  }

  get #minimum(): number {
    return Math.max(1, this.#options.minInstances);
  }

  /** Gives free places to those that wait, the first first. */
  #fill(): void {
    for (const waiting of this.#waiting) {
      const [free] = [...this.#running].sort((a, b) => a.active - b.active);
      if (free === undefined || free.active >= this.#options.concurrency) return;
      waiting.take(this.#place(free));
    }
  }

  #place(running: Running): Place {
    running.active++;
    let released = false;
    return {
      instance: running.instance,
      release: () => {
        if (released) return;
        released = true;
        running.active--;
        this.#fill();
      },
    };
  }

  /** Starts what those that wait need beyond the instances that are starting. */
  #scale(): void {
    const { concurrency, maxInstances } = this.#options;
    const needed = Math.ceil(this.#waiting.size / concurrency) - this.#starting.size;
    const possible = maxInstances - this.#running.size - this.#starting.size;
    for (let i = 0; i < Math.min(needed, possible); i++) this.#startOne().catch(() => {});
  }

  #startOne(): Promise<void> {
    const started = this.#options.start().then(
      (instance) => this.#add(instance),
      (error: Error) => {
        this.#options.onLog(error.message);
        throw error;
      },
    );
    this.#starting.add(started);
    const settled = () => {
      this.#starting.delete(started);
      this.#fill();
      // Not started again by itself: a container that cannot start would spin. The next request tries again.
      if (this.#running.size + this.#starting.size === 0) this.#refuseAll('No instance could be started.');
    };
    started.then(settled, settled);
    return started;
  }

  #add(instance: ServiceInstance): void {
    const running: Running = { instance, active: 0 };
    this.#running.add(running);
    void instance.exited.then((how) => {
      this.#running.delete(running);
      if (this.#stopping) return;
      this.#options.onLog(`An instance ended by itself (${how}) with ${running.active} requests.`);
      if (this.#running.size + this.#starting.size < this.#minimum) this.#startOne().catch(() => {});
      this.#scale();
    });
  }

  #refuseAll(message: string): void {
    for (const waiting of this.#waiting) waiting.refuse(new NoInstanceError(503, message));
  }
}
