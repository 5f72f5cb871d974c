import { cancelDocument } from '../../handler/cancel-document.ts';
import { processDocument } from '../../handler/process-document.ts';
import { openingOf } from '../../state/state-objects.ts';
import { noteCalls, setUp } from './handler-in-memory.ts';

const CANCELLED = {
  reason: 'cancelled',
  message: 'The document was cancelled before it was done. Replay it to have it processed after all.',
};
const attempt = { retryCount: 0, draining: new AbortController().signal };

async function accepted() {
  const parts = setUp();
  const { dependencies, clock, task } = parts;
  await dependencies.states.open('a1', 0, openingOf(task, 'accepted', clock.now()));
  const claim = () =>
    dependencies.states.claim(
      { documentId: 'a1', epoch: 0, number: 1 },
      { owner: 'one', expiresAt: clock.now() + 45_000, at: new Date(clock.now()).toISOString() },
    );
  return { ...parts, claim, cancel: () => cancelDocument('a1', dependencies) };
}

test('a document that waits is FAILED, and no attempt begins any more', async () => {
  const { cancel, view, dependencies, task } = await accepted();
  const document = await cancel();
  expect(document).toMatchObject({ status: 'FAILED', attempts: 0, error: CANCELLED });
  expect(view()).toEqual(document);
  expect(await processDocument(task, attempt, dependencies)).toEqual({ httpStatus: 200, status: 'FAILED' });
});

test('a document that is worked on is FAILED, and the attempt counts', async () => {
  const { cancel, claim } = await accepted();
  await claim();
  expect(await cancel()).toMatchObject({ status: 'FAILED', attempts: 1, error: CANCELLED });
});

test('takes a list, a look at the attempt and a write, and a list to see what has come of it', async () => {
  const { cancel, store } = await accepted();
  const calls = noteCalls(store);
  await cancel();
  expect(calls.map((call) => call.split(' ')[0])).toEqual(['list', 'stat', 'write', 'list']);
});

test.each(['COMPLETED', 'FAILED'] as const)('a %s document keeps its outcome, and nothing is written', async (kind) => {
  const { cancel, view, dependencies, store, clock } = await accepted();
  const end = { kind, by: 'one', at: new Date(clock.now()).toISOString(), attempts: 1 };
  await dependencies.states.end({ documentId: 'a1', epoch: 0, number: 1 }, end);
  const before = view();
  const calls = noteCalls(store);
  expect(await cancel()).toEqual(before);
  expect(calls).toEqual(['list state/6ce14823-a1/']);
});

test('an attempt that is given back at the same moment does not escape', async () => {
  const { cancel, claim, dependencies, clock } = await accepted();
  await claim();
  const end = dependencies.states.end.bind(dependencies.states);
  dependencies.states.end = async (...args) => {
    dependencies.states.end = end;
    await end(args[0], { kind: 'GIVEN-BACK', by: 'one', at: 'then', attempts: 1 });
    return end(...args);
  };
  const cancelling = cancel();
  await clock.advance(1000);
  expect(await cancelling).toMatchObject({ status: 'FAILED', attempts: 1, error: CANCELLED });
});

test('twice is once', async () => {
  const { cancel } = await accepted();
  const first = await cancel();
  expect(await cancel()).toEqual(first);
});

test('a document that is not there, or was deleted, is 404', async () => {
  const { cancel, dependencies } = await accepted();
  const missing = cancelDocument('b2', dependencies);
  await expect(missing).rejects.toMatchObject({ httpStatus: 404, message: 'There is no document b2.' });
  await dependencies.states.open('a1', 1, { kind: 'deleted', at: 'then' });
  await expect(cancel()).rejects.toMatchObject({ httpStatus: 404, message: 'There is no document a1.' });
});
