import type { Clock } from '../clock.ts';
import type { CloudTasksClient } from './cloud-tasks-client.ts';
import { checkVerdict, type DocumentRecord, failed } from './document-record.ts';
import type { DocumentCheck } from './document-task.ts';
import { PreconditionFailedError } from './object-store.ts';
import type { RecordStore } from './record-store.ts';

export interface CheckDependencies {
  readonly records: RecordStore;
  readonly tasks: Pick<CloudTasksClient, 'createDocumentCheckTask'>;
  readonly clock: Clock;
  /** Seconds until the next look. */
  readonly checkIntervalSeconds: number;
}

/** Has somebody look after a document from now on. */
export async function watchDocument(
  { documentId, epoch }: Pick<DocumentRecord, 'documentId' | 'epoch'>,
  dependencies: CheckDependencies,
): Promise<void> {
  await scheduleCheck({ documentId, epoch, round: 0 }, dependencies);
}

/**
 * The watchdog. Cloud Tasks drops a task silently after its last attempt, and an attempt can die without a word; a document
 * that nothing has happened to between two looks has no attempt any more and becomes FAILED, so that it can be replayed.
 *
 * @returns the record when this look gave it up
 */
export async function checkDocument(
  check: DocumentCheck,
  dependencies: CheckDependencies,
): Promise<DocumentRecord | undefined> {
  const { records, clock } = dependencies;
  for (;;) {
    const stored = await records.read(check.documentId);
    const verdict = checkVerdict(stored?.record, check, clock.now());
    if (stored === undefined || verdict === 'done') return undefined;
    if (verdict === 'look-again') {
      await scheduleCheck({ ...check, round: check.round + 1, seen: stored.record.updatedAt }, dependencies);
      return undefined;
    }
    const error = {
      reason: 'abandoned',
      message: 'No attempt came to an end: each was cut off, or the task was deleted. Replay the document.',
    };
    try {
      return (await records.swap(stored, failed(stored.record, error, clock.now()))).record;
    } catch (raced) {
      // An attempt was faster: look at what it did.
      if (!(raced instanceof PreconditionFailedError)) throw raced;
    }
  }
}

async function scheduleCheck(
  check: DocumentCheck,
  { tasks, clock, checkIntervalSeconds }: CheckDependencies,
): Promise<void> {
  await tasks.createDocumentCheckTask(check, clock.now() + checkIntervalSeconds * 1000);
}
