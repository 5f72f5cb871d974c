import { randomUUID } from 'node:crypto';
import { devNull } from 'node:os';
import { CloudStorage } from '../../google/cloud-storage.ts';
import { accessToken } from '../../google/google-auth.ts';
import type { PubsubOptions } from '../../google/pubsub.ts';
import { CloudTasksClient } from '../../handler/cloud-tasks-client.ts';
import type { DocumentRouteDependencies } from '../../handler/document-routes.ts';
import type { SettingName } from '../../handler/setting-names.ts';
import { InvalidSettingsError, readSettings, type Settings } from '../../handler/settings.ts';
import { StateStore } from '../../state/state-store.ts';
import { systemClock } from '../../time/clock.ts';
import { UsageError } from '../command-line.ts';

/** What the commands about documents work with: Cloud Storage and Cloud Tasks, as whoever runs them. */
export type Operator = Omit<DocumentRouteDependencies, 'drain' | 'signal' | 'settings'> & {
  readonly pubsub: PubsubOptions;
  readonly settings: Pick<
    Settings,
    'projectId' | 'outcomesTopic' | 'documentsBucket' | 'resultsBucket' | 'maxDocumentBytes'
  >;
};

const FOR_TASKS: readonly SettingName[] = [
  'GCP_PROJECT_ID',
  'GCP_LOCATION',
  'CLOUD_TASKS_QUEUE',
  'CLOUD_RUN_SERVICE_URL',
  'CLOUD_RUN_SERVICE_ACCOUNT',
];

/** What each kind of command cannot do without. */
export const NEEDED = {
  reading: ['RESULTS_BUCKET'],
  replaying: [...FOR_TASKS, 'RESULTS_BUCKET'],
  enqueuing: [...FOR_TASKS, 'DOCUMENTS_BUCKET', 'RESULTS_BUCKET'],
  following: ['OUTCOMES_TOPIC'],
  deleting: [...FOR_TASKS, 'DOCUMENTS_BUCKET', 'RESULTS_BUCKET'],
} as const satisfies Readonly<Record<string, readonly SettingName[]>>;

type Environment = Record<string, string | undefined>;

/**
 * Connects to the deployment that the environment names: of a local Google where its variables are set, else of a real project,
 * with Application Default Credentials.
 *
 * @throws UsageError naming every variable that is missing, or every one that breaks a rule; or that there are no credentials
 */
export async function connect(environment: Environment, needed: readonly SettingName[]): Promise<Operator> {
  requireAll(environment, needed);
  requireOneGoogle(environment);
  if (needed.includes('OUTCOMES_TOPIC')) requirePubsubOf(environment);
  leaveOwnCredentialsOut(environment);
  const settings = validSettings(environment);
  await requireCredentials(environment);
  const store = new CloudStorage({
    clock: systemClock,
    random: Math.random,
    accessToken,
    baseUrl: environment.STORAGE_EMULATOR_HOST,
  });
  const { dispatchDeadlineSeconds } = settings.deadlines;
  const { PUBSUB_EMULATOR_HOST: pubsub } = environment;
  return {
    store,
    states: new StateStore(store, settings.resultsBucket),
    tasks: new CloudTasksClient({ ...settings, dispatchDeadlineSeconds }),
    clock: systemClock,
    newOwner: randomUUID,
    pubsub: { accessToken, baseUrl: pubsub && `http://${pubsub}` },
    settings,
  };
}

function requireAll(environment: Environment, needed: readonly SettingName[]): void {
  const missing = needed.filter((name) => !environment[name]);
  if (missing.length === 0) return;
  throw new UsageError(
    `These environment variables are needed and not set: ${missing.join(', ')}. ` +
      'npm run dev prints them for the local Google; a deployment has them in its output documents_environment.' +
      (missing.includes('OUTCOMES_TOPIC')
        ? ' OUTCOMES_TOPIC is among them where outcomes are published: set OUTCOMES=true for both.'
        : ''),
  );
}

/** States in one Google with their tasks in another would never be processed. */
function requireOneGoogle({ STORAGE_EMULATOR_HOST, CLOUD_TASKS_EMULATOR_HOST }: Environment): void {
  if (Boolean(STORAGE_EMULATOR_HOST) === Boolean(CLOUD_TASKS_EMULATOR_HOST)) return;
  const [set, other] = STORAGE_EMULATOR_HOST
    ? ['STORAGE_EMULATOR_HOST', 'CLOUD_TASKS_EMULATOR_HOST']
    : ['CLOUD_TASKS_EMULATOR_HOST', 'STORAGE_EMULATOR_HOST'];
  throw new UsageError(`${set} is set and ${other} is not: set both for a local Google, neither for a real project.`);
}

/** What is published by a local service is in no project of Google's. */
function requirePubsubOf({ STORAGE_EMULATOR_HOST, PUBSUB_EMULATOR_HOST }: Environment): void {
  if (Boolean(STORAGE_EMULATOR_HOST) === Boolean(PUBSUB_EMULATOR_HOST)) return;
  const [set, other] = STORAGE_EMULATOR_HOST
    ? ['STORAGE_EMULATOR_HOST', 'PUBSUB_EMULATOR_HOST']
    : ['PUBSUB_EMULATOR_HOST', 'STORAGE_EMULATOR_HOST'];
  throw new UsageError(`${set} is set and ${other} is not: set both for a local Google, neither for a real project.`);
}

/** Google's libraries prefer credentials on disk to a metadata server; a local Google knows them not, and must not see them. */
function leaveOwnCredentialsOut(environment: Environment): void {
  if (!environment.STORAGE_EMULATOR_HOST || !environment.GCE_METADATA_HOST) return;
  delete environment.GOOGLE_APPLICATION_CREDENTIALS;
  environment.CLOUDSDK_CONFIG = devNull;
}

function validSettings(environment: Environment): ReturnType<typeof readSettings> {
  try {
    return readSettings(environment);
  } catch (error) {
    if (error instanceof InvalidSettingsError) throw new UsageError(error.problems.join('\n'));
    throw error;
  }
}

/** Asked for once before anything else: without this, each call would try several times and then blame the network. */
async function requireCredentials({ GCE_METADATA_HOST: localHost }: Environment): Promise<void> {
  try {
    await accessToken();
  } catch (error) {
    throw new UsageError(
      localHost
        ? `The local Google's metadata server (GCE_METADATA_HOST=${localHost}) gives no token: is npm run dev running? (${(error as Error).message})`
        : `No credentials: run gcloud auth application-default login (${(error as Error).message}).`,
    );
  }
}
