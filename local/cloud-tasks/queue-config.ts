import { invalidArgument } from './errors.ts';
import type { HttpTarget } from './http-target.ts';

export type QueueState = 'RUNNING' | 'PAUSED' | 'DISABLED';

/** How fast a queue dispatches. */
export interface RateLimits {
  /** Tokens a second. Above 0, at most 500. @default 500 */
  readonly maxDispatchesPerSecond: number;
  /** Requests on their way at once. 1 to 5,000. @default 1000 */
  readonly maxConcurrentDispatches: number;
}

/** When a failed task is tried again. */
export interface RetryConfig {
  /** Attempts a task gets; -1 for no limit. @default 100 */
  readonly maxAttempts: number;
  /** Milliseconds since the first attempt that a task is retried for; 0 for no limit. @default 0 */
  readonly maxRetryDurationMs: number;
  /** Milliseconds to the first retry. @default 100 */
  readonly minBackoffMs: number;
  /** Milliseconds that no delay exceeds. @default 3600000 */
  readonly maxBackoffMs: number;
  /** How often the delay doubles before it grows linearly. @default 16 */
  readonly maxDoublings: number;
}

/** The settings of a queue that its owner can change, complete. */
export interface QueueSettings {
  readonly rateLimits: RateLimits;
  readonly retryConfig: RetryConfig;
  readonly loggingSamplingRatio: number;
  readonly httpTarget?: HttpTarget | undefined;
}

/** A queue as its owner configures it. What is left out gets Cloud Tasks' default. */
export interface QueueConfig {
  /** `projects/P/locations/L/queues/Q`. */
  readonly name: string;
  readonly rateLimits?: Partial<RateLimits>;
  readonly retryConfig?: Partial<RetryConfig>;
  /** @default 'RUNNING' */
  readonly state?: QueueState;
  /** Share of operations that the real service would log, 0 to 1: kept and returned, nothing is logged here. @default 0 */
  readonly loggingSamplingRatio?: number;
  /** What holds for the requests of all its tasks. @default nothing */
  readonly httpTarget?: HttpTarget;
}

/** What the real service gives a queue that says nothing (reference: `Queue`; seen in `gcloud tasks queues describe`). */
export const DEFAULT_RATE_LIMITS: RateLimits = { maxDispatchesPerSecond: 500, maxConcurrentDispatches: 1000 };

export const DEFAULT_RETRY_CONFIG: RetryConfig = {
  maxAttempts: 100,
  maxRetryDurationMs: 0,
  minBackoffMs: 100,
  maxBackoffMs: 3_600_000,
  maxDoublings: 16,
};

/**
 * Tokens the bucket holds at most. The service picks it from the rate: 100 at 500/s, 10 at 1/s were seen; the line between them is
 * ours.
 */
export function maxBurstSize(maxDispatchesPerSecond: number): number {
  return Math.min(100, Math.max(10, Math.ceil(maxDispatchesPerSecond / 5)));
}

/** @throws CloudTasksError INVALID_ARGUMENT with the recorded message of the first rule that is broken */
export function checkQueueLimits(rate: RateLimits, retry: RetryConfig): void {
  const rules: [holds: boolean, message: string][] = [
    [rate.maxDispatchesPerSecond >= 0, 'RateLimits.maxDispatchesPerSecond cannot be negative.'],
    [rate.maxDispatchesPerSecond <= 500, 'RateLimits.maxDispatchesPerSecond must be less than or equal to 500.'],
    [rate.maxConcurrentDispatches >= 0, 'RateLimits.maxConcurrentDispatches cannot be negative.'],
    [rate.maxConcurrentDispatches <= 5000, 'RateLimits.maxConcurrentDispatches must be less than or equal to 5000.'],
    [retry.maxAttempts >= -1, 'RetryConfig.maxAttempts must be greater or equal to -1.'],
    [retry.maxDoublings >= 0, 'RetryConfig.maxDoublings cannot be negative.'],
    [retry.minBackoffMs >= 0, 'RetryConfig.minBackoff cannot be negative.'],
    [retry.maxBackoffMs >= 0, 'RetryConfig.maxBackoff cannot be negative.'],
    [retry.maxRetryDurationMs >= 0, 'RetryConfig.maxRetryDuration cannot be negative.'],
    [
      retry.minBackoffMs <= retry.maxBackoffMs,
      'RetryConfig.minBackoff must be less than or equal to RetryConfig.maxBackoff.',
    ],
  ];
  const broken = rules.find(([holds]) => !holds);
  if (broken) throw invalidArgument(broken[1]);
}
