import { once } from 'node:events';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { ConversionThreads } from '../../../documents/conversion/conversion-threads.ts';
import type { Conversion } from '../../../documents/conversion/converter.ts';
import { DEFAULT_LIMITS } from '../../../documents/conversion/limits.ts';
import { VirtualClock } from '../../../time/virtual-clock.ts';
import type { Poison } from './poisoned-worker.ts';

const never = new AbortController().signal;

/** Threads that a document can poison, how many of them were started, and what a text becomes on one. */
function setUp() {
  const started: Worker[] = [];
  const clock = new VirtualClock();
  const startWorker = (options: WorkerOptions) => {
    const worker = new Worker(new URL('./poisoned-worker.ts', import.meta.url), options);
    started.push(worker);
    return worker;
  };
  const threads = new ConversionThreads({ limits: DEFAULT_LIMITS, clock, startWorker });
  async function convert(text: string, signal = never): Promise<Partial<Conversion>> {
    const source = { bytes: new Uint8Array(Buffer.from(text)), filename: 'a.txt' };
    const outcome = await threads.convert({ source, ocr: 'auto' }, signal);
    return 'conversion' in outcome ? outcome.conversion : {};
  }
  return { started, convert, clock };
}

const clean = { markdown: 'next\n', type: 'text', characters: 5, words: 1, converter: expect.any(String) };

test('documents follow each other on one thread', async () => {
  const { started, convert } = setUp();
  for (const text of ['one', 'two', 'three']) expect(await convert(text)).toMatchObject({ markdown: `${text}\n` });
  expect(started.length).toBe(1);
});

test('two at once have a thread each', async () => {
  const { started, convert } = setUp();
  const both = await Promise.all([convert('one'), convert('two')]);
  expect(both.map(({ markdown }) => markdown)).toEqual(['one\n', 'two\n']);
  expect(started.length).toBe(2);
});

test.each<Poison>(['prototype', 'method', 'global', 'timer', 'memory', 'buffers'])(
  'a document that leaves a poisoned %s has the last of its thread',
  async (poison) => {
    const { started, convert } = setUp();
    await convert('first');
    await convert(poison);
    expect(await convert('next')).toEqual(clean);
    expect(started.length).toBe(2);
  },
);

test.each([
  ['exit', 'The conversion of a.txt failed: it ended without a result (exit code 3)'],
  ['error', 'The conversion of a.txt failed: broken'],
])('a document that ends its thread by an %s fails alone', async (poison, message) => {
  const { started, convert } = setUp();
  await convert('first');
  await expect(convert(poison)).rejects.toThrow(message);
  expect(await convert('next')).toEqual(clean);
  expect(started.length).toBe(2);
});

test('an interrupted thread is replaced before the next document comes', async () => {
  const { started, convert } = setUp();
  await convert('first');
  const abort = new AbortController();
  const conversion = convert('second', abort.signal);
  abort.abort(new Error('enough'));
  await expect(conversion).rejects.toThrow('enough');
  expect(started.length).toBe(2);
  expect(await convert('next')).toEqual(clean);
  expect(started.length).toBe(2);
});

test('a thread is replaced when it has done its number', async () => {
  const { started, convert } = setUp();
  for (let document = 1; document <= 200; document++) await convert('one');
  expect(started.length).toBe(2);
  await convert('next');
  expect(started.length).toBe(2);
});

test('all but one end half a minute after the last document', async () => {
  const { started, convert, clock } = setUp();
  await Promise.all([convert('one'), convert('two')]);
  const ended = Promise.race(started.map((worker) => once(worker, 'exit')));
  await clock.advance(29_999);
  await Promise.all([convert('three'), convert('four')]);
  expect(started.length).toBe(2);
  await clock.advance(30_000);
  await ended;
  await convert('next');
  expect(started.length).toBe(2);
});
