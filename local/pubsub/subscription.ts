import type { MessageInput } from './rules.ts';

export interface PublishedMessage extends MessageInput {
  readonly messageId: string;
  /** ISO 8601, UTC. */
  readonly publishTime: string;
}

/** A message as a pull returns it (reference: `ReceivedMessage`). */
export interface ReceivedMessage {
  readonly ackId: string;
  readonly message: PublishedMessage;
  readonly deliveryAttempt?: number;
}

export interface Subscription {
  /** `projects/P/subscriptions/S`; so are topics. */
  readonly name: string;
  readonly topic: string;
  readonly ackDeadlineMs: number;
  readonly retentionMs: number;
  /** Where messages are sent to, and in whose name. @default nowhere: they are pulled */
  readonly push?: { readonly endpoint: string; readonly serviceAccountEmail: string; readonly audience: string };
  /** @default at once */
  readonly backoff?: { readonly minMs: number; readonly maxMs: number };
  /** Where a message goes that could not be delivered so often. @default nowhere, it is tried until its retention is over */
  readonly deadLetter?: { readonly topic: string; readonly maxDeliveries: number };
}

/** One delivery, when it is over. */
export interface PushedMessage {
  readonly subscription: string;
  readonly messageId: string;
  readonly delivery: number;
  readonly outcome: 'acknowledged' | 'retrying' | 'dead letter' | 'expired';
}

/** Of the full name of a resource its last part. */
export function shortName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}
