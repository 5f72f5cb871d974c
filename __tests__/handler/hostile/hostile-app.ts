import type { ObjectStore } from '../../../google/object-store.ts';
import { createApp } from '../../../handler/app.ts';
import { CloudTasksClient, type CreateTask } from '../../../handler/cloud-tasks-client.ts';
import { Drain } from '../../../handler/drain.ts';
import { createLogger } from '../../../handler/logger.ts';
import { readSettings } from '../../../handler/settings.ts';
import { StateStore } from '../../../state/state-store.ts';
import { DOCUMENTS, RESULTS, setUp } from '../handler-in-memory.ts';
import { AUDIENCE, googleKeySet, INVOKER } from './tokens.ts';

/** What a stack trace, a file's place or a token looks like. */
const INTERNALS = /\bat .+:\d+:\d+|node_modules|node:internal|file:\/\/|\.[cm]?[jt]s:\d|eyJ[\w-]{10}/;

export interface HostileAppOptions {
  /** The mode behind Cloud Run. @default false */
  readonly acceptRemovedSignature?: boolean;
  /** In place of the store in memory. */
  readonly store?: ObjectStore;
}

/** The handler's real routes over a store with one document, which notes everything that a request changes. */
export function hostileApp({ acceptRemovedSignature = false, store: given }: HostileAppOptions = {}) {
  const { dependencies, store: memory, task, clock } = setUp();
  const settings = readSettings({
    GCP_PROJECT_ID: 'my-project',
    GCP_LOCATION: 'us-central1',
    CLOUD_TASKS_QUEUE: 'documents',
    CLOUD_RUN_SERVICE_URL: AUDIENCE,
    CLOUD_RUN_SERVICE_ACCOUNT: INVOKER,
    DOCUMENTS_BUCKET: DOCUMENTS,
    RESULTS_BUCKET: RESULTS,
    ACCEPT_REMOVED_SIGNATURE: String(acceptRemovedSignature),
  });
  const changes: string[] = [];
  const reads: string[] = [];
  const log: string[] = [];
  const store = noting(given ?? memory, reads, changes);
  const createTask = async ({ task: created }: { task: { name: string } }) => {
    changes.push(`task ${created.name}`);
    return [created];
  };
  const app = createApp({
    ...dependencies,
    settings,
    store,
    states: new StateStore(store, RESULTS),
    tasks: new CloudTasksClient(settings, async () => ({ createTask }) as unknown as CreateTask, clock),
    keys: googleKeySet,
    drain: new Drain(),
    logger: createLogger('trace', { write: (line) => log.push(line) }),
  });

  /**
   * Sends a request that must be refused with one of the statuses, and leave no trace.
   *
   * @throws Error saying all that is wrong with the refusal; not by `expect`, which is slow ten thousand times
   */
  async function expectRefusal(request: Request, ...statuses: number[]): Promise<void> {
    changes.length = 0;
    log.length = 0;
    const response = await app.fetch(request);
    const text = await response.text();
    const faults = [...changes, ...log];
    if (!statuses.includes(response.status)) faults.push(`status ${response.status}, not ${statuses.join(' or ')}`);
    const type = response.headers.get('content-type');
    if (type !== 'application/problem+json') faults.push(`Content-Type ${type}`);
    if (INTERNALS.test(text)) faults.push('internals in the answer');
    if (request.method !== 'HEAD' && JSON.parse(text).status !== response.status) faults.push('another status inside');
    if (faults.length > 0) throw new Error(`Not refused properly: ${faults.join('; ')}. Answer: ${text}`);
  }

  /** As {@link expectRefusal}, of a list whose documents must each be refused with 400. */
  async function expectListRefusal(request: Request, documents: number): Promise<void> {
    changes.length = 0;
    log.length = 0;
    const response = await app.fetch(request);
    const text = await response.text();
    const faults = [...changes, ...log];
    if (response.status !== 207) faults.push(`status ${response.status}, not 207`);
    if (INTERNALS.test(text)) faults.push('internals in the answer');
    const statuses = (JSON.parse(text) as { status: number }[]).map(({ status }) => status);
    if (statuses.length !== documents || statuses.some((status) => status !== 400)) faults.push(`answers ${statuses}`);
    if (faults.length > 0) throw new Error(`Not refused properly: ${faults.join('; ')}. Answer: ${text}`);
  }

  return { app, task, changes, reads, log, expectRefusal, expectListRefusal };
}

function noting(store: ObjectStore, reads: string[], changes: string[]): ObjectStore {
  return {
    stat: (bucket, name, options) => {
      reads.push(`${bucket}/${name}`);
      return store.stat(bucket, name, options);
    },
    read: (bucket, name, options) => {
      reads.push(`${bucket}/${name}`);
      return store.read(bucket, name, options);
    },
    write: (bucket, name, body, options) => {
      changes.push(`object ${bucket}/${name}`);
      return store.write(bucket, name, body, options);
    },
    remove: (bucket, name, options) => {
      changes.push(`removal of ${bucket}/${name}`);
      return store.remove(bucket, name, options);
    },
    list: (bucket, prefix, options) => {
      reads.push(`${bucket}/${prefix}`);
      return store.list(bucket, prefix, options);
    },
  };
}
