import { processDocument } from '../../handler/process-document.ts';
import { replayDocument } from '../../handler/replay-document.ts';
import { type End, openingOf } from '../../state/state-objects.ts';
import { noteCalls, setUp } from './handler-in-memory.ts';
import { tasksInMemory } from './tasks-in-memory.ts';

const CORRUPT = { reason: 'corrupt', message: 'No.' };
const iso = (ms: number) => new Date(ms).toISOString();

/** A document that has ended a minute ago, and a Cloud Tasks that is a list of payloads. */
async function endedDocument(kind: End['kind'] | undefined = 'FAILED', settings?: object) {
  const { dependencies, clock, task, store, view } = setUp();
  const { tasks, created, cloudTasks } = tasksInMemory(clock, settings);
  const { states } = dependencies;
  await states.open('a1', 0, openingOf(task, 'accepted', clock.now()));
  if (kind) {
    const end = { kind, by: 'one', at: iso(clock.now()), attempts: 5, error: CORRUPT };
    await states.end({ documentId: 'a1', epoch: 0, number: 5 }, end);
  }
  await clock.advance(60_000);
  const replay = (documentId = 'a1') => replayDocument(documentId, { ...dependencies, tasks });
  return { dependencies, states, clock, task, store, view, created, cloudTasks, replay };
}

test('a replay stays under the trace of the hand-in', async () => {
  const { dependencies, task, clock } = setUp();
  const { tasks, created } = tasksInMemory(clock);
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  await dependencies.states.open('a1', 0, openingOf({ ...task, traceparent }, 'accepted', clock.now()));
  const end = { kind: 'FAILED', by: 'one', at: 'then', attempts: 1 } as const;
  await dependencies.states.end({ documentId: 'a1', epoch: 0, number: 1 }, end);
  expect(await replayDocument('a1', { ...dependencies, tasks })).toMatchObject({ epoch: 1, traceparent });
  expect([...created.values()]).toMatchObject([
    { epoch: 1, traceparent },
    { epoch: 1, traceparent },
  ]);
});

test('a FAILED document waits in the next epoch, with its error in the history, and has the tasks of that epoch', async () => {
  const { replay, view, created, clock, task } = await endedDocument();
  const replayed = await replay();
  expect(view()).toEqual(replayed);
  const at = iso(clock.now());
  const before = iso(clock.now() - 60_000);
  expect(replayed).toEqual({
    ...task,
    epoch: 1,
    status: 'PENDING',
    attempts: 0,
    createdAt: at,
    updatedAt: at,
    history: [{ epoch: 0, attempts: 5, error: CORRUPT, createdAt: before, updatedAt: before }],
  });
  expect([...created]).toEqual([
    [expect.stringMatching(/^[0-9a-f]{32}-a1-1-check-0$/), { ...task, epoch: 1, round: 0 }],
    [expect.stringMatching(/^[0-9a-f]{32}-a1-1$/), { ...task, epoch: 1 }],
  ]);
});

test('takes a list and a write, and looks at what has come of it', async () => {
  const { replay, store } = await endedDocument();
  const calls = noteCalls(store);
  await replay();
  expect(calls.map((call) => call.split(' ')[0])).toEqual(['list', 'write', 'list', 'stat']);
});

test('the new epoch can complete, and keeps the history', async () => {
  const { replay, view, task, dependencies } = await endedDocument();
  const { epoch, history } = await replay();
  await processDocument({ ...task, epoch }, { retryCount: 0, draining: new AbortController().signal }, dependencies);
  expect(view()).toMatchObject({ status: 'COMPLETED', epoch: 1, attempts: 1, history });
  expect(view()).not.toHaveProperty('error');
});

test('a late task of the epoch before changes nothing', async () => {
  const { replay, view, task, dependencies } = await endedDocument();
  const waiting = await replay();
  const late = { retryCount: 3, draining: new AbortController().signal };
  expect(await processDocument(task, late, dependencies)).toEqual({ httpStatus: 200, status: 'PENDING' });
  expect(view()).toEqual(waiting);
});

test('tasks that could not be created are created by the repetition', async () => {
  const { replay, view, created, cloudTasks } = await endedDocument();
  cloudTasks.down = true;
  await expect(replay()).rejects.toThrow('The service is unavailable.');
  const waiting = view();
  cloudTasks.down = false;
  expect(await replay()).toEqual(waiting);
  expect(created.size).toBe(2);
});

test('a document whose new epoch has begun gets the tasks that an earlier call could not create', async () => {
  const { replay, states, clock, created, cloudTasks } = await endedDocument();
  cloudTasks.down = true;
  await expect(replay()).rejects.toThrow('The service is unavailable.');
  cloudTasks.down = false;
  const lease = { owner: 'one', expiresAt: clock.now() + 45_000, at: iso(clock.now()) };
  await states.claim({ documentId: 'a1', epoch: 1, number: 1 }, lease);
  expect(await replay()).toMatchObject({ status: 'PROCESSING', epoch: 1, attempts: 1 });
  expect([...created.keys()]).toContainEqual(expect.stringMatching(/-a1-1-check-0$/));
});

test('two replays at once are one', async () => {
  const { replay, created, clock } = await endedDocument();
  const both = Promise.all([replay(), replay()]);
  // The one that comes second waits for the name: Cloud Storage refuses two changes of it within a second.
  await clock.advance(1000);
  const [one, two] = await both;
  expect(two).toEqual(one);
  expect(one).toMatchObject({ epoch: 1 });
  expect(created.size).toBe(2);
});

test('a document that is not there, or was deleted, is refused', async () => {
  const { replay, states, created } = await endedDocument();
  await expect(replay('b2')).rejects.toMatchObject({ httpStatus: 404, message: 'There is no document b2.' });
  await states.open('a1', 1, { kind: 'deleted', at: 'then' });
  await expect(replay()).rejects.toMatchObject({ httpStatus: 404, message: 'There is no document a1.' });
  expect(created.size).toBe(0);
});

test('a COMPLETED document is refused, and nothing is written', async () => {
  const { replay, view, created, store } = await endedDocument('COMPLETED');
  const before = view();
  const calls = noteCalls(store);
  await expect(replay()).rejects.toMatchObject({
    httpStatus: 409,
    message: 'The document a1 is COMPLETED; only a FAILED one can be replayed.',
  });
  expect(view()).toEqual(before);
  expect(calls).toEqual(['list state/6ce14823-a1/']);
  expect(created.size).toBe(0);
});

test('without settings nothing is written', async () => {
  const { replay, view } = await endedDocument('FAILED', {});
  await expect(replay()).rejects.toThrow('Creating a Cloud Tasks task needs settings that are empty');
  expect(view()).toMatchObject({ status: 'FAILED', epoch: 0 });
});
