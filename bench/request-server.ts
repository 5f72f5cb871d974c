/**
 * What `handler-requests.ts` and `handler-memory.ts` load, in a process of its own: the handler's real routes, or the least that
 * Hono answers with, behind the same server. Says over IPC where it listens, and what memory it uses whenever it is asked.
 */
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { Converter } from '../documents/conversion/converter.ts';
import type { ListedObject } from '../google/object-store.ts';
import { createApp } from '../handler/app.ts';
import { CloudTasksClient, type CreateTask, PROCESS_DOCUMENT_PATH } from '../handler/cloud-tasks-client.ts';
import { Drain } from '../handler/drain.ts';
import { createLogger } from '../handler/logger.ts';
import { readSettings } from '../handler/settings.ts';
import { metadataOf, openingName, openingOf, STATE_PREFIX } from '../state/state-objects.ts';
import { StateStore } from '../state/state-store.ts';
import { systemClock } from '../time/clock.ts';
import { RecentObjects } from './recent-objects.ts';
import type { MemoryUse, ServerKind, ServerReady } from './request-server-process.ts';

/** Documents whose objects the store keeps. */
const DOCUMENTS_KEPT = 50;

const kind = process.argv[2] as ServerKind;
const settings = readSettings({
  GCP_PROJECT_ID: 'bench-project',
  GCP_LOCATION: 'us-central1',
  CLOUD_TASKS_QUEUE: 'documents',
  CLOUD_RUN_SERVICE_URL: 'https://documents-1.us-central1.run.app',
  CLOUD_RUN_SERVICE_ACCOUNT: 'invoker@bench-project.iam.gserviceaccount.com',
  DOCUMENTS_BUCKET: 'bench-documents',
  RESULTS_BUCKET: 'bench-results',
  ACCEPT_REMOVED_SIGNATURE: String(kind === 'handler behind Cloud Run'),
});
const TASK = { sourceUri: `gs://${settings.documentsBucket}/a.txt`, generation: '1', filename: 'a.txt' } as const;
const OPENING = metadataOf(
  openingOf({ ...TASK, method: 'auto', ocr: 'auto', documentId: '', epoch: 0 }, 'accepted', Date.now()),
);
/** In the folder of its document. */
const OPENING_NAME = path.basename(openingName('a', 0));
const { publicKey, privateKey } = await generateKeyPair('RS256');

const { fetch } = kind === 'bare route' ? bareRoute() : await handler();
const token = await invokerToken();
serve({ fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => {
  process.send?.({ port, token } satisfies ServerReady);
});
process.on('message', async () => process.send?.(await memoryUse()));

function bareRoute(): Hono {
  return new Hono().post(PROCESS_DOCUMENT_PATH, async (c) => {
    const { documentId } = await c.req.json();
    return c.json({ documentId, status: 'COMPLETED' });
  });
}

async function handler() {
  const { documentsBucket: sourceBucket, resultsBucket } = settings;
  const store = new RecentObjects({ capacity: DOCUMENTS_KEPT, sourceBucket, storedBefore: handedIn });
  const createTask = async ({ task }: { task: unknown }) => [task];
  const converter: Converter = {
    convert: async () => ({ markdown: 'Hello\n', type: 'text', characters: 6, converter: 'none@1' }),
  };
  let attempts = 0;
  return createApp({
    settings,
    converter,
    clock: systemClock,
    drain: new Drain(),
    logger: createLogger('info'),
    store,
    states: new StateStore(store, resultsBucket),
    tasks: new CloudTasksClient(settings, async () => ({ createTask }) as unknown as CreateTask),
    keys: createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256' }] }),
    newOwner: () => `owner-${++attempts}`,
  });
}

/** What a hand-in has stored of every document before its task comes: the opening of its first epoch. */
function handedIn(prefix: string): ListedObject[] {
  if (!prefix.startsWith(STATE_PREFIX)) return [];
  return [{ name: prefix + OPENING_NAME, generation: '1', createdAt: 0, metadata: OPENING }];
}

function invokerToken(): Promise<string> {
  return new SignJWT({ email: settings.serviceAccount, email_verified: true })
    .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
    .setIssuer('https://accounts.google.com')
    .setAudience(settings.serviceUrl)
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(privateKey);
}

/** Without what nobody holds any more. */
async function memoryUse(): Promise<MemoryUse> {
  for (let collections = 0; collections < 3; collections++) {
    globalThis.gc?.();
    await turn();
  }
  const { heapUsed, rss } = process.memoryUsage();
  return { heapMegabytes: heapUsed / 1e6, residentMegabytes: rss / 1e6 };
}
