import { enqueueDocument, enqueueRequestSchema } from '../../handler/enqueue-document.ts';
import { processDocument } from '../../handler/process-document.ts';
import { metadataOf, openingOf } from '../../state/state-objects.ts';
import { DOCUMENTS, noteCalls, RESULTS, setUp } from './handler-in-memory.ts';
import { tasksInMemory } from './tasks-in-memory.ts';

/** A handler whose Cloud Tasks is a list. */
function setUpQueue(settings?: object) {
  const { dependencies, ...parts } = setUp();
  const { tasks, created, cloudTasks } = tasksInMemory(parts.clock, settings);
  const enqueue = (request: object) => enqueueDocument(enqueueRequestSchema.parse(request), { ...dependencies, tasks });
  /** The same again, a second after the document was enqueued. */
  const enqueueAgain = async (request: object) => {
    await parts.clock.advance(1000);
    return enqueue(request);
  };
  return { ...parts, dependencies, created, cloudTasks, enqueue, enqueueAgain };
}

const attempt = { retryCount: 0, draining: new AbortController().signal };
const sourceUri = `gs://${DOCUMENTS}/a.txt`;

test('opens the first epoch, then makes its tasks, with what the request left out', async () => {
  const { enqueue, created, task, view, clock } = setUpQueue();
  const document = await enqueue({ sourceUri });
  const at = new Date(clock.now()).toISOString();
  expect(document).toEqual({
    status: 'PENDING',
    documentId: expect.stringMatching(/^[0-9a-f]{32}$/),
    sourceUri,
    generation: task.generation,
    filename: 'a.txt',
    method: 'auto',
    ocr: 'auto',
    epoch: 0,
    attempts: 0,
    createdAt: at,
    updatedAt: at,
  });
  expect(view(document.documentId)).toEqual(document);
  expect([...created.keys()]).toEqual([
    expect.stringMatching(new RegExp(`^[0-9a-f]{32}-${document.documentId}-0-check-0$`)),
    expect.stringMatching(new RegExp(`^[0-9a-f]{32}-${document.documentId}-0$`)),
  ]);
});

test("what the object's own metadata ask for counts where the request says nothing, and makes the same document", async () => {
  const { enqueue, enqueueAgain, store } = setUpQueue();
  const metadata = { method: 'docling', ocr: 'nonsense' };
  const own = store.objects.insert(DOCUMENTS, 'b.pdf', 'Hello', { metadata });
  const request = { sourceUri: `gs://${DOCUMENTS}/b.pdf` };
  const document = await enqueue(request);
  expect(document).toMatchObject({ method: 'docling', ocr: 'auto', generation: String(own.generation) });
  expect(await enqueueAgain({ ...request, method: 'docling' })).toMatchObject({ documentId: document.documentId });
  expect(await enqueue({ ...request, method: 'local', ocr: 'skip' })).toMatchObject({ method: 'local', ocr: 'skip' });
});

test('takes one stat and one write; again a list and a read more', async () => {
  const { enqueue, enqueueAgain, store } = setUpQueue();
  const calls = noteCalls(store);
  await enqueue({ sourceUri, documentId: 'a1' });
  expect(calls.splice(0)).toEqual(['stat a.txt', 'write state/6ce14823-a1/0000000.00000.open']);
  await enqueueAgain({ sourceUri, documentId: 'a1' });
  expect(calls).toEqual([
    'stat a.txt',
    'write state/6ce14823-a1/0000000.00000.open',
    'list state/6ce14823-a1/',
    'stat leases/6ce14823-a1/0000000.00001',
  ]);
});

test('twice is once', async () => {
  const { enqueue, created, store, clock } = setUpQueue();
  const both = Promise.all([enqueue({ sourceUri }), enqueue({ sourceUri })]);
  // The one that comes second waits for the name: Cloud Storage refuses two changes of it within a second.
  await clock.advance(1000);
  const [one, two] = await both;
  expect(two).toEqual(one);
  expect(created.size).toBe(2);
  expect(store.names(RESULTS)).toHaveLength(1);
});

test('a task that could not be created is created by the repetition', async () => {
  const { enqueue, enqueueAgain, created, cloudTasks } = setUpQueue();
  cloudTasks.down = true;
  await expect(enqueue({ sourceUri, documentId: 'a1' })).rejects.toThrow('The service is unavailable.');
  cloudTasks.down = false;
  expect(await enqueueAgain({ sourceUri, documentId: 'a1' })).toMatchObject({ status: 'PENDING' });
  expect(created.size).toBe(2);
});

test('a document that is being processed gets the task that an earlier call could not create', async () => {
  const { enqueue, enqueueAgain, created, cloudTasks, dependencies, clock } = setUpQueue();
  cloudTasks.down = true;
  await expect(enqueue({ sourceUri, documentId: 'a1' })).rejects.toThrow('The service is unavailable.');
  cloudTasks.down = false;
  const lease = { owner: 'one', expiresAt: clock.now() + 45_000, at: 'then' };
  await dependencies.states.claim({ documentId: 'a1', epoch: 0, number: 1 }, lease);
  expect(await enqueueAgain({ sourceUri, documentId: 'a1' })).toMatchObject({ status: 'PROCESSING', attempts: 1 });
  expect([...created.keys()]).toContainEqual(expect.stringMatching(/-a1-0-check-0$/));
});

test('a document with an outcome is answered with it and gets no further task', async () => {
  const { enqueueAgain, created, dependencies, task } = setUpQueue();
  await processDocument(task, attempt, dependencies);
  expect(await enqueueAgain({ sourceUri, documentId: 'a1' })).toMatchObject({ status: 'COMPLETED' });
  expect(created.size).toBe(0);
});

test('a replayed document gets the tasks of its newest epoch', async () => {
  const { enqueue, enqueueAgain, created, dependencies, task, clock } = setUpQueue();
  await enqueue({ sourceUri, documentId: 'a1' });
  const end = { kind: 'FAILED', by: 'one', at: 'then', attempts: 1 } as const;
  await dependencies.states.end({ documentId: 'a1', epoch: 0, number: 1 }, end);
  await dependencies.states.open('a1', 1, openingOf(task, 'replayed', clock.now()));
  created.clear();
  expect(await enqueueAgain({ sourceUri, documentId: 'a1' })).toMatchObject({ status: 'PENDING', epoch: 1 });
  expect([...created.keys()]).toEqual([expect.stringMatching(/-a1-1-check-0$/), expect.stringMatching(/-a1-1$/)]);
});

test('a deleted document is refused with 410, until the mark of that is gone', async () => {
  const { enqueue, enqueueAgain, created, dependencies, store } = setUpQueue();
  await dependencies.states.open('a1', 1, { kind: 'deleted', at: 'then' });
  store.objects.insert(RESULTS, 'state/6ce14823-a1/0000000.00000.open', '', {
    metadata: metadataOf({ kind: 'emptied' }),
  });
  await expect(enqueue({ sourceUri, documentId: 'a1' })).rejects.toMatchObject({
    httpStatus: 410,
    message:
      'Document a1 was deleted. Its id can be used again when the mark of that is old enough to be removed, where the ' +
      'results bucket removes what is old. Choose another id.',
  });
  expect(created.size).toBe(0);
  for (const name of store.names(RESULTS)) store.objects.delete(RESULTS, name);
  expect(await enqueueAgain({ sourceUri, documentId: 'a1' })).toMatchObject({ status: 'PENDING', epoch: 0 });
});

test('a document of which only the opening is not too old yet begins again, in an epoch of its own', async () => {
  const { enqueue, enqueueAgain, created, clock } = setUpQueue();
  await enqueue({ sourceUri, documentId: 'a1' });
  await clock.advance(33 * 86_400_000);
  created.clear();
  expect(await enqueueAgain({ sourceUri, documentId: 'a1' })).toMatchObject({ status: 'PENDING', epoch: 1 });
  expect([...created.keys()]).toEqual([expect.stringMatching(/-a1-1-check-0$/), expect.stringMatching(/-a1-1$/)]);
});

test.each([
  [
    { sourceUri: 'gs://elsewhere/a.txt' },
    403,
    `Documents are read from gs://${DOCUMENTS} only; received gs://elsewhere/a.txt.`,
  ],
  [{ sourceUri: `gs://${DOCUMENTS}/b.txt` }, 422, `gs://${DOCUMENTS}/b.txt does not exist. Upload the document first.`],
  [{ sourceUri, generation: '7' }, 422, `${sourceUri}#7 does not exist. Upload the document first.`],
])('%j is refused with %i, and nothing is written', async (request, httpStatus, message) => {
  const { enqueue, created, store } = setUpQueue();
  await expect(enqueue(request)).rejects.toMatchObject({ httpStatus, message });
  expect(created.size).toBe(0);
  expect(store.names(RESULTS)).toEqual([]);
});

test('an id that another document has is refused with 409', async () => {
  const { enqueue, enqueueAgain, store, task } = setUpQueue();
  await enqueue({ sourceUri, documentId: 'a1' });
  store.objects.insert(DOCUMENTS, 'b.txt', 'Other');
  await expect(enqueueAgain({ sourceUri: `gs://${DOCUMENTS}/b.txt`, documentId: 'a1' })).rejects.toMatchObject({
    httpStatus: 409,
    message: `The id a1 belongs to ${sourceUri}#${task.generation} with other options. Choose another id, or leave it out.`,
  });
});

test('without settings nothing is written', async () => {
  const { enqueue, store } = setUpQueue({});
  await expect(enqueue({ sourceUri })).rejects.toThrow('Creating a Cloud Tasks task needs settings that are empty');
  expect(store.names(RESULTS)).toEqual([]);
});
