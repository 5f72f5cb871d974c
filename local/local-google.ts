import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Hono } from 'hono';
import { type Clock, systemClock } from '../time/clock.ts';
import type { InstancesLoad } from './cloud-run/instances.ts';
import { type RunService, runServiceOf, type SecretValues } from './cloud-run/run-service.ts';
import { type RunningService, startRunService } from './cloud-run/start-run-service.ts';
import { Buckets, type BucketsOptions, type ObjectVersion } from './cloud-storage/buckets.ts';
import { type StorageFault, storageApi } from './cloud-storage/json-api.ts';
import { KeptObjects } from './cloud-storage/kept-objects.ts';
import type { Attempt } from './cloud-tasks/attempt.ts';
import { type CloudTasks, startCloudTasks } from './cloud-tasks/cloud-tasks.ts';
import { HttpSender } from './cloud-tasks/http-sender.ts';
import { stackOptions } from './cloud-tasks/of-stack.ts';
import { CERTS_PATH } from './cloud-tasks/openid.ts';
import { bucketsOf, objectsOf } from './google-stack.ts';
import { type IamPolicy, PROJECT_NUMBER, PROJECT_OWNER } from './iam-roles.ts';
import { identitiesOf, type StackIdentities } from './identities.ts';
import { type ListenOptions, LOOPBACK, type RunningServer, serve } from './listen.ts';
import { type MetadataOptions, metadataApp } from './metadata-server.ts';
import { KeptMessages } from './pubsub/kept-messages.ts';
import { mayForward, notificationsOf, subscriptionsOf, topicsOf } from './pubsub/of-stack.ts';
import { Pubsub } from './pubsub/pubsub.ts';
import { pubsubApi } from './pubsub/rest.ts';
import type { PushedMessage } from './pubsub/subscription.ts';
import { makeTemporaryFolder } from './temporary-folder.ts';
import { TerraformStack, type TerraformValue } from './terraform-stack.ts';

const OWNER_EMAIL = PROJECT_OWNER.replace('user:', '');

export interface LocalGoogleOptions {
  /** The synthesised `cdk.tf.json`. */
  readonly stackFile: string;
  /** Ports on the loopback address; 0 is any free one. @default all 0 */
  readonly ports?: {
    readonly tasks?: number;
    readonly storage?: number;
    /** Of the developer's metadata server. */
    readonly metadata?: number;
    /** Of Cloud Run's front door. */
    readonly run?: number;
  };
  /** Values of the stack's Terraform variables. @default their defaults */
  readonly variables?: Readonly<Record<string, string>>;
  /** Email that the developer's metadata server gives tokens of. @default the project's owner */
  readonly developer?: string;
  /** @default systemClock */
  readonly clock?: Clock;
  /** Time as Cloud Tasks alone sees it, so that backoffs pass faster. @default `clock` */
  readonly tasksClock?: Clock;
  /** Values of the variables that the stack fills from secrets. @default the environment's */
  readonly secretValues?: SecretValues;
  /**
   * Variables of the service in place of what the stack declares, and beside it: where what stands in for a sidecar answers. Those
   * that are undefined or empty count as not given. @default none
   */
  readonly serviceVariables?: Readonly<Record<string, string | undefined>>;
  /** Where the service finds Vertex AI, which is not here. @default the environment's GOOGLE_VERTEX_BASE_URL */
  readonly vertexBaseUrl?: string | undefined;
  /** Decides for each request to Cloud Storage whether it fails. @default none does */
  readonly storageFault?: () => StorageFault | undefined;
  /** Whether Cloud Storage refuses a second change of one object within a second. @default true */
  readonly mutationLimit?: boolean | undefined;
  /**
   * Whether instances of the service live as on Cloud Run: ended after 15 minutes without a request (`clock`), killed above their
   * memory, without CPU between requests where the stack says `cpu_idle`. Else they are kept as they are. @default true
   */
  readonly instanceLimits?: boolean | undefined;
  /** Folder that objects, queues, tasks and messages are kept in, across restarts and kills. @default none: in memory */
  readonly data?: string | undefined;
  /** Takes what the service writes and what Cloud Run refuses, a line each, with the process of the instance that it is of. @default nothing */
  readonly onLog?: (line: string, pid?: number) => void;
  /** Called after each message that was pushed. @default nothing */
  readonly onPush?: ((push: PushedMessage) => void) | undefined;
  /** Called after each attempt of a task. @default nothing */
  readonly onAttempt?: (attempt: Attempt) => void;
  /** Called after whatever may have changed a queue. It must be quick. @default nothing */
  readonly onQueueChange?: (() => void) | undefined;
}

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
  const { clock = systemClock, onLog = () => {}, data } = options;
  const variables = options.variables ?? {};
  const stack = TerraformStack.read(options.stackFile, { variables, projectNumber: PROJECT_NUMBER });
  const service = runServiceOf(stack, options.secretValues ?? process.env);
  const identities = await identitiesOf(stack, clock);
  const { tokens, policy } = identities;
  const tasksOptions = stackOptions(stack, identities);

  // Stopped in the opposite order, also where a later step fails.
  await using started = new AsyncDisposableStack();
  const keeper = data === undefined ? undefined : new KeptObjects(join(data, 'cloud-storage'));
  started.defer(() => keeper?.close());
  const messages = data === undefined ? undefined : new KeptMessages(join(data, 'pubsub'));
  started.defer(() => messages?.close());
  let run: RunningService | undefined;
  const resolveTarget = (url: string) =>
    url.startsWith(`${service.url}/`) ? `http://${run?.host}${url.slice(service.url.length)}` : url;
  const sender = started.adopt(new HttpSender(resolveTarget, tasksOptions.tokens), async (made) => made.close());
  const pubsub = new Pubsub({
    clock,
    topics: topicsOf(stack),
    subscriptions: subscriptionsOf(stack),
    send: sender.send,
    mayForward: mayForward(stack, policy),
    onPush: options.onPush,
    keeper: messages,
  });
  const storage = storageOf(
    stack,
    { clock, mutationLimit: options.mutationLimit, keeper },
    notifying(stack, policy, pubsub, onLog),
  );
  const adopt = async <T extends Closeable>(running: Promise<T>) => started.adopt(await running, stop);
  const machine = { projectId: stack.projectId, projectNumber: PROJECT_NUMBER, region: service.region, tokens };
  const { metadata, serviceMetadata, googleapis } = await serveGoogle(
    options,
    { identities, storage, pubsub, machine, service },
    adopt,
  );

  const { path: folder } = started.adopt(makeTemporaryFolder('local-google-'), (made) => made.remove());
  started.defer(async () => run?.close());
  // Dispatches and pushes end before the service does: an instance that is told to stop must get no new ones.
  started.defer(() => pubsub.close());
  const tasks = await adopt(
    startCloudTasks({
      ...tasksOptions,
      port: options.ports?.tasks ?? 0,
      clock: options.tasksClock ?? clock,
      ...(data !== undefined && { data: join(data, 'cloud-tasks') }),
      resolveTarget,
      ...(options.onAttempt && { onAttempt: options.onAttempt }),
      onChange: options.onQueueChange,
    }),
  );
  const addresses = { tasks: `${LOOPBACK}:${tasks.port}`, storage: googleapis.host, metadata: metadata.host };
  run = await startRunService({
    service,
    folder,
    store: storage,
    environment: serviceEnvironment(options, clientVariables({ ...addresses, metadata: serviceMetadata.host })),
    port: options.ports?.run ?? 0,
    instanceLimits: options.instanceLimits ?? true,
    tokens,
    policy,
    clock,
    randomHex: (digits) => randomBytes(digits / 2).toString('hex'),
    onLog,
  });

  pubsub.resume();
  const { host, instances } = run;
  const running = started.move();
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
    storage,
    tasks,
    pubsub,
    load: () => instances.load,
    instancePids: () => instances.instances.flatMap(({ pid }) => pid ?? []),
    ownerToken: () => tokens.accessToken(OWNER_EMAIL).token,
    idToken: (o) => tokens.idToken(o),
    close: () => running.disposeAsync(),
  };
}

interface Closeable {
  close(): Promise<void>;
}

const stop = (running: Closeable) => running.close();

interface GoogleParts {
  readonly identities: StackIdentities;
  readonly storage: Buckets;
  readonly pubsub: Pubsub;
  readonly machine: Omit<MetadataOptions, 'email'>;
  readonly service: RunService;
}

/** The servers that clients call: the metadata servers of the service and of the developer, Cloud Storage and Pub/Sub. */
async function serveGoogle(
  { ports = {}, clock = systemClock, developer = OWNER_EMAIL, storageFault }: LocalGoogleOptions,
  { identities, storage, pubsub, machine, service }: GoogleParts,
  adopt: (running: Promise<RunningServer>) => Promise<RunningServer>,
) {
  const { tokens, access } = identities;
  const serveHere = (app: Hono, listen: ListenOptions) => adopt(serve(app, listen, clock));
  const serviceMetadata = await serveHere(metadataApp({ ...machine, email: service.serviceAccount }), {
    port: 0,
    what: "the service's metadata server",
    option: 'nothing: it takes any free port',
  });
  const metadata = await serveHere(metadataApp({ ...machine, email: developer }), {
    port: ports.metadata ?? 0,
    what: 'the metadata server',
    option: 'ports.metadata',
  });
  // All of them live on www.googleapis.com too.
  const app = new Hono()
    .get(CERTS_PATH, (c) => c.json(tokens.jwks()))
    .route('/', pubsubApi(pubsub, access))
    .route('/', storageApi({ store: storage, access, fault: storageFault }));
  const googleapis = await serveHere(app, { port: ports.storage ?? 0, what: 'Cloud Storage', option: 'ports.storage' });
  return { serviceMetadata, metadata, googleapis };
}

/** Publishes what Cloud Storage tells of each object that is finished. */
function notifying(stack: TerraformStack, policy: IamPolicy, pubsub: Pubsub, onLog: (line: string) => void) {
  const notificationsFor = notificationsOf(stack, policy, (topic) =>
    onLog(`Cloud Storage's agent may not publish to ${topic}: grant it roles/pubsub.publisher there.`),
  );
  return (object: ObjectVersion, overwrote: number | undefined) => {
    for (const { topic, message } of notificationsFor(object, overwrote)) pubsub.publish(topic, message);
  };
}

/** Cloud Storage as the stack leaves it: its buckets, with its objects in them. */
function storageOf(
  stack: TerraformStack,
  { clock, ...options }: BucketsOptions & { readonly clock: Clock },
  onFinalized: BucketsOptions['onFinalized'],
): Buckets {
  const store = new Buckets(clock, { ...options, onFinalized });
  for (const bucket of bucketsOf(stack)) store.createBucket(bucket);
  for (const { bucket, name, content, contentType } of objectsOf(stack)) {
    store.insert(bucket, name, content, { contentType });
  }
  return store;
}

/** What points clients of any language at this Google. */
function clientVariables({ tasks, storage, metadata }: Omit<LocalGoogle['addresses'], 'run'>): Record<string, string> {
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
