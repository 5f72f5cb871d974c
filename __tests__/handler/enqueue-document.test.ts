import { CloudTasksClient, type CreateTask } from '../../handler/cloud-tasks-client.ts';
import { claim } from '../../handler/document-record.ts';
import { enqueueDocument, enqueueRequestSchema } from '../../handler/enqueue-document.ts';
import { processDocument } from '../../handler/process-document.ts';
import { CLIENT_SETTINGS, DOCUMENTS, RESULTS, setUp } from './helpers.ts';

/** A handler whose Cloud Tasks is a list. */
function setUpQueue(settings: object = CLIENT_SETTINGS) {
  const { dependencies, ...parts } = setUp();
  const created: string[] = [];
  const cloudTasks = { down: false };
  const createTask = async ({ task }: { task: { name: string } }) => {
    if (cloudTasks.down) throw Object.assign(new Error('The service is unavailable.'), { code: 14 });
    if (created.includes(task.name)) throw Object.assign(new Error('Requested entity already exists'), { code: 6 });
    created.push(task.name);
    return [task];
  };
  const tasks = new CloudTasksClient(settings, async () => ({ createTask }) as unknown as CreateTask);
  const enqueue = (request: object) => enqueueDocument(enqueueRequestSchema.parse(request), { ...dependencies, tasks });
  return { ...parts, dependencies, created, cloudTasks, enqueue };
}

const sourceUri = `gs://${DOCUMENTS}/a.txt`;

test('makes the record, then its tasks, with what the request left out', async () => {
  const { enqueue, created, store, task } = setUpQueue();
  const record = await enqueue({ sourceUri });
  expect(record).toMatchObject({
    status: 'PENDING',
    documentId: expect.stringMatching(/^[0-9a-f]{32}$/),
    sourceUri,
    generation: task.generation,
    filename: 'a.txt',
    method: 'auto',
    ocr: 'auto',
    epoch: 0,
    attempts: 0,
  });
  expect(JSON.parse(store.text(RESULTS, `records/${record.documentId}.json`) ?? '')).toEqual(record);
  expect(created).toEqual([
    expect.stringMatching(new RegExp(`/tasks/[0-9a-f]{32}-${record.documentId}-0$`)),
    expect.stringMatching(new RegExp(`/tasks/[0-9a-f]{32}-${record.documentId}-0-check-0$`)),
  ]);
});

test('twice is once', async () => {
  const { enqueue, created, store } = setUpQueue();
  const [one, two] = await Promise.all([enqueue({ sourceUri }), enqueue({ sourceUri })]);
  expect(two).toEqual(one);
  expect(created).toHaveLength(2);
  expect(store.names(RESULTS)).toHaveLength(1);
});

test('a task that could not be created is created by the repetition', async () => {
  const { enqueue, created, cloudTasks } = setUpQueue();
  cloudTasks.down = true;
  await expect(enqueue({ sourceUri, documentId: 'a1' })).rejects.toThrow('The service is unavailable.');
  cloudTasks.down = false;
  expect(await enqueue({ sourceUri, documentId: 'a1' })).toMatchObject({ status: 'PENDING' });
  expect(created).toHaveLength(2);
});

test('a document that is being processed gets the task that an earlier call could not create', async () => {
  const { enqueue, created, cloudTasks, dependencies, task } = setUpQueue();
  cloudTasks.down = true;
  await expect(enqueue({ sourceUri, documentId: 'a1' })).rejects.toThrow('The service is unavailable.');
  cloudTasks.down = false;
  const stored = await dependencies.records.read('a1');
  const claimed = claim(stored?.record, task, { owner: 'one', now: 0, leaseSeconds: 45 });
  if (claimed.kind !== 'claimed') throw new Error(claimed.kind);
  await dependencies.records.swap(stored, claimed.record);
  expect(await enqueue({ sourceUri, documentId: 'a1' })).toMatchObject({ status: 'PROCESSING' });
  expect(created).toContainEqual(expect.stringMatching(/-a1-0-check-0$/));
});

test('a document with an outcome is answered with it and gets no further task', async () => {
  const { enqueue, created, dependencies, task } = setUpQueue();
  await processDocument(task, { retryCount: 0, draining: new AbortController().signal }, dependencies);
  expect(await enqueue({ sourceUri, documentId: 'a1' })).toMatchObject({ status: 'COMPLETED' });
  expect(created).toEqual([]);
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
  expect(created).toEqual([]);
  expect(store.names(RESULTS)).toEqual([]);
});

test('an id that another document has is refused with 409', async () => {
  const { enqueue, store, task } = setUpQueue();
  await enqueue({ sourceUri, documentId: 'a1' });
  store.objects.insert(DOCUMENTS, 'b.txt', 'Other');
  await expect(enqueue({ sourceUri: `gs://${DOCUMENTS}/b.txt`, documentId: 'a1' })).rejects.toMatchObject({
    httpStatus: 409,
    message: `The id a1 belongs to ${sourceUri}#${task.generation} with other options. Choose another id, or leave it out.`,
  });
});

test('without settings nothing is written', async () => {
  const { enqueue, store } = setUpQueue({});
  await expect(enqueue({ sourceUri })).rejects.toThrow('Creating a Cloud Tasks task needs settings that are empty');
  expect(store.names(RESULTS)).toEqual([]);
});
