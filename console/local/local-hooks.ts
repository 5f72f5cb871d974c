import type { StorageFault } from '../../local/cloud-storage/json-api.ts';
import type { Attempt } from '../../local/cloud-tasks/attempt.ts';
import type { LocalGoogle } from '../../local/local-google.ts';
import type { LocalGoogleOptions } from '../../local/local-google-options.ts';
import type { Clock } from '../../time/clock.ts';
import { Changes } from '../changes.ts';
import { FaultLog } from '../tasks/fault-log.ts';
import { WatchedQueues } from '../tasks/watched-queues.ts';
import { LogBuffer } from './log-buffer.ts';

/** What a local Google is started with so that the console can tell of it. */
type Hooks = Required<Pick<LocalGoogleOptions, 'onLog' | 'onAttempt' | 'onQueueChange' | 'storageFault'>>;

/** What the console hears of a local Google from its start, and does to its storage. */
export class LocalHooks {
  readonly changes = new Changes();
  readonly log = new LogBuffer();
  readonly faults = new FaultLog();
  readonly queues: WatchedQueues;
  readonly #clock: Pick<Clock, 'now'>;
  #google: LocalGoogle | undefined;
  #storageFaults = 0;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
    this.queues = new WatchedQueues(() => this.#google?.tasks, clock);
  }

  /** @param also takes what others want to hear */
  hooks(also: Pick<Hooks, 'onLog' | 'onAttempt'>): Hooks {
    return {
      onLog: (line, pid) => {
        this.log.add(line, this.#clock.now(), pid);
        also.onLog(line);
        this.changes.notify();
      },
      onAttempt: (attempt: Attempt) => {
        this.queues.noteAttempt(attempt);
        this.faults.noteAttempt(attempt);
        also.onAttempt(attempt);
        this.changes.notify();
      },
      onQueueChange: () => {
        this.queues.note();
        this.changes.notify();
      },
      storageFault: () => this.#storageFault(),
    };
  }

  /** It has started. */
  watch(google: LocalGoogle): void {
    this.#google = google;
    this.queues.note();
    google.tasks.faults.onHappened((fault, request) => {
      this.faults.noteFault(fault, request, this.#clock.now());
      this.changes.notify();
    });
  }

  /** Requests to Cloud Storage that are still to fail. */
  get storageFaults(): number {
    return this.#storageFaults;
  }

  set storageFaults(times: number) {
    this.#storageFaults = times;
    this.changes.notify();
  }

  #storageFault(): StorageFault | undefined {
    if (this.#storageFaults === 0) return undefined;
    this.#storageFaults--;
    this.faults.note('Storage answered 503 to a request', this.#clock.now());
    this.changes.notify();
    return 'unavailable';
  }
}
