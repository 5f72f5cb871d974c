/** A local Google in a process of its own, for `enqueue.ts`: its queue is paused and its documents bucket full. Says over IPC where it is. */
import { startLocalGoogle } from '../local/local-google.ts';
import { documentUri, type EnqueueGoogle } from './enqueue.ts';

const [stackFile = '', documents = ''] = process.argv.slice(2);
const google = await startLocalGoogle({ stackFile });
for (const name of [google.outputs.queue_ids].flat()) {
  await google.tasks.call('PauseQueue', { name: String(name) }, `Bearer ${google.ownerToken()}`);
}
const bucket = String(google.outputs.documents_bucket);
const folder = 'inbox/';
for (let number = 0; number < Number(documents); number++) {
  google.storage.insert(bucket, documentUri(folder, number), 'Hello\n', { contentType: 'text/plain' });
}
process.on('disconnect', () => google.close());
process.send?.({
  prefix: `gs://${bucket}/${folder}`,
  environment: { ...google.serviceEnvironment, ...google.environment },
} satisfies EnqueueGoogle);
