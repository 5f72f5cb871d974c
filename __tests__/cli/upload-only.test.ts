import type { LocalDeployment } from '../../cli/local-deployment.ts';
import { subscribeToOutcomes, uploadOnly, uploadRulesOf } from '../../cli/upload-only.ts';
import type { LocalGoogle } from '../../local/local-google.ts';
import { Pubsub } from '../../local/pubsub/pubsub.ts';
import { MemoryObjectStore } from '../../simulation/memory-object-store.ts';
import { documentIdFor } from '../../state/document-task.ts';
import { VirtualClock } from '../../time/virtual-clock.ts';

const { signal } = new AbortController();
const TOPIC = 'projects/p/topics/outcomes';

test('what is uploaded is waited for under the id that it will have', async () => {
  const storage = new MemoryObjectStore(new VirtualClock(), ['documents']);
  const { generation } = storage.objects.insert('documents', 'a.txt', 'Hello');
  const awaited: string[] = [];
  const document = { documentId: 'd1', epoch: 0, attempts: 0, status: 'PENDING' as const };
  const service = {
    enqueue: async () => {
      throw new Error('Nothing is handed in.');
    },
    appears: async (id: string) => {
      awaited.push(id);
      return document;
    },
    async *looksAt() {},
  };
  const deployment = uploadOnly({ storage, service } as unknown as LocalDeployment, { prefix: '', suffixes: [] });
  const sourceUri = 'gs://documents/a.txt';
  expect(await deployment.service.enqueue({ sourceUri, ocr: 'skip' }, signal)).toBe(document);
  const reference = { sourceUri, generation: String(generation), method: 'auto', ocr: 'skip' } as const;
  expect(awaited).toEqual([documentIdFor(reference)]);
});

test('files go where uploads hand themselves in, and one whose name does not is not waited for', async () => {
  const service = { appears: () => new Promise(() => {}) };
  const rules = uploadRulesOf({ serviceEnvironment: { UPLOADS_PREFIX: 'inbox/', UPLOADS_SUFFIXES: '.pdf,.docx' } });
  const deployment = uploadOnly({ service } as unknown as LocalDeployment, rules);
  expect(deployment.uploadsPrefix).toBe('inbox/');
  await expect(deployment.service.enqueue({ sourceUri: 'gs://documents/inbox/a.txt' }, signal)).rejects.toThrow(
    'uploads hand themselves in where their names end in .pdf or .docx',
  );
});

test('an event that comes twice counts once', async () => {
  const pubsub = new Pubsub({
    clock: new VirtualClock(),
    topics: [TOPIC],
    subscriptions: [],
    send: async () => ({ kind: 'unreachable', reason: '' }),
    mayForward: () => false,
  });
  const google = { pubsub, serviceEnvironment: { OUTCOMES_TOPIC: TOPIC } } as unknown as LocalGoogle;
  const events = subscribeToOutcomes(google);
  for (const documentId of ['a1', 'a1', 'b2']) {
    pubsub.publish(TOPIC, { data: Buffer.from(JSON.stringify({ documentId, status: 'FAILED' })).toString('base64') });
  }
  expect((await events(2, signal)).map(({ documentId }) => documentId)).toEqual(['a1', 'b2']);
  expect(pubsub.waiting('projects/p/subscriptions/npm-start')).toBe(0);
});
