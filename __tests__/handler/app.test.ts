import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { UnconvertibleDocumentError } from '../../documents/conversion/converter.ts';
import { createApp } from '../../handler/app.ts';
import { Drain } from '../../handler/drain.ts';
import { createLogger } from '../../handler/logger.ts';
import { readSettings } from '../../handler/settings.ts';
import { attemptName, openingOf } from '../../state/state-objects.ts';
import { asText, type Changed, converterOf, DOCUMENTS, noteCalls, RESULTS, setUp } from './handler-in-memory.ts';
import { tasksInMemory } from './tasks-in-memory.ts';

const ENVIRONMENT = {
  GCP_PROJECT_ID: 'my-project',
  GCP_LOCATION: 'us-central1',
  CLOUD_TASKS_QUEUE: 'documents',
  CLOUD_RUN_SERVICE_URL: 'https://documents-1.us-central1.run.app',
  CLOUD_RUN_SERVICE_ACCOUNT: 'invoker@my-project.iam.gserviceaccount.com',
  DOCUMENTS_BUCKET: DOCUMENTS,
  RESULTS_BUCKET: RESULTS,
};
const CALLER = 'caller@my-project.iam.gserviceaccount.com';
const key = await generateKeyPair('RS256');
const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(key.publicKey)), kid: 'k1', alg: 'RS256' }] });

function start(environment: Record<string, string> = ENVIRONMENT, changed: Changed = {}) {
  const { dependencies, ...parts } = setUp(changed);
  const settings = readSettings(environment);
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger('info', { write: (line) => lines.push(JSON.parse(line)) });
  const drain = new Drain();
  const { tasks, created } = tasksInMemory(parts.clock, settings);
  const app = createApp({ ...dependencies, settings, tasks, keys, drain, logger });
  const now = parts.clock.now() / 1000;
  const token = (email: string) =>
    new SignJWT({ email, email_verified: true })
      .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
      .setIssuer('https://accounts.google.com')
      .setAudience(settings.serviceUrl)
      .setIssuedAt(now)
      .setExpirationTime(now + 3600)
      .sign(key.privateKey);

  /** Calls as `email`; without one, without a token. */
  async function call(
    method: string,
    path: string,
    email?: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ) {
    const authorization = email === undefined ? {} : { Authorization: `Bearer ${await token(email)}` };
    const response = await app.request(path, {
      method,
      headers: { ...authorization, ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: (isJson ? JSON.parse(text) : {}) as Record<string, unknown>,
    };
  }
  const deliver = (body: unknown, headers?: Record<string, string>) =>
    call('POST', '/tasks/process-document', ENVIRONMENT.CLOUD_RUN_SERVICE_ACCOUNT, body, headers);
  return { ...parts, states: dependencies.states, call, deliver, drain, lines, created };
}

describe('GET /health', () => {
  test('answers without a token and without settings', async () => {
    expect(await start({}).call('GET', '/health')).toMatchObject({ status: 200, body: { status: 'ok' } });
  });
});

describe('POST /tasks/process-document', () => {
  test('processes the document of the task', async () => {
    const { deliver, task, view } = start();
    expect(await deliver(task)).toMatchObject({
      status: 200,
      body: { status: 'COMPLETED', result: { characters: 5 } },
    });
    expect(view()).toMatchObject({ status: 'COMPLETED' });
  });

  test('without a token is 401', async () => {
    const { call, task, view } = start();
    const answer = await call('POST', '/tasks/process-document', undefined, task);
    expect(answer).toMatchObject({ status: 401, body: { title: 'Unauthenticated' } });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(view()).toBeUndefined();
  });

  test('by anybody but the invoker is 403', async () => {
    const { call, task, view } = start();
    expect(await call('POST', '/tasks/process-document', CALLER, task)).toMatchObject({
      status: 403,
      body: { detail: 'Only the invoker service account may call this; Cloud Tasks does so with its token.' },
    });
    expect(view()).toBeUndefined();
  });

  test('a malformed payload is dropped with 200 and a log line, as a retry would bring the same', async () => {
    const { deliver, lines } = start();
    const dropped = { status: 'FAILED', error: { reason: 'malformed' } };
    expect(await deliver('not JSON', { 'X-CloudTasks-TaskName': 't1' })).toMatchObject({ status: 200, body: dropped });
    expect(lines).toContainEqual(
      expect.objectContaining({
        severity: 'ERROR',
        taskName: 't1',
        message: 'Dropped a task with a malformed payload',
      }),
    );
  });

  test('the last attempt is known from the retry count', async () => {
    const converter = converterOf(async () => {
      throw new Error('No model.');
    });
    const { deliver, task } = start(ENVIRONMENT, { converter });
    expect(await deliver(task, { 'X-CloudTasks-TaskRetryCount': '3' })).toMatchObject({ status: 500 });
    expect(await deliver(task, { 'X-CloudTasks-TaskRetryCount': '4' })).toMatchObject({
      status: 200,
      body: { status: 'FAILED', error: { message: 'No model.' } },
    });
  });

  test('while draining is 503 with Retry-After', async () => {
    const { deliver, drain, task } = start();
    drain.begin();
    const answer = await deliver(task);
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('5');
  });

  test('logs the attempt with document, task, number and trace', async () => {
    const { deliver, lines, task } = start();
    const trace = '0123456789abcdef0123456789abcdef';
    const headers = { 'X-CloudTasks-TaskName': 't1', traceparent: `00-${trace}-0123456789abcdef-01` };
    await deliver(task, { ...headers, 'X-CloudTasks-TaskRetryCount': '1' });
    const fields = {
      documentId: 'a1',
      taskName: 't1',
      attempt: 2,
      'logging.googleapis.com/trace': `projects/my-project/traces/${trace}`,
    };
    expect(lines).toEqual([
      expect.objectContaining({ ...fields, message: 'Attempt started', ageSeconds: 0, secondsLeft: 540 }),
      expect.objectContaining({ ...fields, message: 'Attempt ended', httpStatus: 200, status: 'COMPLETED' }),
    ]);
  });
});

test('a duplicate delivery of a FAILED document is no further failure in the log', async () => {
  const converter = converterOf(async () => {
    throw new UnconvertibleDocumentError('corrupt', 'a.txt is damaged.');
  });
  const { deliver, task, lines } = start(ENVIRONMENT, { converter });
  await deliver(task);
  await deliver(task);
  const messages = lines.map(({ severity, message }) => `${severity} ${message}`);
  expect(messages).toEqual(['INFO Attempt started', 'ERROR Attempt ended', 'INFO Attempt not started']);
});

describe('POST /tasks/check-document', () => {
  const check = (body: unknown, email = ENVIRONMENT.CLOUD_RUN_SERVICE_ACCOUNT) =>
    ['/tasks/check-document', email, body] as const;

  test('gives up a document that nothing happens to, and logs it as an ended attempt', async () => {
    const { call, clock, view, lines } = start();
    const sourceUri = `gs://${DOCUMENTS}/a.txt`;
    const { body } = await call('POST', '/documents', CALLER, { sourceUri, documentId: 'a1' });
    await clock.advance(960_000);
    expect(await call('POST', ...check({ ...body, round: 1, seen: '1 -' }))).toMatchObject({
      status: 200,
      body: { status: 'FAILED' },
    });
    expect(view()).toMatchObject({ status: 'FAILED', error: { reason: 'abandoned' } });
    expect(lines).toContainEqual(
      expect.objectContaining({ severity: 'ERROR', message: 'Attempt ended', documentId: 'a1', status: 'FAILED' }),
    );
  });

  test('is only for the invoker', async () => {
    expect(await start().call('POST', ...check({ documentId: 'a1' }, CALLER))).toMatchObject({
      status: 403,
    });
  });

  test('a malformed payload is dropped with 200', async () => {
    expect(await start().call('POST', ...check('x'))).toMatchObject({ status: 200 });
  });
});

describe('POST /documents', () => {
  const sourceUri = `gs://${DOCUMENTS}/a.txt`;

  test('accepts a document with 202 and says where to look', async () => {
    const answer = await start().call('POST', '/documents', CALLER, { sourceUri, documentId: 'a1' });
    expect(answer).toMatchObject({ status: 202, body: { documentId: 'a1', status: 'PENDING', sourceUri } });
    expect(answer.headers.get('location')).toBe('/documents/a1');
  });

  test('says everything that is wrong with a request', async () => {
    const answer = await start().call('POST', '/documents', CALLER, { sourceUri: 'a.txt', method: 'magic' });
    expect(answer).toMatchObject({
      status: 400,
      body: {
        title: 'Invalid request',
        detail:
          'sourceUri: must be gs://bucket/object; method: Invalid option: expected one of "auto"|"local"|"docling".',
      },
    });
  });

  test('says which settings are missing', async () => {
    const { CLOUD_TASKS_QUEUE: _queue, GCP_LOCATION: _location, ...rest } = ENVIRONMENT;
    const answer = await start(rest).call('POST', '/documents', CALLER, { sourceUri });
    expect(answer).toMatchObject({
      status: 500,
      body: { title: 'Settings missing', missing: ['GCP_LOCATION', 'CLOUD_TASKS_QUEUE'] },
    });
  });

  test('a body above 100 KiB is 413', async () => {
    const body = JSON.stringify({ sourceUri, filename: 'x'.repeat(110_000) });
    const headers = { 'Content-Length': String(body.length) };
    expect(await start().call('POST', '/documents', CALLER, body, headers)).toMatchObject({ status: 413 });
  });
});

describe('one trace', () => {
  const sourceUri = `gs://${DOCUMENTS}/a.txt`;
  const [trace, other] = ['a'.repeat(32), 'c'.repeat(32)];
  const traceparent = `00-${trace}-${'b'.repeat(16)}-01`;
  const line = { 'logging.googleapis.com/trace': `projects/my-project/traces/${trace}` };

  test('of the hand-in goes into its tasks and the record', async () => {
    const { call, created, view } = start();
    await call('POST', '/documents', CALLER, { sourceUri, documentId: 'a1' }, { traceparent });
    expect([...created.values()]).toMatchObject([{ traceparent, round: 0 }, { traceparent }]);
    expect(view()).toMatchObject({ traceparent });
    expect((await call('GET', '/documents/a1', CALLER)).body).toMatchObject({ traceparent });
  });

  test('has the lines of every attempt, whatever made its request', async () => {
    const { call, deliver, created, lines } = start();
    await call('POST', '/documents', CALLER, { sourceUri, documentId: 'a1' }, { traceparent });
    const [task] = created.values();
    await deliver(task, { traceparent: `00-${other}-${'d'.repeat(16)}-01` });
    expect(lines).toMatchObject([
      { ...line, message: 'Document accepted' },
      { ...line, message: 'Attempt started' },
      { ...line, message: 'Attempt ended' },
    ]);
  });

  test('goes on with the watchdog, and has its line', async () => {
    const { call, created, lines, clock } = start();
    await call('POST', '/documents', CALLER, { sourceUri, documentId: 'a1' }, { traceparent });
    const invoker = ENVIRONMENT.CLOUD_RUN_SERVICE_ACCOUNT;
    for (let round = 0; round < 4 && !lines.some(({ message }) => message === 'Attempt ended'); round++) {
      const check = [...created.values()].find((task) => (task as { round?: number }).round === round);
      expect(check).toMatchObject({ traceparent });
      const checking = call('POST', '/tasks/check-document', invoker, check);
      await clock.advance(60_000);
      await checking;
    }
    expect(lines).toContainEqual(expect.objectContaining({ ...line, message: 'Attempt ended', status: 'FAILED' }));
  });

  test('is that of the first hand-in, where the same document is handed in again', async () => {
    const { call, clock } = start();
    await call('POST', '/documents', CALLER, { sourceUri, documentId: 'a1' }, { traceparent });
    await clock.advance(1000);
    const again = { traceparent: `00-${other}-${'d'.repeat(16)}-01` };
    const { body } = await call('POST', '/documents', CALLER, { sourceUri, documentId: 'a1' }, again);
    expect(body).toMatchObject({ traceparent });
  });

  test('of a task that was made with a broken one is none', async () => {
    const { deliver, task, view } = start();
    expect(await deliver({ ...task, traceparent: 'broken' })).toMatchObject({ status: 200 });
    expect(view()).toMatchObject({ status: 'COMPLETED' });
    expect(view()).not.toHaveProperty('traceparent');
  });
});

describe('POST /documents with a list', () => {
  const sourceUri = `gs://${DOCUMENTS}/a.txt`;

  test('answers for each document what it would have been answered by itself', async () => {
    const { call, created, lines } = start();
    const list = [{ sourceUri, documentId: 'a1' }, { sourceUri: `gs://${DOCUMENTS}/none.txt` }, 'a.txt', { sourceUri }];
    const { status, body } = await call('POST', '/documents', CALLER, list);
    expect(status).toBe(207);
    expect(body).toMatchObject([
      { status: 202, document: { documentId: 'a1', status: 'PENDING' } },
      {
        status: 422,
        title: 'Refused',
        detail: `gs://${DOCUMENTS}/none.txt does not exist. Upload the document first.`,
      },
      { status: 400, title: 'Invalid request' },
      { status: 202, document: { status: 'PENDING', sourceUri } },
    ]);
    expect(created.size).toBe(4);
    expect(lines.filter(({ message }) => message === 'Document accepted')).toHaveLength(2);
  });

  test('what fails with one document is its own answer, and in the log', async () => {
    const { call, lines, store } = start();
    const { stat } = store;
    store.stat = async (bucket, name, options) => {
      if (name === 'bad.txt') throw new Error('Cloud Storage is on fire.');
      return stat.call(store, bucket, name, options);
    };
    const list = [{ sourceUri }, { sourceUri: `gs://${DOCUMENTS}/bad.txt` }];
    expect((await call('POST', '/documents', CALLER, list)).body).toMatchObject([
      { status: 202 },
      { status: 500, title: 'Internal error', detail: 'It failed; the log says why. Repeating it is safe.' },
    ]);
    expect(lines).toContainEqual(expect.objectContaining({ severity: 'ERROR', message: 'Cloud Storage is on fire.' }));
  });

  test.each([0, 101])('of %i documents is 400, and nothing is accepted', async (length) => {
    const { call, created } = start();
    const list = Array.from({ length }, (_, index) => ({ sourceUri, documentId: `a${index}` }));
    expect(await call('POST', '/documents', CALLER, list)).toMatchObject({
      status: 400,
      body: { detail: `A list has 1 to 100 documents; received ${length}: hand in the rest in further requests.` },
    });
    expect(created.size).toBe(0);
  });

  test('of 100 documents is accepted whole', async () => {
    const { call, created } = start();
    const list = Array.from({ length: 100 }, (_, index) => ({ sourceUri, documentId: `a${index}` }));
    expect((await call('POST', '/documents', CALLER, list)).status).toBe(207);
    expect(created.size).toBe(200);
  });

  test('without settings is refused as a whole', async () => {
    const { CLOUD_TASKS_QUEUE: _queue, ...rest } = ENVIRONMENT;
    expect(await start(rest).call('POST', '/documents', CALLER, [{ sourceUri }])).toMatchObject({
      status: 500,
      body: { title: 'Settings missing' },
    });
  });
});

describe('GET /documents/{id}', () => {
  test('shows the document without what is between attempts', async () => {
    const { call, deliver, task } = start();
    await deliver(task);
    const answer = await call('GET', '/documents/a1', CALLER);
    expect(answer).toMatchObject({
      status: 200,
      body: { status: 'COMPLETED', attempts: 1, result: { characters: 5 } },
    });
    expect(answer.body).not.toHaveProperty('lease');
  });

  test('does not show what is converted before it is committed', async () => {
    const extract = async () => {
      throw new Error('The model is overloaded.');
    };
    const extracting = {
      EXTRACTION_SCHEMA: '{"type":"object"}',
      EXTRACTION_MODEL: 'gemini-test',
      EXTRACTION_INPUT_PRICE: '0.3',
      EXTRACTION_OUTPUT_PRICE: '2.5',
    };
    const { call, deliver, task, view } = start({ ...ENVIRONMENT, ...extracting }, { extractor: { extract } });
    await deliver(task);
    expect(view()).toHaveProperty('converted');
    const { body } = await call('GET', '/documents/a1', CALLER);
    expect(body).toMatchObject({ status: 'PENDING', error: { message: 'The model is overloaded.' } });
    expect(body).not.toHaveProperty('converted');
  });

  test.each([
    ['a2', 'There is no document a2.'],
    ['..%2Fstate%2Fa1', 'There is no document with this id.'],
    ['a.b', 'There is no document with this id.'],
  ])('%s is 404', async (id, detail) => {
    expect(await start().call('GET', `/documents/${id}`, CALLER)).toMatchObject({ status: 404, body: { detail } });
  });

  test('takes two calls while there is no outcome, and one afterwards', async () => {
    const { call, deliver, task, store } = start();
    await call('POST', '/documents', CALLER, { sourceUri: task.sourceUri, documentId: 'a1' });
    const calls = noteCalls(store);
    expect(await call('GET', '/documents/a1', CALLER)).toMatchObject({ body: { status: 'PENDING' } });
    expect(calls.splice(0)).toEqual([
      'list state/6ce14823-a1/',
      `stat ${attemptName({ documentId: 'a1', epoch: 0, number: 1 }, 'lease')}`,
    ]);
    await deliver(task);
    calls.length = 0;
    expect(await call('GET', '/documents/a1', CALLER)).toMatchObject({ body: { status: 'COMPLETED' } });
    expect(calls).toEqual(['list state/6ce14823-a1/']);
  });
});

describe('GET /documents/{id}/result', () => {
  test('answers the Markdown, or the part that is asked for', async () => {
    const { call, deliver, task } = start();
    await deliver(task);
    const markdown = await call('GET', '/documents/a1/result', CALLER);
    expect(markdown).toMatchObject({ status: 200, text: 'Hello' });
    expect(markdown.headers.get('content-type')).toBe('text/markdown; charset=utf-8');
    expect(await call('GET', '/documents/a1/result?part=markdown', CALLER)).toMatchObject({ text: 'Hello' });
    const metadata = await call('GET', '/documents/a1/result?part=metadata', CALLER);
    expect(metadata).toMatchObject({ status: 200, body: { documentId: 'a1', type: 'text', converter: 'test@1' } });
    expect(metadata.headers.get('content-type')).toBe('application/json');
  });

  test('answers the fields where there are any', async () => {
    const { call, deliver, task, states, store } = start();
    await deliver(task);
    const fields = await call('GET', '/documents/a1/result?part=fields', CALLER);
    expect(fields).toMatchObject({ status: 404, body: { detail: 'The result of document a1 has no fields.' } });
    store.objects.insert(RESULTS, 'f.json', '{"fields":{"total":1}}');
    const uri = `gs://${RESULTS}/f.json`;
    const result = { markdownUri: uri, metadataUri: uri, fieldsUri: uri, characters: 1 };
    await states.open('b2', 0, openingOf(task, 'accepted', 0));
    const end = { kind: 'COMPLETED', by: 'one', at: 'then', attempts: 1, result } as const;
    await states.end({ documentId: 'b2', epoch: 0, number: 1 }, end);
    expect(await call('GET', '/documents/b2/result?part=fields', CALLER)).toMatchObject({
      status: 200,
      body: { fields: { total: 1 } },
    });
  });

  test('says why there is none', async () => {
    const { call, deliver, task, store } = start();
    const result = (id = 'a1', query = '') => call('GET', `/documents/${id}/result${query}`, CALLER);
    expect(await result('a1')).toMatchObject({ status: 404, body: { detail: 'There is no document a1.' } });
    expect(await result('a.b')).toMatchObject({ status: 404, body: { detail: 'There is no document with this id.' } });
    await call('POST', '/documents', CALLER, { sourceUri: task.sourceUri, documentId: 'a1' });
    expect(await result()).toMatchObject({
      status: 409,
      body: { title: 'No result', detail: 'Document a1 is PENDING; only a COMPLETED one has a result.' },
    });
    await deliver(task);
    expect(await result('a1', '?part=all')).toMatchObject({
      status: 400,
      body: { detail: 'part: Invalid option: expected one of "markdown"|"metadata"|"fields".' },
    });
    const [name = ''] = store.names(RESULTS).filter((stored) => stored.endsWith('document.md'));
    store.objects.insert(RESULTS, name, Buffer.alloc(32e6 + 1));
    expect(await result()).toMatchObject({
      status: 413,
      body: { detail: `gs://${RESULTS}/${name} has 32000001 bytes; at most 32000000 are taken. Read it from there.` },
    });
    store.objects.delete(RESULTS, name);
    expect(await result()).toMatchObject({
      status: 410,
      body: { detail: `gs://${RESULTS}/${name} is not stored any more.` },
    });
  });
});

describe('POST /documents/{id}/cancel', () => {
  test('ends a document and shows how it is', async () => {
    const { call, task, lines } = start();
    await call('POST', '/documents', CALLER, { sourceUri: task.sourceUri, documentId: 'a1' });
    expect(await call('POST', '/documents/a1/cancel', CALLER)).toMatchObject({
      status: 200,
      body: { documentId: 'a1', status: 'FAILED', error: { reason: 'cancelled' } },
    });
    expect(lines).toContainEqual(expect.objectContaining({ message: 'Document cancelled', documentId: 'a1' }));
  });

  test('shows a document that has an outcome already', async () => {
    const { call, deliver, task } = start();
    await deliver(task);
    const answer = await call('POST', '/documents/a1/cancel', CALLER);
    expect(answer).toMatchObject({ status: 200, body: { status: 'COMPLETED' } });
  });

  test('of no document is 404', async () => {
    expect(await start().call('POST', '/documents/a1/cancel', CALLER)).toMatchObject({ status: 404 });
  });
});

describe('DELETE /documents/{id}', () => {
  test('is 204 and sweeps later; then there is no such document, and its id is not taken again', async () => {
    const { call, deliver, task, created, clock, store } = start();
    await deliver(task);
    await clock.advance(1000);
    expect(await call('DELETE', '/documents/a1', CALLER)).toMatchObject({ status: 204, text: '' });
    expect(await call('GET', '/documents/a1', CALLER)).toMatchObject({ status: 404 });
    await clock.advance(1000);
    const again = await call('POST', '/documents', CALLER, { sourceUri: task.sourceUri, documentId: 'a1' });
    expect(again).toMatchObject({ status: 410, body: { title: 'Deleted' } });
    expect(store.objects.hasObject(DOCUMENTS, 'a.txt')).toBe(true);

    const [sweep] = created.values();
    store.objects.insert(RESULTS, 'results/6ce14823-a1/late/document.md', 'Hello');
    const swept = await call('POST', '/tasks/check-document', ENVIRONMENT.CLOUD_RUN_SERVICE_ACCOUNT, sweep);
    expect(swept).toMatchObject({ status: 200, body: { status: 'DELETED' } });
    expect(store.names(RESULTS).filter((name) => name.startsWith('results/'))).toEqual([]);
  });

  test('removes the source if that is asked for', async () => {
    const { call, deliver, task, clock, store } = start();
    await deliver(task);
    await clock.advance(1000);
    expect(await call('DELETE', '/documents/a1?source=true', CALLER)).toMatchObject({ status: 204 });
    expect(store.objects.hasObject(DOCUMENTS, 'a.txt')).toBe(false);
  });

  test.each([
    ['/documents/a1', 404, 'There is no document a1.'],
    ['/documents/a.b', 404, 'There is no document with this id.'],
    ['/documents/a1?source=yes', 400, 'source: Invalid option: expected one of "true"|"false".'],
  ])('%s is %i', async (path, status, detail) => {
    expect(await start().call('DELETE', path, CALLER)).toMatchObject({ status, body: { detail } });
  });
});

describe('the routes that change or show a document', () => {
  const routes = [
    ['POST', '/documents', { sourceUri: `gs://${DOCUMENTS}/a.txt` }],
    ['POST', '/documents/a1/cancel', undefined],
    ['DELETE', '/documents/a1', undefined],
    ['GET', '/documents/a1', undefined],
    ['GET', '/documents/a1/result', undefined],
  ] as const;

  test.each(routes)('%s %s is for callers with a token', async (method, path, body) => {
    const { call, view } = start();
    expect(await call(method, path, undefined, body)).toMatchObject({ status: 401 });
    expect(view()).toBeUndefined();
  });

  test.each(routes.slice(0, 3))('%s %s is 503 while draining', async (method, path, body) => {
    const { call, drain, deliver, task, view } = start();
    await deliver(task);
    const before = view();
    drain.begin();
    expect(await call(method, path, CALLER, body)).toMatchObject({ status: 503, body: { title: 'Draining' } });
    expect(view()).toEqual(before);
  });

  test.each(routes)('%s %s says which buckets are missing', async (method, path, body) => {
    const { DOCUMENTS_BUCKET: _documents, RESULTS_BUCKET: _results, ...rest } = ENVIRONMENT;
    expect(await start(rest).call(method, path, CALLER, body)).toMatchObject({
      status: 500,
      body: { title: 'Settings missing', missing: ['DOCUMENTS_BUCKET', 'RESULTS_BUCKET'] },
    });
  });
});

test('an extractor without time of its own is refused at the start, not at every document', () => {
  const extractor = { extract: () => Promise.reject(new Error('not called')) };
  expect(() => start(ENVIRONMENT, { extractor })).toThrow(
    new RangeError(
      'An extractor needs its part of the deadline; received 0 s: use deadlinesFor(seconds, { extraction: true }) in ' +
        'handler/settings.ts.',
    ),
  );
});

test('an unknown path is 404', async () => {
  expect(await start().call('GET', '/admin', CALLER)).toMatchObject({
    status: 404,
    body: { detail: 'There is no GET /admin.' },
  });
});

test('a request whose storage hangs ends within the budget, before Cloud Run gives it up', async () => {
  const { call, clock, store } = start();
  const asked = Promise.withResolvers<void>();
  store.list = async function* (_bucket, _prefix, options) {
    asked.resolve();
    await new Promise((_resolve, reject) => {
      options?.signal?.addEventListener('abort', () => reject(options.signal?.reason));
    });
  };
  const answer = call('GET', '/documents/a1', CALLER);
  await asked.promise;
  await clock.advance(540_000);
  expect(await answer).toMatchObject({ status: 500 });
});

test('an unexpected error is 500 without its cause in the answer, and with it in the log', async () => {
  const { call, store, lines } = start();
  store.list = () => {
    throw new Error('secret detail');
  };
  const answer = await call('GET', '/documents/a1', CALLER);
  expect(answer.status).toBe(500);
  expect(JSON.stringify(answer.body)).not.toContain('secret');
  expect(lines).toContainEqual(expect.objectContaining({ severity: 'ERROR', message: 'secret detail' }));
});

test('two documents are processed side by side', async () => {
  let running = 0;
  const both = Promise.withResolvers<void>();
  const converter = converterOf(async (source) => {
    if (++running === 2) both.resolve();
    await both.promise;
    return asText(source);
  });
  const { deliver, task } = start(ENVIRONMENT, { converter });
  const answers = await Promise.all([deliver(task), deliver({ ...task, documentId: 'a2' })]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
});
