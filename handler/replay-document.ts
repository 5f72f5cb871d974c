import { PreconditionFailedError } from '../google/object-store.ts';
import type { Clock } from '../time/clock.ts';
import type { CloudTasksClient } from './cloud-tasks-client.ts';
import { type DocumentRecord, replayed } from './document-record.ts';
import type { RecordStore } from './record-store.ts';

/** A document that cannot be replayed as it is. */
export class RefusedReplayError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RefusedReplayError';
  }
}

export interface ReplayDependencies {
  readonly records: RecordStore;
  readonly tasks: CloudTasksClient;
  readonly clock: Clock;
}

/**
 * Has a FAILED document processed again: first its record moves to the next epoch, with the error in its history, then come the
 * tasks of that epoch, as for a new document. Safe to repeat at any point of failure: a document that waits already only has its
 * tasks made sure of, and those are named after the epoch.
 *
 * @returns the record as it was written; PENDING
 * @throws RefusedReplayError when there is no such document, or it is COMPLETED or PROCESSING
 * @throws MissingSettingsError before anything is written
 */
export async function replayDocument(documentId: string, dependencies: ReplayDependencies): Promise<DocumentRecord> {
  dependencies.tasks.requireSettings();
  const record = await waitingRecord(documentId, dependencies);
  // The schema of tasks takes what it knows of the record and leaves the rest.
  await dependencies.tasks.createDocumentProcessingTask(record);
  return record;
}

async function waitingRecord(documentId: string, { records, clock }: ReplayDependencies): Promise<DocumentRecord> {
  for (;;) {
    const stored = await records.read(documentId);
    if (stored === undefined) throw new RefusedReplayError(`There is no document ${documentId}.`);
    const { status } = stored.record;
    if (status === 'PENDING') return stored.record;
    if (status !== 'FAILED') {
      throw new RefusedReplayError(`The document ${documentId} is ${status}; only a FAILED one can be replayed.`);
    }
    try {
      return (await records.swap(stored, replayed(stored.record, clock.now()))).record;
    } catch (error) {
      // Somebody else replayed it at the same time: look at what that made of it.
      if (!(error instanceof PreconditionFailedError)) throw error;
    }
  }
}
