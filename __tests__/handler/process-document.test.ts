import { UnconvertibleDocumentError } from '../../documents/conversion/converter.ts';
import { FalseEncodingError, StorageError } from '../../google/object-store.ts';
import { Drain } from '../../handler/drain.ts';
import { processDocument } from '../../handler/process-document.ts';
import { asText, converterOf, DOCUMENTS, gate, RESULTS, setUp } from './helpers.ts';

const first = { retryCount: 0, draining: new Drain().signal };
const last = { retryCount: 4, draining: new Drain().signal };

test('a document is converted, stored once and committed', async () => {
  const { dependencies, store, task, record } = setUp();
  const result = {
    markdownUri: `gs://${RESULTS}/results/a1/owner-1/document.md`,
    metadataUri: `gs://${RESULTS}/results/a1/owner-1/metadata.json`,
    characters: 5,
  };
  expect(await processDocument(task, first, dependencies)).toEqual({ httpStatus: 200, status: 'COMPLETED', result });
  expect(record()).toMatchObject({ status: 'COMPLETED', attempts: 1, result });
  expect(store.text(RESULTS, 'results/a1/owner-1/document.md')).toBe('Hello');
  expect(JSON.parse(store.text(RESULTS, 'results/a1/owner-1/metadata.json') ?? '')).toEqual({
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

test('a document takes two reads and four writes, and no more', async () => {
  const { dependencies, store, task } = setUp();
  const calls: string[] = [];
  for (const method of ['stat', 'read', 'write'] as const) {
    const real = store[method].bind(store) as (...args: unknown[]) => Promise<never>;
    store[method] = async (bucket: string, name: string, ...rest: unknown[]) => {
      calls.push(`${method} ${name}`);
      return real(bucket, name, ...rest);
    };
  }
  await processDocument(task, first, dependencies);
  expect(calls).toEqual([
    'read records/a1.json',
    'write records/a1.json',
    'read a.txt',
    'write results/a1/owner-1/document.md',
    'write results/a1/owner-1/metadata.json',
    'write records/a1.json',
  ]);
});

test('a conversion that is not complete is marked, and its metadata say what is missing', async () => {
  const converter = converterOf(async (source) => ({ ...(await asText(source)), partial: ['Page 2 is missing.'] }));
  const { dependencies, store, task } = setUp({ converter });
  expect(await processDocument(task, first, dependencies)).toMatchObject({ result: { partial: true } });
  expect(JSON.parse(store.text(RESULTS, 'results/a1/owner-1/metadata.json') ?? '')).toMatchObject({
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
  const converting = gate();
  const hold = gate();
  const converter = converterOf(async (source) => {
    converting.resolve();
    await hold.promise;
    return asText(source);
  });
  const { dependencies, task } = setUp({ converter });
  const running = processDocument(task, first, dependencies);
  await converting.promise;
  expect(await processDocument(task, first, dependencies)).toEqual({ httpStatus: 409, status: 'PROCESSING' });
  hold.resolve();
  expect(await running).toMatchObject({ httpStatus: 200, status: 'COMPLETED' });
});

test('a lease is renewed while the attempt lives, so that a long conversion stays alone', async () => {
  const hold = gate();
  const converting = gate();
  const converter = converterOf(async (source) => {
    converting.resolve();
    await hold.promise;
    return asText(source);
  });
  const { clock, dependencies, task } = setUp({ converter });
  const running = processDocument(task, first, dependencies);
  await converting.promise;
  await clock.advance(300_000);
  expect(await processDocument(task, first, dependencies)).toMatchObject({ httpStatus: 409 });
  hold.resolve();
  expect(await running).toMatchObject({ httpStatus: 200 });
  expect(clock.pendingTimers).toBe(0);
});

test('a holder whose lease was taken over commits nothing', async () => {
  const hold = gate();
  const converting = gate();
  const stalled = setUp({
    converter: converterOf(async () => {
      converting.resolve();
      await hold.promise;
      return { markdown: 'stale', type: 'text', characters: 5, converter: 'test@1' };
    }),
  });
  const { clock, task, record } = stalled;
  // The instance is frozen: its timers do not run, so that its lease is not renewed.
  const frozen = { now: () => clock.now(), setTimeout: () => ({ timer: 0 }), clearTimeout: () => {} };
  const running = processDocument(task, first, { ...stalled.dependencies, clock: frozen });
  await converting.promise;
  await clock.advance(45_000);
  const converter = converterOf(asText);
  expect(
    await processDocument(task, { ...first, retryCount: 1 }, { ...stalled.dependencies, converter }),
  ).toMatchObject({
    httpStatus: 200,
  });
  const committed = record();
  hold.resolve();
  expect(await running).toMatchObject({ httpStatus: 409, status: 'PROCESSING' });
  expect(record()).toEqual(committed);
});

test('the budget ends an attempt even if the converter ignores its signal, and the next one starts at once', async () => {
  const converting = gate();
  const converter = converterOf(() => {
    converting.resolve();
    return new Promise(() => {});
  });
  const { clock, dependencies, task, record } = setUp({ converter });
  const running = processDocument(task, first, dependencies);
  await converting.promise;
  await clock.advance(530_000);
  const error = { reason: 'timeout', message: 'The conversion took longer than its 530 s.' };
  expect(await running).toEqual({ httpStatus: 500, status: 'PENDING', error });
  expect(record()).toMatchObject({ status: 'PENDING', attempts: 1, error });
});

test('the last attempt that fails makes the document FAILED, as Cloud Tasks would drop it silently', async () => {
  const converter = converterOf(async () => {
    throw new Error('The model is overloaded.');
  });
  const { dependencies, task, record } = setUp({ converter });
  const error = { reason: 'error', message: 'The model is overloaded.' };
  expect(await processDocument(task, last, dependencies)).toEqual({ httpStatus: 200, status: 'FAILED', error });
  expect(record()).toMatchObject({ status: 'FAILED', error });
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
  const sourceUri = `gs://${RESULTS}/records/b.json`;
  expect(await processDocument({ ...task, sourceUri }, first, dependencies)).toMatchObject({
    httpStatus: 200,
    error: {
      reason: 'forbidden-source',
      message: `Documents are read from gs://${DOCUMENTS} only; received ${sourceUri}.`,
    },
  });
});

test('a document above the limit is FAILED', async () => {
  const { dependencies, task } = setUp({ maxDocumentBytes: 4 });
  expect(await processDocument(task, first, dependencies)).toMatchObject({
    httpStatus: 200,
    error: { reason: 'too-large', message: `gs://${DOCUMENTS}/a.txt has 5 bytes; at most 4 are taken.` },
  });
});

test('an instance that drains gives the document back and answers 503', async () => {
  const drain = new Drain();
  const converting = gate();
  const converter = converterOf(() => {
    converting.resolve();
    return new Promise(() => {});
  });
  const { dependencies, task, record } = setUp({ converter });
  const running = processDocument(task, { retryCount: 0, draining: drain.signal }, dependencies);
  await converting.promise;
  drain.begin();
  expect(await running).toMatchObject({ httpStatus: 503, status: 'PENDING', error: { reason: 'interrupted' } });
  expect(record()).toMatchObject({ status: 'PENDING' });
  expect(record()).not.toHaveProperty('lease');
});

test('an id that belongs to another document is FAILED for this task and leaves the other alone', async () => {
  const { dependencies, task, record } = setUp();
  await processDocument(task, first, dependencies);
  const before = record();
  const other = { ...task, sourceUri: `gs://${DOCUMENTS}/b.txt` };
  expect(await processDocument(other, first, dependencies)).toMatchObject({
    httpStatus: 200,
    status: 'FAILED',
    error: { reason: 'conflict' },
  });
  expect(record()).toEqual(before);
});

test('storage out of reach is retried, also on the last attempt, as no outcome could be stored', async () => {
  const { dependencies, store, task } = setUp();
  store.read = async () => {
    throw new StorageError(503, 'Cloud Storage answered 503: Backend Error');
  };
  expect(await processDocument(task, last, dependencies)).toMatchObject({ httpStatus: 500 });
});

test('a record that cannot be read does not end the task: nobody knows what the document has come to', async () => {
  const { dependencies, store, task } = setUp();
  store.read = async (bucket, name) => {
    throw new FalseEncodingError(bucket, name, 'gzip', 'incorrect header check');
  };
  for (const attempt of [first, last]) {
    expect(await processDocument(task, attempt, dependencies)).toMatchObject({ httpStatus: 500, status: 'PENDING' });
  }
});
