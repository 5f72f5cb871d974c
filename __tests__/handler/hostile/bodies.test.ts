import fc from 'fast-check';
import { webUrl } from '../../arbitrary-text.ts';
import { DOCUMENTS, RESULTS } from '../handler-in-memory.ts';
import { hostileApp } from './hostile-app.ts';
import { requestAs } from './requests.ts';
import { CALLER, INVOKER } from './tokens.ts';

const { app, task, expectRefusal, expectListRefusal, changes, log } = hostileApp({ acceptRemovedSignature: true });
const LIMIT = 100 * 1024;
const sourceUri = `gs://${DOCUMENTS}/a.txt`;
/** A request that is accepted as it is. */
const good = {
  sourceUri,
  generation: task.generation,
  documentId: 'a1',
  filename: 'a.txt',
  method: 'auto',
  ocr: 'auto',
};

const names = fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'sourceUri', 'documentId');
const notText = fc.jsonValue().filter((value) => typeof value !== 'string');
const deep = fc
  .tuple(fc.constantFrom(['[', ']'], ['{"a":', '}'], ['{"sourceUri":', '}']), fc.integer({ min: 1, max: 6000 }))
  .map(([[open = '', close = ''], depth]) => `${open.repeat(depth)}0${close.repeat(depth)}`);

const notJson = fc.oneof(
  fc.string(),
  fc.uint8Array({ maxLength: 300 }),
  fc.nat(JSON.stringify(good).length - 1).map((length) => JSON.stringify(good).slice(0, length)),
  fc.constantFrom('', ' ', 'undefined', 'NaN', `\uFEFF\uFEFF${JSON.stringify(good)}`, `${JSON.stringify(good)}x`),
);
const notARequest = fc.oneof(
  fc.jsonValue(),
  fc.dictionary(names, fc.jsonValue({ maxDepth: 2 })),
  // All that is right, but where a program that merges objects would take it for the object's own.
  fc
    .constantFrom('__proto__', 'constructor', 'prototype')
    .map((name) => JSON.parse(`{"${name}":${JSON.stringify(good)}}`)),
);
const wrongField = fc.oneof(
  fc.record({ sourceUri: notText }),
  fc.record({
    sourceUri: fc.oneof(
      fc.string(),
      webUrl,
      fc.constantFrom('gs://', 'gs:///a', `gs://${DOCUMENTS}`, `gs://${DOCUMENTS}/`),
    ),
  }),
  fc.record({
    sourceUri: fc.constantFrom(
      `s3://${DOCUMENTS}/a.txt`,
      ` ${sourceUri}`,
      `${sourceUri}\n`,
      'gs://A/a',
      `GS://${DOCUMENTS}/a.txt`,
    ),
  }),
  fc.record({
    sourceUri: fc.integer({ min: 1025, max: 5000 }).map((length) => `gs://${DOCUMENTS}/${'ä'.repeat(length / 2)}`),
  }),
  fc.record({
    documentId: fc.oneof(
      notText,
      fc.string().filter((id) => !/^[\w-]{1,128}$/.test(id)),
    ),
  }),
  fc.record({
    documentId: fc.constantFrom('../state/a1', '..', 'a/b', 'a%2Fb', 'a\0', 'a1\n', 'ａ１', 'x'.repeat(129)),
  }),
  fc.record({
    generation: fc.oneof(notText, fc.constantFrom('', '-1', '1.5', '1e3', ' 1', '0x1', '9'.repeat(20), '9'.repeat(19))),
  }),
  fc.record({ filename: fc.oneof(notText, fc.constantFrom('', 'x'.repeat(256))) }),
  fc.record({ method: fc.oneof(notText, fc.string(), names) }),
  fc.record({ ocr: fc.oneof(notText, fc.string(), names) }),
);

/** Whether a body is a list of documents, each of which has an answer of its own. */
const isList = (body: string) => /^\s*\[/.test(body) && !/^\s*\[\s*\]/.test(body);

const post = (body: NonNullable<RequestInit['body']>, headers = {}) =>
  requestAs(CALLER, 'POST', '/documents', { body, headers });

describe('POST /documents', () => {
  test('accepts the request that all of these are made from', async () => {
    const { app: fresh } = hostileApp({ acceptRemovedSignature: true });
    expect((await fresh.fetch(post(JSON.stringify(good)))).status).toBe(202);
  });

  test('a body that is no JSON is 400', async () => {
    const property = fc.asyncProperty(notJson, (body) => expectRefusal(post(body as string), 400));
    await fc.assert(property, { seed: 2, numRuns: 800 });
  });

  test('JSON that is no request is 400', async () => {
    const single = notARequest.filter((body) => !isList(JSON.stringify(body)));
    const property = fc.asyncProperty(single, (body) => expectRefusal(post(JSON.stringify(body)), 400));
    await fc.assert(property, { seed: 2, numRuns: 800 });
    expect(({} as Record<string, unknown>).sourceUri).toBeUndefined();
  });

  test('a field of the wrong type or form is 400', async () => {
    const property = fc.asyncProperty(wrongField, (wrong) =>
      expectRefusal(post(JSON.stringify({ ...good, ...wrong })), 400),
    );
    await fc.assert(property, { seed: 2, numRuns: 1200 });
  });

  test('deep nesting is 400', async () => {
    const single = deep.filter((body) => !isList(body));
    const property = fc.asyncProperty(single, (body) => expectRefusal(post(body), 400));
    await fc.assert(property, { seed: 2, numRuns: 60 });
  });

  test('of a list each that is no request is 400 by itself, and leaves no trace', async () => {
    const wrong = fc.oneof(
      notARequest.map((body) => JSON.stringify(body)),
      deep.filter(({ length }) => length < 10_000),
    );
    const lists = fc.array(wrong, { minLength: 1, maxLength: 5 });
    const property = fc.asyncProperty(lists, (list) => expectListRefusal(post(`[${list.join(',')}]`), list.length));
    await fc.assert(property, { seed: 2, numRuns: 400 });
  });

  test("other people's buckets are 403, without a look into them", async () => {
    const bucket = fc.oneof(
      fc.stringMatching(/^[a-z0-9][a-z0-9._-]{1,60}[a-z0-9]$/),
      fc.constantFrom(RESULTS, `${DOCUMENTS}x`, `x${DOCUMENTS}`, `${DOCUMENTS}.evil.example`, 'p_documents'),
    );
    const { app: other, expectRefusal: refused, reads } = hostileApp({ acceptRemovedSignature: true });
    expect(other).toBeDefined();
    const property = fc.asyncProperty(bucket, fc.constantFrom('a.txt', 'state/a1', '../a.txt'), (name, object) =>
      refused(post(JSON.stringify({ ...good, sourceUri: `gs://${name}/${object}` })), 403),
    );
    await fc.assert(property, { seed: 2, numRuns: 400 });
    expect(reads).toEqual([]);
  });

  test('a body above 100 KiB is 413, whether its length is declared or not', async () => {
    const length = fc.integer({ min: LIMIT + 1, max: LIMIT * 3 });
    const property = fc.asyncProperty(length, fc.boolean(), async (size, declared) => {
      const body = JSON.stringify({ ...good, padding: '' }).padEnd(size, ' ');
      const headers = declared ? { 'Content-Length': String(size) } : {};
      await expectRefusal(post(declared ? body : new Blob([body]).stream(), headers), 413);
    });
    await fc.assert(property, { seed: 2, numRuns: 60 });
  });

  test('a body without an end is 413 after 100 KiB', async () => {
    let sent = 0;
    const body = new ReadableStream({
      pull(controller) {
        sent += 4096;
        controller.enqueue(new Uint8Array(4096));
      },
    });
    await expectRefusal(post(body), 413);
    expect(sent).toBeLessThan(2 * LIMIT);
  });
});

describe.each(['/tasks/process-document', '/tasks/check-document'])('POST %s', (path) => {
  const anything = fc.oneof(
    notJson,
    notARequest.map((body) => JSON.stringify(body)),
    wrongField.map((wrong) => JSON.stringify({ ...task, round: 0, ...wrong })),
    fc
      .oneof(notText, fc.integer({ max: -1 }), fc.constant(1_000_001))
      .filter((epoch) => !Number.isInteger(epoch) || (epoch as number) < 0 || (epoch as number) > 1_000_000)
      .map((epoch) => JSON.stringify({ ...task, round: 0, epoch })),
    deep,
    fc.integer({ min: LIMIT + 1, max: 2 * LIMIT }).map((size) => JSON.stringify(task).padEnd(size, ' ')),
  );

  test('a payload that can never work is dropped with 200, logged, and changes nothing', async () => {
    const property = fc.asyncProperty(anything, async (body) => {
      changes.length = 0;
      log.length = 0;
      const response = await app.fetch(requestAs(INVOKER, 'POST', path, { body: body as string }));
      expect(response.status).toBe(200);
      expect(log.join()).toMatch(/^\{"severity":"ERROR".*"Dropped a (task|check) with a malformed payload"\}\n$/);
      expect(changes).toEqual([]);
    });
    await fc.assert(property, { seed: 2, numRuns: 600 });
  });
});
