import { join } from 'node:path';
import { Hono } from 'hono';
import { systemClock } from '../time/clock.ts';
import type { RunService } from './cloud-run/run-service.ts';
import { Buckets, type ObjectVersion } from './cloud-storage/buckets.ts';
import { storageApi } from './cloud-storage/json-api.ts';
import { KeptObjects } from './cloud-storage/kept-objects.ts';
import type { HttpSender } from './cloud-tasks/http-sender.ts';
import { CERTS_PATH } from './cloud-tasks/openid.ts';
import { bucketsOf, objectsOf } from './google-stack.ts';
import { type IamPolicy, OWNER_EMAIL, PROJECT_NUMBER } from './iam-roles.ts';
import type { StackIdentities } from './identities.ts';
import { type ListenOptions, serve } from './listen.ts';
import type { LocalGoogleOptions } from './local-google-options.ts';
import { metadataApp } from './metadata-server.ts';
import { KeptMessages } from './pubsub/kept-messages.ts';
import { mayForward, notificationsOf, subscriptionsOf, topicsOf } from './pubsub/of-stack.ts';
import { Pubsub } from './pubsub/pubsub.ts';
import { pubsubApi } from './pubsub/rest.ts';
import type { TerraformStack } from './terraform-stack.ts';

/** Cloud Storage and Pub/Sub without the wire. */
interface StorageAndPubsub {
  readonly storage: Buckets;
  readonly pubsub: Pubsub;
}

/** What a stack declares. */
export interface StackParts {
  readonly stack: TerraformStack;
  readonly service: RunService;
  readonly identities: StackIdentities;
}

/** Cloud Storage and Pub/Sub as the stack leaves them, with what was kept of them; `started` stops the keeping. */
export function storageAndPubsubOf(
  { stack, identities: { policy } }: StackParts,
  sender: HttpSender,
  { clock = systemClock, data, mutationLimit, onLog = () => {}, onPush }: LocalGoogleOptions,
  started: AsyncDisposableStack,
): StorageAndPubsub {
  const keeper = data === undefined ? undefined : new KeptObjects(join(data, 'cloud-storage'));
  started.defer(() => keeper?.close());
  const messages = data === undefined ? undefined : new KeptMessages(join(data, 'pubsub'));
  started.defer(() => messages?.close());
  const pubsub = new Pubsub({
    clock,
    topics: topicsOf(stack),
    subscriptions: subscriptionsOf(stack),
    send: sender.send,
    mayForward: mayForward(stack, policy),
    onPush,
    keeper: messages,
  });
  const onFinalized = notifying(stack, policy, pubsub, onLog);
  const storage = new Buckets(clock, { mutationLimit, keeper, onFinalized });
  for (const bucket of bucketsOf(stack)) storage.createBucket(bucket);
  for (const { bucket, name, content, contentType } of objectsOf(stack)) {
    storage.insert(bucket, name, content, { contentType });
  }
  return { storage, pubsub };
}

/**
 * The servers that clients call, beside Cloud Tasks: the metadata servers of the service and of the developer, Cloud Storage with
 * Pub/Sub; `started` stops them.
 */
export async function serveGoogle(
  { stack, identities: { tokens, access }, service }: StackParts,
  { storage, pubsub }: StorageAndPubsub,
  { ports = {}, clock = systemClock, developer = OWNER_EMAIL, storageFault }: LocalGoogleOptions,
  started: AsyncDisposableStack,
) {
  const serveHere = async (app: Hono, listen: ListenOptions) =>
    started.adopt(await serve(app, listen, clock), (server) => server.close());
  const machine = { projectId: stack.projectId, projectNumber: PROJECT_NUMBER, region: service.region, tokens };
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
