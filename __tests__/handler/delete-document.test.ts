import { StorageError } from '../../google/object-store.ts';
import { deleteDocument, sweepDocument } from '../../handler/delete-document.ts';
import { processDocument } from '../../handler/process-document.ts';
import { attemptName, openingName, openingOf } from '../../state/state-objects.ts';
import { DOCUMENTS, RESULTS, setUp } from './handler-in-memory.ts';
import { tasksInMemory } from './tasks-in-memory.ts';

const attempt = { retryCount: 0, draining: new AbortController().signal };
const FIRST = { documentId: 'a1', epoch: 0, number: 1 };

/** A document of a minute ago: done, or waiting. */
async function stored({ isDone = true, settings }: { isDone?: boolean; settings?: object } = {}) {
  const parts = setUp();
  const { dependencies, clock, store, task } = parts;
  const { tasks, created } = tasksInMemory(clock, settings);
  await dependencies.states.open('a1', 0, openingOf(task, 'accepted', clock.now()));
  if (isDone) await processDocument(task, attempt, dependencies);
  await clock.advance(60_000);
  const remove = (source = false) => deleteDocument('a1', { source }, { ...dependencies, tasks });
  /** Names of what is stored for the document, and what each says. */
  const left = () =>
    Object.fromEntries(store.objects.list(RESULTS).items.map(({ name, metadata }) => [name, metadata.kind]));
  const hasSource = () => store.objects.hasObject(DOCUMENTS, 'a.txt');
  return { ...parts, tasks, created, remove, left, hasSource };
}

test('a document that is done: names and a tombstone are left, and a sweep is to come', async () => {
  const { remove, left, view, created, hasSource, store } = await stored();
  await remove();
  expect(left()).toEqual({
    [openingName('a1', 0)]: 'emptied',
    [attemptName(FIRST, 'end')]: 'emptied',
    [openingName('a1', 1)]: 'deleted',
  });
  expect(JSON.stringify(store.objects.list(RESULTS).items.map(({ metadata }) => metadata))).not.toContain('a.txt');
  expect(view()).toBeUndefined();
  expect([...created]).toEqual([[expect.stringMatching(/-a1-1-sweep$/), { documentId: 'a1', epoch: 1, sweep: true }]]);
  expect(hasSource()).toBe(true);
  // The end of the delete's own is not emptied within the second in which it was written.
  expect(store.refusals).toBe(0);
});

test('a document that waits is ended first, and no attempt begins any more', async () => {
  const { remove, left, dependencies, task, store } = await stored({ isDone: false });
  await remove();
  expect(left()).toEqual({
    [openingName('a1', 0)]: 'emptied',
    [attemptName(FIRST, 'end')]: 'FAILED',
    [openingName('a1', 1)]: 'deleted',
  });
  expect(await dependencies.states.endOf(FIRST)).toMatchObject({ error: { reason: 'deleted' } });
  expect(await processDocument(task, attempt, dependencies)).toEqual({ httpStatus: 200, status: 'DELETED' });
  expect(store.refusals).toBe(0);
});

test('every epoch goes, with all that its attempts have left', async () => {
  const { remove, left, dependencies, task, clock, store } = await stored({ isDone: false });
  const { states } = dependencies;
  const at = new Date(clock.now()).toISOString();
  await states.claim(FIRST, { owner: 'one', expiresAt: clock.now(), at });
  await states.converted(FIRST, { markdownUri: 'm', metadataUri: 'j', type: 'text', characters: 1 });
  await states.end(FIRST, { kind: 'FAILED', by: 'one', at, attempts: 1 });
  await states.open('a1', 1, openingOf(task, 'replayed', clock.now()));
  store.objects.insert(RESULTS, 'results/6ce14823-a1/one/document.md', 'Hello');
  store.objects.insert(RESULTS, 'results/00000000-other/one/document.md', 'Hello');
  await clock.advance(1000);
  await remove();
  expect(left()).toEqual({
    [openingName('a1', 0)]: 'emptied',
    [attemptName(FIRST, 'converted')]: 'emptied',
    [attemptName(FIRST, 'end')]: 'emptied',
    [openingName('a1', 1)]: 'emptied',
    [attemptName({ ...FIRST, epoch: 1 }, 'end')]: 'FAILED',
    [openingName('a1', 2)]: 'deleted',
    'results/00000000-other/one/document.md': undefined,
  });
});

test('again is nothing more, and works whatever the first call came to', async () => {
  const { remove, left, store, clock } = await stored();
  const real = store.remove.bind(store);
  store.remove = async () => {
    throw new StorageError(503, 'Backend Error');
  };
  await expect(remove()).rejects.toThrow('Backend Error');
  store.remove = real;
  await clock.advance(1000);
  await remove();
  const after = left();
  expect(Object.values(after)).toEqual(['emptied', 'emptied', 'deleted']);
  await clock.advance(1000);
  await remove();
  expect(left()).toEqual(after);
});

test('two at once do not disturb each other', async () => {
  const { remove, left, clock } = await stored({ isDone: false });
  const both = Promise.all([remove(), remove()]);
  await clock.advance(5000);
  await both;
  expect(Object.values(left()).sort()).toEqual(['FAILED', 'deleted', 'emptied']);
});

test('a document that is not there is 404, and nothing is written', async () => {
  const { dependencies, tasks, created, left } = await stored();
  const before = left();
  const removing = deleteDocument('b2', { source: false }, { ...dependencies, tasks });
  await expect(removing).rejects.toMatchObject({ httpStatus: 404, message: 'There is no document b2.' });
  expect(left()).toEqual(before);
  expect(created.size).toBe(0);
});

test('without settings nothing is written', async () => {
  const { remove, left } = await stored({ settings: {} });
  const before = left();
  await expect(remove()).rejects.toThrow('Creating a Cloud Tasks task needs settings that are empty');
  expect(left()).toEqual(before);
});

describe('with its source', () => {
  test('the very generation that was accepted goes, and again is nothing more', async () => {
    const { remove, hasSource, clock } = await stored();
    await remove(true);
    expect(hasSource()).toBe(false);
    await clock.advance(1000);
    await remove(true);
  });

  test('a newer object of the same name stays', async () => {
    const { remove, hasSource, store } = await stored();
    store.objects.insert(DOCUMENTS, 'a.txt', 'Replaced');
    await remove(true);
    expect(hasSource()).toBe(true);
  });

  test('a source that may not be removed is named, and all else is gone', async () => {
    const { remove, left, store, task, hasSource } = await stored();
    const real = store.remove.bind(store);
    store.remove = async (bucket, ...rest) => {
      if (bucket === DOCUMENTS) throw new StorageError(403, 'Cloud Storage answered 403: r@p does not have access.');
      return real(bucket, ...rest);
    };
    await expect(remove(true)).rejects.toMatchObject({
      httpStatus: 403,
      message: `Document a1 is deleted, but its source is not. Remove ${task.sourceUri} yourself. (Cloud Storage answered 403: r@p does not have access.)`,
    });
    expect(Object.keys(left()).filter((name) => name.startsWith('results/'))).toEqual([]);
    // Its state still knows the source, so that the call can be repeated.
    store.remove = real;
    await remove(true);
    expect(hasSource()).toBe(false);
  });

  test('a source in another bucket is left alone', async () => {
    const { dependencies, clock, task, tasks, store } = await stored();
    const sourceUri = `gs://${RESULTS}/mine.txt`;
    store.objects.insert(RESULTS, 'mine.txt', 'Mine');
    await dependencies.states.open('b2', 0, openingOf({ ...task, sourceUri }, 'accepted', clock.now()));
    const removing = deleteDocument('b2', { source: true }, { ...dependencies, tasks });
    await expect(removing).rejects.toThrow(`Documents are only removed from gs://${DOCUMENTS}.`);
    expect(store.text(RESULTS, 'mine.txt')).toBe('Mine');
  });

  test('after a deletion without it the source is not known any more', async () => {
    const { remove, clock, hasSource } = await stored();
    await remove();
    await clock.advance(1000);
    await expect(remove(true)).rejects.toMatchObject({
      httpStatus: 409,
      message:
        'Document a1 was deleted before without its source, which is not known here any more. Remove the source from ' +
        'the documents bucket yourself.',
    });
    expect(hasSource()).toBe(true);
  });
});

describe('the sweep', () => {
  test('removes what an attempt has left that did not notice the deletion', async () => {
    const { remove, left, dependencies, store, clock } = await stored();
    await remove();
    const after = left();
    const late = { ...FIRST, number: 2 };
    await dependencies.states.claim(late, { owner: 'late', expiresAt: clock.now(), at: 'then' });
    await dependencies.states.converted(late, { markdownUri: 'm', metadataUri: 'j', type: 'text', characters: 1 });
    store.objects.insert(RESULTS, 'results/6ce14823-a1/late/document.md', 'Hello');
    await clock.advance(960_000);
    await sweepDocument('a1', dependencies);
    expect(left()).toEqual({ ...after, [attemptName(late, 'converted')]: 'emptied' });
  });

  test('touches nothing of a document that is not deleted', async () => {
    const { left, dependencies } = await stored();
    const before = left();
    await sweepDocument('a1', dependencies);
    expect(left()).toEqual(before);
  });
});
