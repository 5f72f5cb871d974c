import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type Clock, systemClock } from '../time/clock.ts';
import type { InstancesLoad } from './cloud-run/instances.ts';
import { runServiceOf } from './cloud-run/run-service.ts';
import { type RunningService, startRunService } from './cloud-run/start-run-service.ts';
import type { Buckets } from './cloud-storage/buckets.ts';
import { type CloudTasks, startCloudTasks } from './cloud-tasks/cloud-tasks.ts';
import { HttpSender } from './cloud-tasks/http-sender.ts';
import { stackOptions } from './cloud-tasks/of-stack.ts';
import { CERTS_PATH } from './cloud-tasks/openid.ts';
import { type StackParts, serveGoogle, storageAndPubsubOf } from './google-apis.ts';
import { OWNER_EMAIL, PROJECT_NUMBER } from './iam-roles.ts';
import { identitiesOf } from './identities.ts';
import { LOOPBACK } from './listen.ts';
import type { LocalGoogleOptions } from './local-google-options.ts';
import type { Pubsub } from './pubsub/pubsub.ts';
import { makeTemporaryFolder } from './temporary-folder.ts';
import { TerraformStack, type TerraformValue } from './terraform-stack.ts';

/** A Google that runs one stack on this machine. */
export interface LocalGoogle {
  /** The service's URL as the stack knows it: what tasks are sent to, and the audience of tokens. */
  readonly serviceUrl: string;
  /** Where that URL leads on this machine: `http://127.0.0.1:PORT`. */
  readonly frontDoorUrl: string;
  /** The stack's outputs, as Terraform would print them. */
  readonly outputs: Readonly<Record<string, TerraformValue>>;
  /** `host:port` of each service. */
  readonly addresses: {
    readonly tasks: string;
    readonly storage: string;
    readonly metadata: string;
    readonly run: string;
  };
  /** Variables that point a client of any language at this Google, as the developer. */
  readonly environment: Readonly<Record<string, string>>;
  /** Variables that the stack declares for the service. */
  readonly serviceEnvironment: Readonly<Record<string, string>>;
  /** Names of the service's containers that do not run here, because they are images. */
  readonly sidecars: readonly string[];
  /** Cloud Storage without the wire, as an owner. */
  readonly storage: Buckets;
  readonly tasks: CloudTasks;
  /** Pub/Sub without the wire, as an owner. */
  readonly pubsub: Pubsub;
  /** How busy the service's instances are. */
  load(): InstancesLoad;
  /** Ids of the processes that run the service. */
  instancePids(): number[];
  /** An access token of the project's owner. */
  ownerToken(): string;
  /** An ID token of any account. */
  idToken(options: { email: string; audience: string }): Promise<string>;
  /** Stops everything: dispatches first, then the instances in their ten seconds. Nothing runs or listens afterwards. */
  close(): Promise<void>;
}

/**
 * Starts a local Google from a synthesised stack: its queues, buckets, identities, grants, and its service.
 *
 * @throws TerraformStackError when the stack is unreadable, or lacks what is needed
 * @throws PortInUseError when another process has a port
 * @throws FolderInUseError when another process has the folder of the data
 * @throws JournalError when what it holds is damaged, or nothing can be kept in it
 * @throws Error when the service's container does not start
 */
export async function startLocalGoogle(options: LocalGoogleOptions): Promise<LocalGoogle> {
  const { clock = systemClock } = options;
  const parts = await readParts(options, clock);
  const { stack, service, identities } = parts;
  const tasksOptions = stackOptions(stack, identities);

  // Stopped in the opposite order, also where a later step fails.
  await using started = new AsyncDisposableStack();
  let run: RunningService | undefined;
  const resolveTarget = (url: string) =>
    url.startsWith(`${service.url}/`) ? `http://${run?.host}${url.slice(service.url.length)}` : url;
  const sender = started.adopt(new HttpSender(resolveTarget, tasksOptions.tokens), async (made) => made.close());
  const { storage, pubsub } = storageAndPubsubOf(parts, sender, options, started);
  const servers = await serveGoogle(parts, { storage, pubsub }, options, started);

  const { path: folder } = started.adopt(makeTemporaryFolder('local-google-'), (made) => made.remove());
  started.defer(async () => run?.close());
  // Dispatches and pushes end before the service does: an instance that is told to stop must get no new ones.
  started.defer(() => pubsub.close());
  const tasks = started.adopt(
    await startCloudTasks({
      ...tasksOptions,
      port: options.ports?.tasks ?? 0,
      clock: options.tasksClock ?? clock,
      ...(options.data !== undefined && { data: join(options.data, 'cloud-tasks') }),
      resolveTarget,
      ...(options.onAttempt && { onAttempt: options.onAttempt }),
      onChange: options.onQueueChange,
    }),
    (emulator) => emulator.close(),
  );
  const addresses = {
    tasks: `${LOOPBACK}:${tasks.port}`,
    storage: servers.googleapis.host,
    metadata: servers.metadata.host,
  };
  const ofService = clientVariables({ ...addresses, metadata: servers.serviceMetadata.host });
  run = await startRunService({
    service,
    folder,
    store: storage,
    environment: serviceEnvironment(options, ofService),
    port: options.ports?.run ?? 0,
    instanceLimits: options.instanceLimits ?? true,
    tokens: identities.tokens,
    policy: identities.policy,
    clock,
    randomHex: (digits) => randomBytes(digits / 2).toString('hex'),
    onLog: options.onLog ?? (() => {}),
  });

  pubsub.resume();
  const running = started.move();
  return {
    ...described(parts, run, addresses),
    storage,
    tasks,
    pubsub,
    close: () => running.disposeAsync(),
  };
}

/** Reads the stack, as far as it runs here. */
async function readParts(options: LocalGoogleOptions, clock: Clock): Promise<StackParts> {
  const { stackFile, variables = {}, secretValues = process.env } = options;
  const stack = TerraformStack.read(stackFile, { variables, projectNumber: PROJECT_NUMBER });
  const service = runServiceOf(stack, secretValues);
  return { stack, service, identities: await identitiesOf(stack, clock) };
}

type Addresses = Omit<LocalGoogle['addresses'], 'run'>;

/** What can be known and asked of a local Google beside its services. */
function described(
  { stack, service, identities: { tokens } }: StackParts,
  { host, instances }: RunningService,
  addresses: Addresses,
): Omit<LocalGoogle, 'storage' | 'tasks' | 'pubsub' | 'close'> {
  return {
    serviceUrl: service.url,
    frontDoorUrl: `http://${host}`,
    outputs: stack.outputs(),
    addresses: { ...addresses, run: host },
    environment: {
      GOOGLE_CLOUD_PROJECT: stack.projectId,
      ...clientVariables(addresses),
      // Where Python looks whether there is a metadata server at all.
      GCE_METADATA_IP: addresses.metadata,
    },
    serviceEnvironment: Object.fromEntries(service.container.env.map(({ name, value }) => [name, value])),
    sidecars: service.sidecars,
    load: () => instances.load,
    instancePids: () => instances.instances.flatMap(({ pid }) => pid ?? []),
    ownerToken: () => tokens.accessToken(OWNER_EMAIL).token,
    idToken: (o) => tokens.idToken(o),
  };
}

/** What points clients of any language at this Google. */
function clientVariables({ tasks, storage, metadata }: Addresses): Record<string, string> {
  return {
    CLOUD_TASKS_EMULATOR_HOST: tasks,
    STORAGE_EMULATOR_HOST: `http://${storage}`,
    PUBSUB_EMULATOR_HOST: storage,
    GCE_METADATA_HOST: metadata,
    OIDC_JWKS_URL: `http://${storage}${CERTS_PATH}`,
  };
}

/** What the service gets beside what the stack declares, and in place of it. */
function serviceEnvironment(
  { serviceVariables = {}, vertexBaseUrl = process.env.GOOGLE_VERTEX_BASE_URL }: LocalGoogleOptions,
  clients: Record<string, string>,
): Record<string, string> {
  const variables = { ...serviceVariables, ...clients, GOOGLE_VERTEX_BASE_URL: vertexBaseUrl };
  return Object.fromEntries(Object.entries(variables).flatMap(([name, value]) => (value ? [[name, value]] : [])));
}
