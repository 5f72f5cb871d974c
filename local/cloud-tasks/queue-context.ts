import type { Clock } from '../../time/clock.ts';
import type { Attempt, Send } from './attempt.ts';
import type { Change } from './changes.ts';
import type { QueueSettings, QueueState } from './queue-config.ts';
import type { Task } from './task.ts';

/** What a queue needs from outside. */
export interface QueueContext {
  readonly clock: Clock;
  readonly send: Send;
  /** How long the name of an ended task cannot be used again, in milliseconds. */
  readonly tombstoneMs: number;
  /** Whether the limit of dispatches a second holds. */
  readonly rateLimited: boolean;
  readonly onAttempt: (attempt: Attempt) => void;
  /** Keeps a change before the caller hears of it. Where it throws, the call fails. */
  readonly record: (change: Change) => void;
  /** Called after anything that may have made a queue idle or empty. */
  readonly onChange: () => void;
}

/** What decides when a queue's next task leaves; times in milliseconds since the epoch. */
export interface QueuePace {
  /** Attempts on their way. */
  readonly running: number;
  /** Until when 429 or 503 hold the queue; in the past where they do not. */
  readonly heldUntil: number;
  /** When the rate lets the next task leave; in the past, or now, where it does not hold it up. */
  readonly tokenAt: number;
  /** When the first of the tasks that wait is due. */
  readonly nextDue: number | undefined;
}

/** A queue as it was kept. */
export interface QueueContents {
  readonly settings: QueueSettings;
  readonly state: QueueState;
  readonly purgeTime?: number | undefined;
  /** In the order of creation. @default none */
  readonly tasks?: Iterable<Task>;
  /** When each task ended, by name, oldest first. @default none */
  readonly tombstones?: Iterable<readonly [name: string, endedAt: number]>;
}
