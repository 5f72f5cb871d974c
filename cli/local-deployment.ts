import { CloudStorage } from '../google/cloud-storage.ts';
import type { ObjectStore } from '../google/object-store.ts';
import type { LocalGoogle } from '../local/local-google.ts';
import { taskIdFor } from '../state/document-task.ts';
import { systemClock } from '../time/clock.ts';
import { DocumentService, type ShownDocument } from './document-service.ts';
import { CALLER } from './synthesise.ts';

/** A stack on the local Google, for whoever hands documents in and fetches what they became. */
export interface LocalDeployment {
  /** As the owner of the buckets. */
  readonly storage: ObjectStore;
  readonly documentsBucket: string;
  readonly resultsBucket: string;
  /** How the names of what is uploaded begin. @default as its content has it */
  readonly uploadsPrefix?: string;
  /** As one of its callers. */
  readonly service: Pick<DocumentService, 'appears' | 'enqueue' | 'looksAt'>;
  /**
   * When Cloud Tasks is to try a document's task next, in milliseconds since the epoch: in the past while an attempt is on its
   * way. Undefined when it has the task no more, after which no attempt follows.
   */
  nextAttemptAt(document: ShownDocument): number | undefined;
}

/** @param email who calls the service. @default the caller that {@link CALLER} names */
export function localDeployment(google: LocalGoogle, email = CALLER): LocalDeployment {
  const { environment, outputs, frontDoorUrl, serviceUrl: audience } = google;
  return {
    storage: new CloudStorage({
      clock: systemClock,
      random: Math.random,
      accessToken: async () => google.ownerToken(),
      baseUrl: environment.STORAGE_EMULATOR_HOST,
    }),
    documentsBucket: String(outputs.documents_bucket),
    resultsBucket: String(outputs.results_bucket),
    service: new DocumentService(frontDoorUrl, () => google.idToken({ email, audience })),
    nextAttemptAt: (document) => nextAttemptAt(document, google),
  };
}

/** Looks without the wire, as the owner of the whole Google. */
function nextAttemptAt(document: ShownDocument, { tasks, outputs, ownerToken }: LocalGoogle): number | undefined {
  for (const queue of [outputs.queue_ids].flat()) {
    try {
      const name = `${queue}/tasks/${taskIdFor(document)}`;
      return tasks.call('GetTask', { name }, `Bearer ${ownerToken()}`).task.scheduleTime;
    } catch {
      // Another queue has it, or none.
    }
  }
  return undefined;
}
