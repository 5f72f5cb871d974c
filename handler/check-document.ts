import { PreconditionFailedError } from '../google/object-store.ts';
import type { Clock } from '../time/clock.ts';
import type { CloudTasksClient } from './cloud-tasks-client.ts';
import { checkVerdict, type DocumentRecord, failed, pendingRecord } from './document-record.ts';
import type { DocumentCheck } from './document-task.ts';
import type { RecordStore } from './record-store.ts';

export interface CheckDependencies {
  readonly records: RecordStore;
  readonly tasks: Pick<CloudTasksClient, 'createDocumentCheckTask'>;
  readonly clock: Clock;
  /** Ends the look, which is then tried again. @default nothing does */
  readonly signal?: AbortSignal;
}

/**
 * The watchdog. Cloud Tasks drops a task silently after its last attempt, and an attempt can die without a word; a document
 * that nothing has happened to between two looks has no attempt any more and becomes FAILED, so that it can be replayed.
 *
 * @param retryCount how often this look was cut off before. From then on its successor is made first: the looks themselves
 *   have only as many attempts as the queue allows, and a document must not lose its watchdog to an outage
 * @returns the record when this look gave it up
 */
export async function checkDocument(
  check: DocumentCheck,
  retryCount: number,
  dependencies: CheckDependencies,
): Promise<DocumentRecord | undefined> {
  const { records, clock, tasks, signal } = dependencies;
  const next = { ...check, round: check.round + 1 };
  if (retryCount > 0) await tasks.createDocumentCheckTask(next);
  for (;;) {
    const stored = await records.read(check.documentId, signal);
    const verdict = checkVerdict(stored?.record, check, clock.now());
    if (verdict === 'done') return undefined;
    if (verdict === 'look-again') {
      await tasks.createDocumentCheckTask({ ...next, seen: stored?.record.updatedAt ?? '' });
      return undefined;
    }
    const error = {
      reason: 'abandoned',
      message: 'No attempt came to an end: each was cut off, or the task was deleted. Replay the document.',
    };
    try {
      // A task that another service made has no record before its first attempt, and may have had none.
      const record = stored?.record ?? pendingRecord(check, clock.now());
      return (await records.swap(stored, failed(record, error, clock.now()), signal)).record;
    } catch (raced) {
      // An attempt was faster: look at what it did.
      if (!(raced instanceof PreconditionFailedError)) throw raced;
    }
  }
}
