import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Buckets } from '../../../local/cloud-storage/buckets.ts';
import { storageApi } from '../../../local/cloud-storage/json-api.ts';
import { systemClock } from '../../../time/clock.ts';
import { DOCUMENTS, RESULTS } from '../handler-in-memory.ts';

/** The local Cloud Storage, open to everybody, whose downloads of some objects are given by the test. */
export function storageServer(downloads: Readonly<Record<string, RequestListener>>): {
  server: Server;
  objects: Buckets;
} {
  const objects = new Buckets(systemClock);
  for (const bucket of [DOCUMENTS, RESULTS]) objects.createBucket(bucket);
  const access = { check: () => 'allowed', emailOf: () => undefined } as const;
  const api = getRequestListener(storageApi({ store: objects, access: access as never }).fetch);
  const server = createServer((request, response) => {
    const download = downloads[objectOf(request)];
    if (download) download(request, response);
    else void api(request, response);
  });
  return { server, objects };
}

function objectOf({ url = '' }: IncomingMessage): string {
  return new RegExp(`^/storage/v1/b/${DOCUMENTS}/o/([^?]+)\\?.*alt=media`).exec(url)?.[1] ?? '';
}
