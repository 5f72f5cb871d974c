import { createHash } from 'node:crypto';
import type { CloudTasksClient as GoogleCloudTasksClient, protos } from '@google-cloud/tasks';
import {
  DEFAULT_DISPATCH_DEADLINE_SECONDS,
  deadlinesFor,
  checkIntervalSeconds as defaultCheckInterval,
} from '../deadlines.ts';
import { anonymousAuth, googleAuth } from '../google/google-auth.ts';
import {
  checkTaskIdFor,
  type DocumentCheck,
  type DocumentSweep,
  type DocumentTaskInput,
  documentTaskSchema,
  sweepTaskIdFor,
  taskIdFor,
} from '../state/document-task.ts';
import { type Clock, systemClock } from '../time/clock.ts';
import { MissingSettingsError, type SettingName } from './setting-names.ts';

/** Paths of the endpoints that Cloud Tasks calls. */
export const PROCESS_DOCUMENT_PATH = '/tasks/process-document';
export const CHECK_DOCUMENT_PATH = '/tasks/check-document';

/** gRPC status codes (google.rpc.Code), which the client uses over REST as well. */
const DEADLINE_EXCEEDED = 4;
const ALREADY_EXISTS = 6;
const UNAVAILABLE = 14;

export interface CloudTasksClientSettings {
  /** Project of the queue. @default '' */
  readonly projectId?: string;
  /** Region of the queue. @default '' */
  readonly location?: string;
  /** Short name of the queue, or of several, separated by commas: a document's id decides which is its own. @default '' */
  readonly queue?: string;
  /** URL of the Cloud Run service: the target of the tasks and the audience of their tokens. @default '' */
  readonly serviceUrl?: string;
  /** Email of the invoker service account, which the tasks' tokens are issued to. @default '' */
  readonly serviceAccount?: string;
  /** Seconds Cloud Tasks waits for an answer: 15 to 1,800. @default 600 */
  readonly dispatchDeadlineSeconds?: number;
  /** Seconds until somebody looks whether a document has its outcome. @default 960, for the deadline and backoff of the stack's defaults */
  readonly checkIntervalSeconds?: number;
}

export type CreatedTask = protos.google.cloud.tasks.v2.ITask & { name: string };

/** What of a payload its task is made by. */
interface TaskPayload {
  readonly documentId: string;
  readonly traceparent?: string | undefined;
}

/** The one method used of Google's client. */
export type CreateTask = Pick<GoogleCloudTasksClient, 'createTask'>;

/** Creates document-processing tasks. One for a process: it keeps one client of Google's, made when it is first needed. */
export class CloudTasksClient {
  readonly #settings: Required<CloudTasksClientSettings>;
  readonly #connect: () => Promise<CreateTask>;
  readonly #clock: Pick<Clock, 'now'>;
  #client: Promise<CreateTask> | undefined;

  /**
   * @param settings what is left out is the empty string, and creating a task then fails with a {@link MissingSettingsError}
   * @param connect makes what the tasks are created by, when the first one is; called again where it failed. A client of
   *   Google's with settings of your own (a proxy, gRPC, other credentials), or a stand-in for tests. @default REST with
   *   Application Default Credentials; where `CLOUD_TASKS_EMULATOR_HOST` is set, to that `host:port` over plain HTTP, and then
   *   with a token only where `GCE_METADATA_HOST` says who gives it
   * @param clock @default systemClock
   */
  constructor(
    settings: CloudTasksClientSettings = {},
    connect: () => Promise<CreateTask> = connectOverRest,
    clock: Pick<Clock, 'now'> = systemClock,
  ) {
    const { projectId = '', location = '', queue = '', serviceUrl = '', serviceAccount = '' } = settings;
    const { dispatchDeadlineSeconds = DEFAULT_DISPATCH_DEADLINE_SECONDS } = settings;
    const { checkIntervalSeconds = defaultCheckInterval(deadlinesFor(dispatchDeadlineSeconds)) } = settings;
    const timing = { dispatchDeadlineSeconds, checkIntervalSeconds };
    this.#settings = { projectId, location, queue, serviceUrl, serviceAccount, ...timing };
    this.#connect = connect;
    this.#clock = clock;
  }

  /** @throws MissingSettingsError naming every setting that creating a task needs and that is empty */
  requireSettings(): void {
    const { projectId, location, queue, serviceUrl, serviceAccount } = this.#settings;
    const needed: [SettingName, string][] = [
      ['GCP_PROJECT_ID', projectId],
      ['GCP_LOCATION', location],
      ['CLOUD_TASKS_QUEUE', queue],
      ['CLOUD_RUN_SERVICE_URL', serviceUrl],
      ['CLOUD_RUN_SERVICE_ACCOUNT', serviceAccount],
    ];
    const missing = needed.filter(([, value]) => value === '').map(([name]) => name);
    if (missing.length > 0) throw new MissingSettingsError('Creating a Cloud Tasks task', missing);
  }

  /**
   * Creates the task that looks later whether a document has its outcome, and then the one that processes it. Safe to repeat:
   * both are named after the document and its epoch, and one that exists already, or existed within the last hour, is as good
   * as one that is created now.
   *
   * @returns the task that processes it, with its full name
   * @throws MissingSettingsError when a setting is empty
   * @throws ZodError when the document is not a valid task
   * @throws GoogleError when Cloud Tasks refuses (`code` 7: the caller lacks `cloudtasks.enqueuer` on the queue or
   *   `iam.serviceAccountUser` on the invoker), or cannot be reached after retries
   */
  async createDocumentProcessingTask(document: DocumentTaskInput): Promise<CreatedTask> {
    const payload = documentTaskSchema.parse(document);
    // First: what is processed is always looked after, wherever this is cut off. Who repeats it may find the document done, and make none.
    await this.createDocumentCheckTask({ ...payload, round: 0 });
    return this.#create(PROCESS_DOCUMENT_PATH, taskIdFor(payload), payload);
  }

  /**
   * Creates the task that takes the next look at a document: one that no attempt brings to an outcome must not stay without.
   * As safe to repeat as {@link createDocumentProcessingTask}, and throws the same.
   */
  async createDocumentCheckTask(check: DocumentCheck): Promise<CreatedTask> {
    return this.#create(CHECK_DOCUMENT_PATH, checkTaskIdFor(check), check, this.#settings.checkIntervalSeconds);
  }

  /**
   * Creates the task that sweeps after a deleted document, when no attempt can run any more that ran at the deletion. As safe to
   * repeat as {@link createDocumentProcessingTask}, and throws the same.
   *
   * @param epoch that the deletion has taken
   */
  async createDocumentSweepTask(documentId: string, epoch: number): Promise<CreatedTask> {
    const sweep: DocumentSweep = { documentId, epoch, sweep: true };
    return this.#create(CHECK_DOCUMENT_PATH, sweepTaskIdFor(sweep), sweep, this.#settings.checkIntervalSeconds);
  }

  async #create(path: string, taskId: string, payload: TaskPayload, delaySeconds?: number) {
    this.requireSettings();
    const scheduleTime = delaySeconds && { seconds: Math.ceil(this.#clock.now() / 1000 + delaySeconds) };
    const { projectId, location, queue, serviceUrl, serviceAccount, dispatchDeadlineSeconds } = this.#settings;
    const parent = `projects/${projectId}/locations/${location}/queues/${queueOf(payload.documentId, queue.split(','))}`;
    const task: CreatedTask = {
      name: `${parent}/tasks/${taskId}`,
      dispatchDeadline: { seconds: dispatchDeadlineSeconds },
      ...(scheduleTime && { scheduleTime }),
      httpRequest: {
        httpMethod: 'POST',
        url: serviceUrl + path,
        headers: {
          'Content-Type': 'application/json',
          ...(payload.traceparent && { traceparent: payload.traceparent }),
        },
        body: Buffer.from(JSON.stringify(payload)).toString('base64'),
        // Without an audience Cloud Tasks would put in the whole URL, which Cloud Run refuses.
        oidcToken: { serviceAccountEmail: serviceAccount, audience: serviceUrl },
      },
    };
    const client = await this.#connected();
    try {
      const [created] = await client.createTask({ parent, task }, CALL_OPTIONS);
      return { ...created, name: created.name ?? task.name };
    } catch (error) {
      if ((error as { code?: unknown }).code === ALREADY_EXISTS) return task;
      throw error;
    }
  }

  /** Credentials that were missing may be there the next time. */
  #connected(): Promise<CreateTask> {
    this.#client ??= this.#connect().catch((error) => {
      this.#client = undefined;
      throw error;
    });
    return this.#client;
  }
}

/** Spreads documents over queues, always the same document to the same queue, so that its task's name is found again. */
function queueOf(documentId: string, queues: readonly string[]): string {
  const hash = createHash('sha256').update(documentId).digest().readUInt32BE();
  return queues[hash % queues.length] as string;
}

/** Google's client never retries createTask by itself, as an unnamed task would be created twice. Ours are named. */
const CALL_OPTIONS = {
  timeout: 10_000,
  retry: {
    retryCodes: [DEADLINE_EXCEEDED, UNAVAILABLE],
    backoffSettings: {
      initialRetryDelayMillis: 200,
      retryDelayMultiplier: 2,
      maxRetryDelayMillis: 5_000,
      initialRpcTimeoutMillis: 10_000,
      rpcTimeoutMultiplier: 1,
      maxRpcTimeoutMillis: 10_000,
      totalTimeoutMillis: 30_000,
    },
  },
};

/** REST and not gRPC: on Cloud Run users report DEADLINE_EXCEEDED over gRPC, and REST starts faster. */
async function connectOverRest(): Promise<CreateTask> {
  const { v2 } = await import('@google-cloud/tasks');
  const { CLOUD_TASKS_EMULATOR_HOST: emulator, GCE_METADATA_HOST: metadata } = process.env;
  const auth = emulator && !metadata ? await anonymousAuth() : await googleAuth();
  const client = new v2.CloudTasksClient({ fallback: true, auth, ...(emulator && placeOf(emulator)) });
  // Where a call begins it, Google's client throws what goes wrong (no credentials) once more, to nobody, which ends the process.
  await client.initialize();
  return client;
}

function placeOf(emulator: string) {
  const { hostname, port } = new URL(`http://${emulator}`);
  return { protocol: 'http', apiEndpoint: hostname, port: Number(port || 80) };
}
