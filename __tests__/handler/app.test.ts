import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { UnconvertibleDocumentError } from '../../documents/conversion/converter.ts';
import { createApp } from '../../handler/app.ts';
import { CloudTasksClient, type CreateTask } from '../../handler/cloud-tasks-client.ts';
import { Drain } from '../../handler/drain.ts';
import { createLogger } from '../../handler/logger.ts';
import type { ProcessingDependencies } from '../../handler/process-document.ts';
import { readSettings } from '../../handler/settings.ts';
import { asText, converterOf, DOCUMENTS, RESULTS, setUp } from './helpers.ts';

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

function start(environment: Record<string, string> = ENVIRONMENT, changed: Partial<ProcessingDependencies> = {}) {
  const { dependencies, ...parts } = setUp(changed);
  const settings = readSettings(environment);
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger('info', { write: (line) => lines.push(JSON.parse(line)) });
  const drain = new Drain();
  const createTask = async ({ task }: { task: unknown }) => [task];
  const tasks = new CloudTasksClient(settings, async () => ({ createTask }) as unknown as CreateTask);
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
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as Record<string, unknown>,
    };
  }
  const deliver = (body: unknown, headers?: Record<string, string>) =>
    call('POST', '/tasks/process-document', ENVIRONMENT.CLOUD_RUN_SERVICE_ACCOUNT, body, headers);
  return { ...parts, call, deliver, drain, lines };
}

describe('GET /health', () => {
  test('answers without a token and without settings', async () => {
    expect(await start({}).call('GET', '/health')).toMatchObject({ status: 200, body: { status: 'ok' } });
  });
});

describe('POST /tasks/process-document', () => {
  test('processes the document of the task', async () => {
    const { deliver, task, record } = start();
    expect(await deliver(task)).toMatchObject({
      status: 200,
      body: { status: 'COMPLETED', result: { characters: 5 } },
    });
    expect(record()).toMatchObject({ status: 'COMPLETED' });
  });

  test('without a token is 401', async () => {
    const { call, task, record } = start();
    const answer = await call('POST', '/tasks/process-document', undefined, task);
    expect(answer).toMatchObject({ status: 401, body: { title: 'Unauthenticated' } });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(record()).toBeUndefined();
  });

  test('by anybody but the invoker is 403', async () => {
    const { call, task, record } = start();
    expect(await call('POST', '/tasks/process-document', CALLER, task)).toMatchObject({
      status: 403,
      body: { detail: 'Only the invoker service account may call this; Cloud Tasks does so with its token.' },
    });
    expect(record()).toBeUndefined();
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
    const { call, clock, record, lines } = start();
    const sourceUri = `gs://${DOCUMENTS}/a.txt`;
    const { body } = await call('POST', '/documents', CALLER, { sourceUri, documentId: 'a1' });
    await clock.advance(960_000);
    const seen = String(body.updatedAt);
    expect(await call('POST', ...check({ ...body, round: 1, seen }))).toMatchObject({
      status: 200,
      body: { status: 'FAILED' },
    });
    expect(record()).toMatchObject({ status: 'FAILED', error: { reason: 'abandoned' } });
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
    const { call, deliver, task, record } = start({ ...ENVIRONMENT, ...extracting }, { extractor: { extract } });
    await deliver(task);
    expect(record()).toHaveProperty('converted');
    const { body } = await call('GET', '/documents/a1', CALLER);
    expect(body).toMatchObject({ status: 'PENDING', error: { message: 'The model is overloaded.' } });
    expect(body).not.toHaveProperty('converted');
  });

  test.each(['a2', '..%2Frecords%2Fa1', 'a.b'])('%s is 404', async (id) => {
    expect(await start().call('GET', `/documents/${id}`, CALLER)).toMatchObject({
      status: 404,
      body: { detail: 'There is no document with this id.' },
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
  store.read = (_bucket, _name, options) => {
    asked.resolve();
    return new Promise((_resolve, reject) => {
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
  store.read = async () => {
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
