import type { Answer } from '../../../local/cloud-tasks/attempt.ts';

// What the tests of Cloud Tasks speak of: names, an hour, an answer, an error.

export const LOCATION = 'projects/local-project/locations/us-central1';
export const QUEUE = `${LOCATION}/queues/documents`;
export const HOUR = 3_600_000;

/** An answer of a target. */
export function response(status: number, headers: Record<string, string> = {}): Answer {
  return { kind: 'response', status, headers, body: new Uint8Array() };
}

/** The error that a call throws. */
export function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error('Nothing was thrown.');
}
