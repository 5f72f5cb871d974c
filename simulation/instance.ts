import { deadlinesFor } from '../deadlines.ts';
import type { Converter } from '../documents/conversion/converter.ts';
import type { Extractor } from '../documents/extraction/extractor.ts';
import type { ObjectStore } from '../google/object-store.ts';
import type { Topic } from '../google/pubsub.ts';
import { createApp } from '../handler/app.ts';
import { CloudTasksClient, type CreateTask } from '../handler/cloud-tasks-client.ts';
import { Drain } from '../handler/drain.ts';
import { createLogger } from '../handler/logger.ts';
import { readSettings, type Settings } from '../handler/settings.ts';
import type { Answer } from '../local/cloud-tasks/attempt.ts';
import { StateStore } from '../state/state-store.ts';
import type { SimulatedProcess } from './simulated-process.ts';

export const DOCUMENTS = 'p-documents';
export const RESULTS = 'p-results';

export const PARENT = 'projects/my-project/locations/us-central1/queues/documents';
export const MAX_ATTEMPTS = 5;
const INVOKER = 'invoker@my-project.iam.gserviceaccount.com';
/** Whose pushes tell of uploads. */
export const UPLOADER = 'uploads@my-project.iam.gserviceaccount.com';

export const SETTINGS: Settings = readSettings({
  GCP_PROJECT_ID: 'my-project',
  GCP_LOCATION: 'us-central1',
  CLOUD_TASKS_QUEUE: 'documents',
  CLOUD_RUN_SERVICE_URL: 'https://documents-1.us-central1.run.app',
  CLOUD_RUN_SERVICE_ACCOUNT: INVOKER,
  DOCUMENTS_BUCKET: 'p-documents',
  RESULTS_BUCKET: 'p-results',
  CLOUD_TASKS_MAX_ATTEMPTS: String(MAX_ATTEMPTS),
  UPLOADS_SERVICE_ACCOUNT: UPLOADER,
  ACCEPT_REMOVED_SIGNATURE: 'true',
});

/** The same with a part of the time for an extraction. */
export const EXTRACTION_SETTINGS: Settings = { ...SETTINGS, deadlines: deadlinesFor(600, { extraction: true }) };

const silent = createLogger('fatal', { write: () => {} });

/** What an instance of the handler is given; all of it is one process's own. */
interface InstanceParts {
  readonly process: SimulatedProcess;
  readonly store: ObjectStore;
  readonly createTask: CreateTask['createTask'];
  readonly outcomes: Topic;
  readonly converter: Converter;
  /** @default none */
  readonly extractor?: Extractor | undefined;
  readonly newOwner: () => string;
  readonly settings: Settings;
}

export interface InstanceRequest {
  /** @default POST */
  readonly method?: 'POST' | 'DELETE';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Who calls. @default the invoker */
  readonly caller?: string;
}

/** An instance of the real handler: all of its code, from the route down, on a simulated process. */
export class SimulatedInstance {
  readonly process: SimulatedProcess;
  readonly #drain = new Drain();
  readonly #app: ReturnType<typeof createApp>;

  constructor({ process, store, createTask, outcomes, converter, extractor, newOwner, settings }: InstanceParts) {
    this.process = process;
    this.#app = createApp({
      settings,
      store,
      outcomes,
      converter,
      extractor,
      newOwner,
      clock: process.clock,
      states: new StateStore(store, settings.resultsBucket),
      tasks: new CloudTasksClient(settings, async () => ({ createTask }) as CreateTask, process.clock),
      // Never asked: Cloud Run has removed the signatures.
      keys: async () => {
        throw new Error('no keys');
      },
      drain: this.#drain,
      logger: silent,
    });
  }

  get takesRequests(): boolean {
    return this.process.isAlive && !this.#drain.begun;
  }

  /** SIGTERM. */
  drain(): void {
    this.#drain.begin();
  }

  /** Answers a request; a process that dies meanwhile is a 503 of Cloud Run's. */
  async request(
    { method = 'POST', path, headers, body, caller = INVOKER }: InstanceRequest,
    now: number,
  ): Promise<Answer> {
    const authorization = `Bearer ${tokenAt(now, caller)}`;
    const answered = Promise.resolve(
      this.#app.request(path, { method, headers: { ...headers, Authorization: authorization }, ...(body && { body }) }),
    ).then(
      async (response): Promise<Answer> => ({
        kind: 'response',
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: Buffer.from(await response.text()),
      }),
    );
    const died = this.process.died.then(
      (): Answer => ({ kind: 'response', status: 503, headers: {}, body: Buffer.of() }),
    );
    return Promise.race([answered, died]);
  }
}

/** What Cloud Run passes on of a caller's token. */
function tokenAt(now: number, email: string): string {
  const seconds = Math.floor(now / 1000);
  const claims = {
    iss: 'https://accounts.google.com',
    aud: SETTINGS.serviceUrl,
    iat: seconds,
    exp: seconds + 3600,
    email,
    email_verified: true,
  };
  const encoded = [{ alg: 'RS256' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  return [...encoded, 'SIGNATURE_REMOVED_BY_GOOGLE'].join('.');
}
