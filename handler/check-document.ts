import { type FinalEnd, isLive, nextStep } from '../state/document-state.ts';
import type { DocumentCheck } from '../state/document-task.ts';
import { openingOf } from '../state/state-objects.ts';
import type { StateStore } from '../state/state-store.ts';
import type { Clock } from '../time/clock.ts';
import { isoTime } from '../time/iso-time.ts';
import type { CloudTasksClient } from './cloud-tasks-client.ts';
import { leaseOf } from './lease.ts';
import type { Settings } from './settings.ts';

export interface CheckDependencies {
  readonly states: StateStore;
  readonly tasks: Pick<CloudTasksClient, 'createDocumentCheckTask'>;
  readonly clock: Clock;
  readonly settings: Pick<Settings, 'deadlines'>;
  /** A name that no attempt has. */
  readonly newOwner: () => string;
  /** Ends the look, which is then tried again. @default nothing does */
  readonly signal?: AbortSignal;
}

const ABANDONED = {
  reason: 'abandoned',
  message: 'No attempt came to an end: each was cut off, or the task was deleted. Replay the document.',
};

/**
 * The watchdog. Cloud Tasks drops a task silently after its last attempt, and an attempt can die without a word; a document that
 * nothing has happened to between two looks has no attempt any more and becomes FAILED, so that it can be replayed. Every attempt
 * leaves something: a lease at its start, a renewal every few seconds while it lives, an end.
 *
 * @param retryCount how often this look was cut off before. From then on its successor is made first: the looks themselves
 *   have only as many attempts as the queue allows, and a document must not lose its watchdog to an outage
 * @returns the outcome when this look gave the document up
 */
export async function checkDocument(
  check: DocumentCheck,
  retryCount: number,
  { states, clock, tasks, settings, newOwner, signal }: CheckDependencies,
): Promise<FinalEnd | undefined> {
  const next = { ...check, round: check.round + 1 };
  if (retryCount > 0) await tasks.createDocumentCheckTask(next);
  const by = newOwner();
  for (;;) {
    const step = nextStep(await states.read(check.documentId, signal), check);
    if (step.kind === 'none') return undefined;
    // Before the look at the lease: whoever stalls after it must not take for run out what was renewed meanwhile.
    const now = clock.now();
    const number = { ...check, number: step.kind === 'open' ? 1 : step.epoch.next };
    const lease = await states.lease(number, signal);
    const isOwn = lease?.owner === by;
    const seen = `${number.number} ${lease?.generation ?? '-'}`;
    if (!isOwn && ((lease && isLive(lease, now)) || seen !== check.seen)) {
      await tasks.createDocumentCheckTask({ ...next, seen });
      return undefined;
    }
    if (step.kind === 'open') {
      // A task that another service made may have had no attempt at all.
      await states.open(check.documentId, check.epoch, openingOf(check, 'accepted', now), signal);
    } else if (lease === undefined) {
      // Claimed first, as an attempt would: one that has just begun must not be given up. Then everything is looked at again.
      await states.claim(number, leaseOf(by, now, settings.deadlines), signal);
    } else {
      const attempts = isOwn ? step.epoch.next - 1 : step.epoch.next;
      const end = { kind: 'FAILED', by, at: isoTime(now), attempts, error: ABANDONED } as const;
      // If somebody else was faster, there is more to look at.
      if ((await states.end(number, end, signal)).by === by) return end;
    }
  }
}
