import { VirtualClock } from '../../../../time/virtual-clock.ts';
import { refusal } from '../local-conversion.ts';
import {
  brokenOff,
  converted,
  DoclingOfTest,
  HastyClock,
  json,
  OPTIONS,
  pdf,
  type Replies,
  type Reply,
  TASK_ID,
  task,
} from './docling-server.ts';

const docling = new DoclingOfTest();
afterEach(() => docling.end());

const polls = () => docling.server.requests.filter((request) => request.includes('/status/poll/')).length;

test.each([
  ['its own words', task('failure', { error_message: 'Internal processing error.' }), 'Internal processing error.'],
  ['a category', task('failure', { failure: { message: 'Task exceeded the time.' } }), 'Task exceeded the time.'],
])('a task that failed with %s', async (_, poll, words) => {
  await expect(docling.convert({ poll })).rejects.toThrow(`docling-serve could not work on the document: ${words}`);
});

test('a task that failed can also say so in place of its result', async () => {
  const failure = { category: 'capacity', message: 'Service capacity was exhausted.', retryable: true };
  const conversion = docling.convert({ result: json({ kind: 'TaskFailureResult', failure }) });
  await expect(conversion).rejects.toThrow(
    'docling-serve could not work on the document: Service capacity was exhausted.',
  );
});

test('one of several workers that does not know the task is no end of it', async () => {
  const unknown = json({ detail: 'Task not found.' }, 404);
  const { markdown } = await docling.convert({ poll: [task('started'), unknown, unknown, task('success')] });
  expect(markdown).toContain('First page.');
});

test('a docling-serve that is busy is not pressed, and its Retry-After is passed on', async () => {
  const busy = json({ detail: 'Server is busy, please try again shortly.' }, 429, { 'Retry-After': '7' });
  await expect(docling.convert({ submit: busy })).rejects.toThrow(
    'docling-serve answered POST /v1/convert/file/async with 429: Server is busy, please try again shortly. ' +
      'It asks to come again after 7 (Retry-After).',
  );
  expect(docling.server.requests).toEqual(['GET /version', 'POST /v1/convert/file/async']);
});

test('a request that docling-serve does not take says what is wrong with it', async () => {
  const detail = [{ loc: ['body', 'document_timeout'], msg: 'too long' }];
  await expect(docling.convert({ submit: json({ detail }, 422) })).rejects.toThrow(
    'docling-serve answered POST /v1/convert/file/async with 422: [{"loc":["body","document_timeout"],"msg":"too long"}].',
  );
});

const gatewayTimeout: Reply = (call) => call.html('<h1>504 Gateway Time-out</h1>', 504);

test('a 504 while the work goes on is no news, however often it comes', async () => {
  const conversion = await docling.convert({ poll: [...Array(20).fill(gatewayTimeout), task('success')] });
  expect(conversion.pages).toBe(1);
  expect(polls()).toBe(21);
});

test.each([
  ['503', json({ detail: 'Readiness check failed' }, 503)],
  ['429', json({ detail: 'Slow down.' }, 429)],
  ['a cut connection', brokenOff],
])('a poll or a result that meets %s is asked for again', async (_, trouble) => {
  const conversion = await docling.convert({
    poll: [trouble, trouble, task('success')],
    result: [trouble, trouble, converted()],
  });
  expect(conversion.pages).toBe(1);
});

test('after three tries in vain the attempt fails', async () => {
  await expect(docling.convert({ poll: json({ detail: 'Readiness check failed' }, 503) })).rejects.toThrow(
    `docling-serve answered GET /v1/status/poll/${TASK_ID} with 503: Readiness check failed.`,
  );
  expect(polls()).toBe(3);
});

test('a document whose handing in was cut off is not handed in again: it may be there', async () => {
  await expect(docling.convert({ submit: brokenOff })).rejects.toThrow(
    /^docling-serve at http:\/\/127\.0\.0\.1:\d+ does not answer POST \/v1\/convert\/file\/async: .+\. Look whether it runs/,
  );
  expect(docling.server.requests.filter((request) => request.startsWith('POST'))).toHaveLength(1);
});

test('a document is handed in over a connection that nobody has used: one that is kept may just be closed', async () => {
  const used = new Set<unknown>();
  const once =
    (reply: Reply): Reply =>
    (call) => {
      const { socket } = call.env.incoming;
      if (used.has(socket)) return brokenOff(call);
      used.add(socket);
      return reply(call);
    };
  const conversion = await docling.convert({
    version: once(json({ 'docling-serve': '1.38.0' })),
    submit: once(task('pending')),
  });
  expect(conversion.pages).toBe(1);
});

test('no docling-serve at all is told in one line', async () => {
  const { host, close } = await docling.start();
  await close();
  const conversion = docling.converter().convert(pdf, OPTIONS);
  await expect(conversion).rejects.toThrow(
    `docling-serve at http://${host} does not answer GET /version: connect ECONNREFUSED ${host}. Look whether it runs, and at DOCLING_URL.`,
  );
});

test.each<[string, Reply, string]>([
  ['is no JSON', (call) => call.text('<html>'), 'with what is not JSON: "<html>".'],
  ['lacks the status', json({ document: {} }), 'with what its API does not know: the whole of it: Invalid input.'],
])('a result that %s fails the attempt', async (_, result, words) => {
  await expect(docling.convert({ result })).rejects.toThrow(
    `docling-serve answered GET /v1/result/${TASK_ID} ${words}`,
  );
});

test('an answer that never ends is cut off at 64 MiB', async () => {
  let sent = 0;
  const endless: Reply = (call) => {
    const piece = new Uint8Array(2 ** 20).fill(32);
    const body = new ReadableStream({
      pull: (controller) => {
        sent += piece.length;
        controller.enqueue(piece);
      },
    });
    return call.body(body, 200);
  };
  expect(await refusal(docling.convert({ result: endless }))).toBe(
    "too-large: docling-serve's answer is larger than 64 MiB.",
  );
  expect(sent).toBeLessThan(100 * 2 ** 20);
});

test('polls a server that never waits once a second', async () => {
  await docling.start({ poll: [...Array(30).fill(task('started')), task('success')] });
  const clock = new HastyClock();
  await docling.converter(clock).convert(pdf, OPTIONS);
  expect(clock.now()).toBe(30_000);
});

describe.each<keyof Replies>(['version', 'submit', 'poll', 'result'])('an abort during %s', (route) => {
  test("rejects with the signal's reason at once", async () => {
    const abort = new AbortController();
    const reason = new Error('The budget is over.');
    const silent: Reply = () => {
      abort.abort(reason);
      return new Promise(() => {});
    };
    const conversion = docling.convert({ [route]: silent }, { signal: abort.signal });
    expect(await conversion.catch((error: unknown) => error)).toBe(reason);
  });
});

test('an abort between two polls ends the waiting, and nothing is asked any more', async () => {
  await docling.start({ poll: task('started') });
  const clock = new VirtualClock();
  const between = Promise.withResolvers<void>();
  const setTimeoutOfClock = clock.setTimeout.bind(clock);
  clock.setTimeout = (fn, ms) => {
    if (ms <= 1000) between.resolve();
    return setTimeoutOfClock(fn, ms);
  };
  const abort = new AbortController();
  const conversion = docling
    .converter(clock)
    .convert(pdf, { ...OPTIONS, signal: abort.signal })
    .catch((error: unknown) => error);
  await between.promise;
  abort.abort(new Error('Draining.'));
  expect(await conversion).toBe(abort.signal.reason);
  expect([clock.pendingTimers, polls()]).toEqual([0, 1]);
});

test('a docling-serve that says nothing for 120 s is asked again, three times in all', async () => {
  const { host, requests } = await docling.start({ version: () => new Promise(() => {}) });
  const clock = new VirtualClock();
  let answer: unknown;
  const conversion = docling
    .converter(clock)
    .convert(pdf, OPTIONS)
    .catch((error: unknown) => (answer = error));
  while (answer === undefined) {
    await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(1000);
  }
  expect(await conversion).toMatchObject({
    message: `docling-serve at http://${host} does not answer GET /version: No byte came or went for 120 s. Look whether it runs, and at DOCLING_URL.`,
  });
  expect(requests).toEqual(Array(3).fill('GET /version'));
});

test('an aborted signal asks nothing', async () => {
  const signal = AbortSignal.abort(new Error('too late'));
  await expect(docling.convert({}, { signal })).rejects.toThrow('too late');
  expect(docling.server.requests).toEqual([]);
});

test('a redirection is not followed: whoever it names gets nothing', async () => {
  const elsewhere: Reply = (call) => call.redirect('/v1/elsewhere', 307);
  await expect(docling.convert({ submit: elsewhere })).rejects.toThrow(
    'docling-serve answered POST /v1/convert/file/async with 307: without a word.',
  );
  expect(docling.server.requests).toEqual(['GET /version', 'POST /v1/convert/file/async']);
});

test.each(['1.38.2\nname: x', '9'.repeat(65)])(
  'a version that is none stays out of the result: %j',
  async (version) => {
    expect(await docling.convert({ version: json({ 'docling-serve': version }) })).toMatchObject({
      converter: 'docling-serve',
    });
  },
);
