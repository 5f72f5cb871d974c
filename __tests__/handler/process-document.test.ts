import { UnconvertibleDocumentError } from '../../documents/conversion/converter.ts';
import { PreconditionFailedError, StorageError } from '../../google/object-store.ts';
import { cancelDocument } from '../../handler/cancel-document.ts';
import { Drain } from '../../handler/drain.ts';
import { processDocument } from '../../handler/process-document.ts';
import { openingName, openingOf } from '../../state/state-objects.ts';
import type { Clock } from '../../time/clock.ts';
import { asText, converterOf, DOCUMENTS, noteCalls, RESULTS, setUp } from './handler-in-memory.ts';

const first = { retryCount: 0, draining: new Drain().signal };
const last = { retryCount: 4, draining: new Drain().signal };

/** A clock whose methods can be spread. */
function bound(clock: Clock): Clock {
  return {
    now: () => clock.now(),
    setTimeout: (fn, ms) => clock.setTimeout(fn, ms),
    clearTimeout: (handle) => clock.clearTimeout(handle),
  };
}

test('a document is converted, stored once and committed', async () => {
  const { dependencies, store, task, view } = setUp();
  const result = {
    markdownUri: `gs://${RESULTS}/results/6ce14823-a1/owner-1/document.md`,
    metadataUri: `gs://${RESULTS}/results/6ce14823-a1/owner-1/metadata.json`,
    characters: 5,
  };
  expect(await processDocument(task, first, dependencies)).toEqual({ httpStatus: 200, status: 'COMPLETED', result });
  expect(view()).toMatchObject({ status: 'COMPLETED', attempts: 1, result });
  expect(store.text(RESULTS, 'results/6ce14823-a1/owner-1/document.md')).toBe('Hello');
  expect(JSON.parse(store.text(RESULTS, 'results/6ce14823-a1/owner-1/metadata.json') ?? '')).toEqual({
    documentId: 'a1',
    sourceUri: task.sourceUri,
    generation: task.generation,
    filename: 'a.txt',
    epoch: 0,
    type: 'text',
    characters: 5,
    converter: 'test@1',
    milliseconds: 0,
  });
});

test('a document takes one list, one read and four writes, and no more', async () => {
  const { dependencies, store, task } = setUp();
  await dependencies.states.open('a1', 0, openingOf(task, 'accepted', 0));
  const calls = noteCalls(store);
  await processDocument(task, first, dependencies);
  expect(calls).toEqual([
    'list state/6ce14823-a1/',
    'write leases/6ce14823-a1/0000000.00001',
    'read a.txt',
    'write results/6ce14823-a1/owner-1/document.md',
    'write results/6ce14823-a1/owner-1/metadata.json',
    'write state/6ce14823-a1/0000000.00001.end',
  ]);
});

test('an attempt that gives back takes one list, one read and two writes', async () => {
  const converter = converterOf(async () => {
    throw new Error('The model is overloaded.');
  });
  const { dependencies, store, task } = setUp({ converter });
  await dependencies.states.open('a1', 0, openingOf(task, 'accepted', 0));
  const calls = noteCalls(store);
  await processDocument(task, first, dependencies);
  expect(calls.map((call) => call.split(' ')[0])).toEqual(['list', 'write', 'read', 'write']);
});

test('no object is changed twice within a second, however short the work, from hand-in to outcome', async () => {
  const { dependencies, store, task, view } = setUp();
  await dependencies.states.open('a1', 0, openingOf(task, 'accepted', 0));
  await processDocument(task, first, dependencies);
  expect(view()).toMatchObject({ status: 'COMPLETED' });
  expect(store.refusals).toBe(0);
});

test('a conversion that is not complete is marked, and its metadata say what is missing', async () => {
  const converter = converterOf(async (source) => ({ ...(await asText(source)), partial: ['Page 2 is missing.'] }));
  const { dependencies, store, task } = setUp({ converter });
  expect(await processDocument(task, first, dependencies)).toMatchObject({ result: { partial: true } });
  expect(JSON.parse(store.text(RESULTS, 'results/6ce14823-a1/owner-1/metadata.json') ?? '')).toMatchObject({
    partial: ['Page 2 is missing.'],
  });
});

test('a second delivery finds the outcome, converts nothing and is done', async () => {
  let conversions = 0;
  const converter = converterOf((source) => {
    conversions++;
    return asText(source);
  });
  const { dependencies, store, task } = setUp({ converter });
  await processDocument(task, first, dependencies);
  const names = store.names(RESULTS);
  expect(await processDocument(task, first, dependencies)).toEqual({ httpStatus: 200, status: 'COMPLETED' });
  expect(conversions).toBe(1);
  expect(store.names(RESULTS)).toEqual(names);
});

test('a second delivery beside the first is told to come back', async () => {
  const converting = Promise.withResolvers<void>();
  const hold = Promise.withResolvers<void>();
  const converter = converterOf(async (source) => {
    converting.resolve();
    await hold.promise;
    return asText(source);
  });
  const { clock, dependencies, task } = setUp({ converter });
  const running = processDocument(task, first, dependencies);
  await converting.promise;
  const second = processDocument(task, first, dependencies);
  // The lease was written a moment ago: Cloud Storage has the second one wait before it says so.
  await clock.advance(1000);
  expect(await second).toEqual({ httpStatus: 409, status: 'PROCESSING' });
  hold.resolve();
  expect(await running).toMatchObject({ httpStatus: 200, status: 'COMPLETED' });
});

test('a lease is renewed while the attempt lives, so that a long conversion stays alone', async () => {
  const hold = Promise.withResolvers<void>();
  const converting = Promise.withResolvers<void>();
  const converter = converterOf(async (source) => {
    converting.resolve();
    await hold.promise;
    return asText(source);
  });
  const { clock, dependencies, task } = setUp({ converter });
  const running = processDocument(task, first, dependencies);
  await converting.promise;
  await clock.advance(301_000);
  expect(await processDocument(task, first, dependencies)).toMatchObject({ httpStatus: 409 });
  hold.resolve();
  expect(await running).toMatchObject({ httpStatus: 200 });
  expect(clock.pendingTimers).toBe(0);
});

test('a holder whose lease was taken over commits nothing', async () => {
  const hold = Promise.withResolvers<void>();
  const converting = Promise.withResolvers<void>();
  const stalled = setUp({
    converter: converterOf(async () => {
      converting.resolve();
      await hold.promise;
      return { markdown: 'stale', type: 'text', characters: 5, converter: 'test@1' };
    }),
  });
  const { clock, task, view } = stalled;
  // The instance is frozen: its timers do not run, so that its lease is not renewed.
  const frozen = { now: () => clock.now(), setTimeout: () => ({ timer: 0 }), clearTimeout: () => {} };
  const running = processDocument(task, first, { ...stalled.dependencies, clock: frozen });
  await converting.promise;
  await clock.advance(46_000);
  const converter = converterOf(asText);
  expect(
    await processDocument(task, { ...first, retryCount: 1 }, { ...stalled.dependencies, converter }),
  ).toMatchObject({
    httpStatus: 200,
  });
  const committed = view();
  hold.resolve();
  // Two seconds: for the end that was written a moment ago, and for the results that it removes.
  await clock.advance(2000);
  expect(await running).toMatchObject({ httpStatus: 409, status: 'PROCESSING' });
  expect(view()).toEqual(committed);
});

test('the budget ends an attempt even if the converter ignores its signal, and the next one starts at once', async () => {
  const converting = Promise.withResolvers<void>();
  const converter = converterOf(() => {
    converting.resolve();
    return new Promise(() => {});
  });
  const { clock, dependencies, task, view } = setUp({ converter });
  const running = processDocument(task, first, dependencies);
  await converting.promise;
  await clock.advance(530_000);
  const error = { reason: 'timeout', message: 'The conversion took longer than its 530 s.' };
  expect(await running).toEqual({ httpStatus: 500, status: 'PENDING', error });
  expect(view()).toMatchObject({ status: 'PENDING', attempts: 1, error });
});

test('the last attempt that fails makes the document FAILED, as Cloud Tasks would drop it silently', async () => {
  const converter = converterOf(async () => {
    throw new Error('The model is overloaded.');
  });
  const { dependencies, task, view } = setUp({ converter });
  const error = { reason: 'error', message: 'The model is overloaded.' };
  expect(await processDocument(task, last, dependencies)).toEqual({ httpStatus: 200, status: 'FAILED', error });
  expect(view()).toMatchObject({ status: 'FAILED', error });
});

test('a document that can never work is FAILED at the first attempt', async () => {
  const converter = converterOf(async () => {
    throw new UnconvertibleDocumentError('corrupt', 'a.txt is damaged.');
  });
  const { dependencies, task } = setUp({ converter });
  const error = { reason: 'corrupt', message: 'a.txt is damaged.' };
  expect(await processDocument(task, first, dependencies)).toEqual({ httpStatus: 200, status: 'FAILED', error });
});

test('a source that is gone, or was replaced, is FAILED', async () => {
  const { dependencies, store, task } = setUp();
  store.objects.insert(DOCUMENTS, 'a.txt', 'Replaced');
  expect(await processDocument(task, first, dependencies)).toMatchObject({
    httpStatus: 200,
    status: 'FAILED',
    error: { reason: 'source-gone', message: `${task.sourceUri}#${task.generation} does not exist any more.` },
  });
});

test("another bucket than the documents' is never read", async () => {
  const { dependencies, task } = setUp();
  const sourceUri = `gs://${RESULTS}/state/b`;
  expect(await processDocument({ ...task, sourceUri }, first, dependencies)).toMatchObject({
    httpStatus: 200,
    error: {
      reason: 'forbidden-source',
      message: `Documents are read from gs://${DOCUMENTS} only; received ${sourceUri}.`,
    },
  });
});

test('a document above the limit is FAILED', async () => {
  const { dependencies, task } = setUp({ settings: { maxDocumentBytes: 4 } });
  expect(await processDocument(task, first, dependencies)).toMatchObject({
    httpStatus: 200,
    error: { reason: 'too-large', message: `gs://${DOCUMENTS}/a.txt has 5 bytes; at most 4 are taken.` },
  });
});

test('an attempt that takes over a dead one says so first, and is the next in number', async () => {
  const { clock, dependencies, store, task, view } = setUp();
  await dependencies.states.open('a1', 0, openingOf(task, 'accepted', clock.now()));
  const dead = { documentId: 'a1', epoch: 0, number: 1 };
  await dependencies.states.claim(dead, { owner: 'dead', expiresAt: clock.now() + 45_000, at: 'then' });
  await clock.advance(45_999);
  expect(await processDocument(task, first, dependencies)).toEqual({ httpStatus: 409, status: 'PROCESSING' });
  await clock.advance(1);
  const calls = noteCalls(store);
  expect(await processDocument(task, first, dependencies)).toMatchObject({ httpStatus: 200, status: 'COMPLETED' });
  const made = calls.map((call) => call.split(' ')[0]);
  expect(view()).toMatchObject({ attempts: 2 });
  expect(await dependencies.states.endOf(dead)).toMatchObject({ kind: 'TAKEN-OVER', by: 'owner-2', attempts: 1 });
  expect(made).toEqual([
    ...['list', 'write', 'stat', 'write'],
    ...['list', 'write', 'read', 'write', 'write', 'write'],
  ]);
});

test('an attempt that stalls after its look at a lease does not take for run out what was renewed meanwhile', async () => {
  const { clock, dependencies, store, task } = setUp();
  const { states } = dependencies;
  await states.open('a1', 0, openingOf(task, 'accepted', clock.now()));
  const number = { documentId: 'a1', epoch: 0, number: 1 };
  await states.claim(number, { owner: 'other', expiresAt: clock.now() + 45_000, at: 'then' });
  await clock.advance(1000);
  let stalledMs = 0;
  const stat = store.stat.bind(store);
  store.stat = async (...args) => {
    const found = await stat(...args);
    stalledMs = 60_000;
    return found;
  };
  const stalling = { ...dependencies, clock: { ...bound(clock), now: () => clock.now() + stalledMs } };
  expect(await processDocument(task, first, stalling)).toEqual({ httpStatus: 409, status: 'PROCESSING' });
  expect(await states.endOf(number)).toBeUndefined();
});

test('a claim whose answer was lost is its own when it is tried again', async () => {
  const { dependencies, store, task, view } = setUp();
  const write = store.write.bind(store);
  store.write = async (bucket, name, body, options) => {
    await write(bucket, name, body, options);
    if (name.startsWith('leases/')) throw new PreconditionFailedError(bucket, name);
    return '1';
  };
  expect(await processDocument(task, first, dependencies)).toMatchObject({ httpStatus: 200, status: 'COMPLETED' });
  expect(view()).toMatchObject({ attempts: 1 });
});

describe('the commit', () => {
  /** Its write has its effect, and what comes back is what the test says. */
  async function commitWith(answer: (bucket: string, name: string) => Error, last = false) {
    const parts = setUp();
    const { clock, dependencies, store, task } = parts;
    const write = store.write.bind(store);
    let commits = 0;
    store.write = async (bucket, name, body, options) => {
      const generation = await write(bucket, name, body, options);
      if (name.endsWith('.end') && commits++ === 0) throw answer(bucket, name);
      return generation;
    };
    const running = processDocument(task, { ...first, retryCount: last ? 4 : 0 }, dependencies);
    // Giving back comes within a second of the commit: Cloud Storage has it wait.
    await clock.advance(1000);
    const outcome = await running;
    return { ...parts, outcome };
  }

  test('whose answer was lost is found as its own', async () => {
    const { outcome, view, store } = await commitWith((bucket, name) => new PreconditionFailedError(bucket, name));
    expect(outcome).toMatchObject({ httpStatus: 200, status: 'COMPLETED', result: { characters: 5 } });
    expect(view()).toMatchObject({ status: 'COMPLETED' });
    expect(store.names(RESULTS)).toContain('results/6ce14823-a1/owner-1/document.md');
  });

  test.each([false, true])(
    'whose connection was lost for good counts all the same; on the last attempt: %s',
    async (last) => {
      const { outcome, view } = await commitWith(() => new StorageError(0, 'socket hang up'), last);
      expect(outcome).toMatchObject({ httpStatus: 200, status: 'COMPLETED', result: { characters: 5 } });
      expect(view()).toMatchObject({ status: 'COMPLETED', attempts: 1 });
    },
  );
});

test.each([
  ['cancelled', 'FAILED'],
  ['taken over', 'TAKEN-OVER'],
] as const)('an attempt whose document was %s commits nothing and removes what it has stored', async (_what, kind) => {
  const { clock, dependencies, store, task, view } = setUp();
  const converter = converterOf(async (source) => {
    const end = { kind, by: 'other', at: 'then', attempts: 1 };
    await dependencies.states.end({ documentId: 'a1', epoch: 0, number: 1 }, end);
    return asText(source);
  });
  const running = processDocument(task, first, { ...dependencies, converter });
  // Neither the end nor the results can be changed again at once: Cloud Storage has the attempt wait.
  await clock.advance(5000);
  expect(await running).toMatchObject({
    httpStatus: 409,
    status: 'PROCESSING',
    error: {
      message: "Document a1 is not this attempt's any more: it was taken over, given up, cancelled or deleted.",
    },
  });
  expect(view()).not.toHaveProperty('result');
  expect(store.names(RESULTS).filter((name) => name.startsWith('results/'))).toEqual([]);
});

test('a running attempt stops at its next renewal when its document is cancelled', async () => {
  const converting = Promise.withResolvers<void>();
  const signals: AbortSignal[] = [];
  const converter = converterOf((_source, { signal }) => {
    signals.push(signal);
    converting.resolve();
    return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  });
  const { clock, dependencies, task, view } = setUp({ converter });
  const running = processDocument(task, first, dependencies);
  await converting.promise;
  await cancelDocument('a1', dependencies);
  await clock.advance(14_999);
  expect(signals[0]?.aborted).toBe(false);
  await clock.advance(1);
  expect(signals[0]?.aborted).toBe(true);
  expect(await running).toMatchObject({ httpStatus: 409 });
  expect(view()).toMatchObject({ status: 'FAILED', attempts: 1, error: { reason: 'cancelled' } });
  expect(clock.pendingTimers).toBe(0);
});

test('an instance that drains gives the document back and answers 503', async () => {
  const drain = new Drain();
  const converting = Promise.withResolvers<void>();
  const converter = converterOf(() => {
    converting.resolve();
    return new Promise(() => {});
  });
  const { dependencies, task, view } = setUp({ converter });
  const running = processDocument(task, { retryCount: 0, draining: drain.signal }, dependencies);
  await converting.promise;
  drain.begin();
  expect(await running).toMatchObject({ httpStatus: 503, status: 'PENDING', error: { reason: 'interrupted' } });
  expect(view()).toMatchObject({ status: 'PENDING' });
  expect(view()).not.toHaveProperty('lease');
});

test('an id that belongs to another document is FAILED for this task and leaves the other alone', async () => {
  const { dependencies, task, view } = setUp();
  await processDocument(task, first, dependencies);
  const before = view();
  const other = { ...task, sourceUri: `gs://${DOCUMENTS}/b.txt` };
  expect(await processDocument(other, first, dependencies)).toMatchObject({
    httpStatus: 200,
    status: 'FAILED',
    error: { reason: 'conflict' },
  });
  expect(view()).toEqual(before);
});

test('storage out of reach is retried, also on the last attempt, as no outcome could be stored', async () => {
  const { dependencies, store, task } = setUp();
  store.list = () => {
    throw new StorageError(503, 'Cloud Storage answered 503: Backend Error');
  };
  expect(await processDocument(task, last, dependencies)).toMatchObject({ httpStatus: 500 });
});

test('a state that cannot be read does not end the task: nobody knows what the document has come to', async () => {
  const { dependencies, store, task } = setUp();
  await store.write(RESULTS, openingName('a1', 0), '', { contentType: 'text/plain', metadata: { kind: 'accepted' } });
  for (const attempt of [first, last]) {
    expect(await processDocument(task, attempt, dependencies)).toMatchObject({ httpStatus: 500, status: 'PENDING' });
  }
});
