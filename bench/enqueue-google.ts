/** A local Google in a process of its own, for `enqueue.ts`: its queue is paused and its documents bucket full. Says over IPC where it is. */
import { startLocalGoogle } from '../local/local-google.ts';
import type { EnqueueGoogle } from './enqueue.ts';

const [stackFile = '', documents = ''] = process.argv.slice(2);
const google = await startLocalGoogle({ stackFile });
for (const name of [google.outputs.queue_ids].flat()) {
  await google.tasks.call('PauseQueue', { name: String(name) }, `Bearer ${google.ownerToken()}`);
}
const bucket = String(google.outputs.documents_bucket);
const uris: string[] = [];
for (let number = 0; number < Number(documents); number++) {
  const name = `inbox/document-${number}.txt`;
  google.storage.insert(bucket, name, 'Hello\n', { contentType: 'text/plain' });
  uris.push(`gs://${bucket}/${name}`);
}
process.on('disconnect', () => google.close());
process.send?.({ uris, environment: { ...google.serviceEnvironment, ...google.environment } } satisfies EnqueueGoogle);
