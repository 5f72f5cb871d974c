import type { Authorization, HttpRequest } from './task.ts';

/** What an attempt sends. */
export interface AttemptRequest {
  readonly method: HttpRequest['httpMethod'];
  /** The task's own URL: where it really goes is the sender's affair. */
  readonly url: string;
  /** The caller's and Cloud Tasks' own, without the `Authorization` that the sender adds. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly authorization?: Authorization;
}

/** What came back. Redirects are answers like any other; they are not followed, and fail the attempt (recorded). */
export type Answer =
  | {
      readonly kind: 'response';
      readonly status: number;
      readonly headers: Readonly<Record<string, string | string[] | undefined>>;
      /** The beginning of the body, for those who look for the cause of a failure. */
      readonly body: Uint8Array;
    }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'unreachable'; readonly reason: string };

/** One delivery of a task, when it is over. */
export interface Attempt {
  readonly taskName: string;
  /** 1 for the first. */
  readonly number: number;
  /** Whether RunTask forced it. */
  readonly forced: boolean;
  /** Milliseconds since the epoch, both. */
  readonly dispatchTime: number;
  readonly endTime: number;
  readonly request: AttemptRequest;
  readonly answer: Answer;
  /** What became of the task. `gone`: it was deleted or purged meanwhile. `running`: another attempt still is on its way. */
  readonly outcome: 'succeeded' | 'retrying' | 'exhausted' | 'gone' | 'running';
  /** When the task is tried next, in milliseconds since the epoch; only where the outcome is `retrying`. */
  readonly nextAttemptTime?: number;
}

/** Delivers an attempt. Rejects where the target cannot be reached; when the signal aborts, nobody waits for it any more. */
export type Send = (request: AttemptRequest, signal: AbortSignal) => Promise<Answer>;

/** The HTTP status that stands for an answer: 504 for none in time (recorded), 503 for a target out of reach (ours). */
export function statusOf(answer: Answer): number {
  if (answer.kind === 'response') return answer.status;
  return answer.kind === 'timeout' ? 504 : 503;
}
