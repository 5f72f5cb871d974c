import type { RetryConfig } from './queue-config.ts';

/**
 * Milliseconds from a failure to the next attempt, after `failures` failed attempts (1 or more).
 *
 * The reference's rule (`RetryConfig.max_doublings`): it starts at the minimum, doubles `maxDoublings` times, then grows linearly by
 * `2^maxDoublings * minBackoff`, and never exceeds the maximum. With 10 s, 300 s and 3: 10, 20, 40, 80, 160, 240, 300, 300.
 */
export function retryDelayMs(config: RetryConfig, failures: number): number {
  const step = failures - 1;
  // Past 1,000 doublings every maximum is reached; 2^1024 would be Infinity, and Infinity times a minimum of 0 no number.
  const doublings = Math.min(step, config.maxDoublings, 1000);
  const linearSteps = Math.max(1, step - config.maxDoublings + 1);
  return Math.min(config.minBackoffMs * 2 ** doublings * linearSteps, config.maxBackoffMs);
}

/**
 * Whether a failed task is given up.
 *
 * Only when both limits are reached: the attempts, and, where it is above 0, the time since the first attempt (reference:
 * `RetryConfig.max_retry_duration`). Without a limit of attempts (-1) the time alone decides; without either, nothing does.
 */
export function retriesExhausted(config: RetryConfig, attempts: number, sinceFirstAttemptMs: number): boolean {
  const unlimitedAttempts = config.maxAttempts === -1;
  const unlimitedTime = config.maxRetryDurationMs === 0;
  if (unlimitedAttempts && unlimitedTime) return false;
  const attemptsReached = unlimitedAttempts || attempts >= config.maxAttempts;
  const timeReached = unlimitedTime || sinceFirstAttemptMs >= config.maxRetryDurationMs;
  return attemptsReached && timeReached;
}
