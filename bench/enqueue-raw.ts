/**
 * What `documents -- enqueue` cannot do with less: the tasks alone, one that processes the document and one that looks after it, by
 * Google's client itself in a loop of so many documents at once. Neither a look at the source nor a record.
 *
 * The client is as anybody would make it for REST: its own credentials, its own transport (gaxios and node-fetch, over an agent of
 * its own that keeps connections), and its own defaults for everything else.
 */
import { createHash } from 'node:crypto';
import { v2 } from '@google-cloud/tasks';
import { inParallel } from '../cli/in-parallel.ts';
import { documentUri } from './enqueue.ts';

const AT_ONCE = 32;

const [prefix = '', documents = ''] = process.argv.slice(2);
const { CLOUD_TASKS_EMULATOR_HOST = '', CLOUD_RUN_SERVICE_URL: audience = '', ...env } = process.env;
const [apiEndpoint = '', port] = CLOUD_TASKS_EMULATOR_HOST.split(':');
const client = new v2.CloudTasksClient({ fallback: true, protocol: 'http', apiEndpoint, port: Number(port) });
const parent = client.queuePath(env.GCP_PROJECT_ID ?? '', env.GCP_LOCATION ?? '', env.CLOUD_TASKS_QUEUE ?? '');
const later = { seconds: Math.ceil(Date.now() / 1000) + 960 };

await inParallel(uris(), AT_ONCE, async (sourceUri) => {
  const documentId = createHash('sha256').update(sourceUri).digest('hex').slice(0, 32);
  const body = Buffer.from(JSON.stringify({ documentId, sourceUri })).toString('base64');
  const task = (path: string) => ({
    name: `${parent}/tasks/${documentId}-${path}`,
    dispatchDeadline: { seconds: 600 },
    httpRequest: {
      httpMethod: 'POST' as const,
      url: `${audience}/tasks/${path}`,
      headers: { 'Content-Type': 'application/json' },
      body,
      oidcToken: { serviceAccountEmail: env.CLOUD_RUN_SERVICE_ACCOUNT ?? '', audience },
    },
  });
  await Promise.all([
    client.createTask({ parent, task: task('process-document') }),
    client.createTask({ parent, task: { ...task('check-document'), scheduleTime: later } }),
  ]);
});

function* uris(): Generator<string> {
  for (let number = 0; number < Number(documents); number++) yield documentUri(prefix, number);
}
