import type { Clock } from '../../time/clock.ts';
import { IdleTimers } from './idle-timers.ts';
import type { ServiceInstance } from './instance.ts';

/**
 * How long a request waits for an instance: so many milliseconds, or so many times as long as instances take to start, whichever is
 * more (reference: "About instance autoscaling": pending requests).
 */
const WAIT = { milliseconds: 10_000, starts: 3.5 };

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
  /**
   * What becomes of an instance without requests, above the minimum: it is ended, and until then has no CPU where `cpuIdle` says so.
   * @default each is kept as it is, and one at least
   */
  readonly whenIdle?: { readonly cpuIdle: boolean } | undefined;
  readonly clock: Clock;
  /** Takes what happens to instances, a line each, with the id of the process. */
  readonly onLog: (line: string, pid?: number) => void;
}

/** How busy the instances are. */
export interface InstancesLoad {
  readonly running: readonly {
    readonly pid: number | undefined;
    readonly port: number;
    /** Requests in it. */
    readonly active: number;
  }[];
  /** Instances that are not ready yet. */
  readonly starting: number;
  /** Requests that wait for a place. */
  readonly waiting: number;
  /** Requests that one instance takes at once. */
  readonly concurrency: number;
  readonly maxInstances: number;
}

/** A place in an instance for one request. */
export interface Place {
  readonly instance: ServiceInstance;
  /** Gives the place back, once. */
  release(): void;
}

interface Running {
  readonly instance: ServiceInstance;
  /** How many it has. */
  requests: number;
  readonly idle: IdleTimers;
}

interface Waiting {
  take(place: Place): void;
  refuse(error: NoInstanceError): void;
}

/** The service's instances: as many as the requests need, from the minimum up to the maximum. */
export class Instances {
  readonly #options: InstancesOptions;
  readonly #running = new Set<Running>();
  readonly #starting = new Set<Promise<void>>();
  readonly #ending = new Set<Promise<void>>();
  readonly #starts = { count: 0, milliseconds: 0 };
  readonly #waiting = new Set<Waiting>();
  #stopping = false;

  constructor(options: InstancesOptions) {
    this.#options = options;
  }

  /** Instances that are ready. */
  get instances(): ServiceInstance[] {
    return [...this.#running].map(({ instance }) => instance);
  }

  /** How busy it is. */
  get load(): InstancesLoad {
    const { concurrency, maxInstances } = this.#options;
    const running = Array.from(this.#running, ({ instance: { pid, port }, requests }) => ({
      pid,
      port,
      active: requests,
    }));
    return { running, starting: this.#starting.size, waiting: this.#waiting.size, concurrency, maxInstances };
  }

  /**
   * Starts the minimum of instances, at least one: Cloud Run refuses to deploy a container that does not start.
   *
   * @throws Error when an instance does not start
   */
  async deploy(): Promise<void> {
    await Promise.all(Array.from({ length: Math.max(1, this.#options.minInstances) }, () => this.#startOne()));
  }

  /**
   * Waits for a place for one request, in the instance with the fewest.
   *
   * @param signal ends the wait
   * @throws NoInstanceError 429 after ten seconds, or more where instances start slowly; 503 when no instance starts or the wait was ended
   */
  acquire(signal: AbortSignal): Promise<Place> {
    return new Promise((resolve, reject) => {
      if (this.#stopping) return reject(new NoInstanceError(503, 'The service is stopping.'));
      if (signal.aborted) return reject(new NoInstanceError(503, GONE));
      const { clock } = this.#options;
      const wait = this.#longestWaitMs;
      const timer = clock.setTimeout(
        () => waiting.refuse(new NoInstanceError(429, `No instance was free within ${wait / 1000} s.`)),
        wait,
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
    for (const running of this.#running) this.#end(running);
    await Promise.all(this.#ending);
  }

  /** How many there are to be without a request. */
  get #minimum(): number {
    const { minInstances, whenIdle } = this.#options;
    return whenIdle === undefined ? Math.max(1, minInstances) : minInstances;
  }

  get #longestWaitMs(): number {
    const { count, milliseconds } = this.#starts;
    return Math.max(WAIT.milliseconds, count === 0 ? 0 : (WAIT.starts * milliseconds) / count);
  }

  /** Gives free places to those that wait, the first first. */
  #fill(): void {
    for (const waiting of this.#waiting) {
      const [free] = [...this.#running].sort((a, b) => a.requests - b.requests);
      if (free === undefined || free.requests >= this.#options.concurrency) return;
      waiting.take(this.#place(free));
    }
  }

  #place(running: Running): Place {
    running.idle.interrupt();
    running.requests++;
    let released = false;
    return {
      instance: running.instance,
      release: () => {
        if (released) return;
        released = true;
        running.requests--;
        if (running.requests === 0 && this.#running.has(running)) running.idle.start();
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
    const { start, clock, onLog } = this.#options;
    const begun = clock.now();
    const started = start().then(
      (instance) => {
        this.#starts.count++;
        this.#starts.milliseconds += clock.now() - begun;
        this.#add(instance);
      },
      (error: Error) => {
        onLog(error.message);
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
    const { clock, whenIdle, onLog } = this.#options;
    const idle = new IdleTimers({ instance, clock, whenIdle, onIdle: () => this.#scaleIn(running) });
    const running: Running = { instance, requests: 0, idle };
    this.#running.add(running);
    void instance.exited.then((how) => {
      idle.stop();
      // Whatever is not among them any more was told to end.
      if (!this.#running.delete(running)) return;
      onLog(`An instance ended by itself (${how}) with ${running.requests} requests.`, instance.pid);
      if (this.#running.size + this.#starting.size < this.#minimum) this.#startOne().catch(() => {});
      this.#scale();
    });
  }

  #scaleIn(running: Running): void {
    if (this.#running.size <= this.#minimum) return;
    this.#options.onLog('An instance without requests for 15 minutes is ended.', running.instance.pid);
    this.#end(running);
  }

  #end(running: Running): void {
    this.#running.delete(running);
    running.idle.stop();
    const ended = running.instance.stop();
    this.#ending.add(ended);
    void ended.then(() => this.#ending.delete(ended));
  }

  #refuseAll(message: string): void {
    for (const waiting of this.#waiting) waiting.refuse(new NoInstanceError(503, message));
  }
}
