import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { JWTVerifyGetKey } from 'jose';
import type * as z from 'zod';
import { checkDocument } from './check-document.ts';
import { CHECK_DOCUMENT_PATH, type CloudTasksClient, PROCESS_DOCUMENT_PATH } from './cloud-tasks-client.ts';
import type { DocumentRecord } from './document-record.ts';
import { documentCheckSchema, documentIdSchema, documentTaskSchema } from './document-task.ts';
import type { Drain } from './drain.ts';
import { enqueueDocument, enqueueRequestSchema, RefusedDocumentError } from './enqueue-document.ts';
import { AuthenticationError, verifyCaller } from './identity.ts';
import { type Logger, traceField } from './logger.ts';
import { problem } from './problem.ts';
import { type ProcessingDependencies, processDocument } from './process-document.ts';
import type { SettingName } from './setting-names.ts';
import { MissingSettingsError, type Settings } from './settings.ts';

/** Cloud Tasks' own limit for a task; a reference is far smaller. */
const MAX_BODY_BYTES = 100 * 1024;
/** Seconds after which Cloud Tasks should try a draining or overloaded instance again. */
const RETRY_AFTER_SECONDS = 5;

export interface AppDependencies extends Omit<ProcessingDependencies, keyof Settings> {
  readonly settings: Settings;
  readonly tasks: CloudTasksClient;
  readonly keys: JWTVerifyGetKey;
  readonly drain: Drain;
  readonly logger: Logger;
}

type Env = { Variables: { caller: string; log: Logger } };

/** The routes. Everything they need is passed in, so that a test calls them without a server. */
export function createApp(dependencies: AppDependencies): Hono<Env> {
  const { settings, tasks, keys, drain, logger, clock, records, store } = dependencies;
  const app = new Hono<Env>();

  app.get('/health', (c) => c.json({ status: drain.begun ? 'draining' : 'ok' }));

  app.use(
    bodyLimit({
      maxSize: MAX_BODY_BYTES,
      onError: () => problem(413, 'Too large', `A body may have ${MAX_BODY_BYTES} bytes.`),
    }),
  );

  app.use(async (c, next) => {
    const header = (name: string) => c.req.header(name);
    c.set('log', logger.child(traceField(settings.projectId, header)));
    const { serviceUrl: audience, acceptRemovedSignature } = settings;
    c.set('caller', await verifyCaller(header('authorization'), { audience, acceptRemovedSignature, keys, clock }));
    await next();
  });

  app.use('/tasks/*', async (c, next) => {
    if (settings.serviceAccount === '' || c.get('caller') !== settings.serviceAccount) {
      return problem(
        403,
        'Forbidden',
        'Only the invoker service account may call this; Cloud Tasks does so with its token.',
      );
    }
    if (drain.begun) return busy();
    requireBuckets(settings, 'Processing a document');
    await next();
  });

  app.post(PROCESS_DOCUMENT_PATH, async (c) => {
    const taskName = c.req.header('x-cloudtasks-taskname');
    const retryCount = Number(c.req.header('x-cloudtasks-taskretrycount')) || 0;
    const parsed = documentTaskSchema.safeParse(await readJson(c.req.raw));
    if (!parsed.success) {
      // Answered 200, as Cloud Tasks would only send the same again.
      const error = { reason: 'malformed', message: explain(parsed.error) };
      c.get('log').error({ taskName, error }, 'Dropped a task with a malformed payload');
      return c.json({ status: 'FAILED', error });
    }
    const task = parsed.data;
    const log = c.get('log').child({ documentId: task.documentId, taskName, attempt: retryCount + 1 });
    const started = clock.now();
    const onClaimed = ({ createdAt }: DocumentRecord) => {
      const ageSeconds = (started - Date.parse(createdAt)) / 1000;
      log.info({ ageSeconds, secondsLeft: settings.deadlines.budgetSeconds }, 'Attempt started');
    };
    const attempt = { retryCount, draining: drain.signal, onClaimed };
    const outcome = await processDocument(task, attempt, { ...dependencies, ...settings });
    const level = outcome.status === 'FAILED' ? 'error' : outcome.httpStatus >= 500 ? 'warn' : 'info';
    const seconds = (clock.now() - started) / 1000;
    const secondsLeft = settings.deadlines.budgetSeconds - seconds;
    log[level]({ ...outcome, seconds, secondsLeft }, 'Attempt ended');
    const { httpStatus, ...body } = outcome;
    return httpStatus === 503 ? busy() : c.json(body, httpStatus);
  });

  app.post(CHECK_DOCUMENT_PATH, async (c) => {
    const parsed = documentCheckSchema.safeParse(await readJson(c.req.raw));
    if (!parsed.success) {
      c.get('log').error({ error: explain(parsed.error) }, 'Dropped a check with a malformed payload');
      return c.json({});
    }
    const { checkIntervalSeconds } = settings;
    const gaveUp = await checkDocument(parsed.data, { records, tasks, clock, checkIntervalSeconds });
    if (gaveUp) {
      const { documentId, status, error } = gaveUp;
      c.get('log').error({ documentId, status, error }, 'Attempt ended');
    }
    return c.json({ status: gaveUp?.status ?? null });
  });

  app.post('/documents', async (c) => {
    if (drain.begun) return busy();
    requireBuckets(settings, 'Enqueuing a document');
    const parsed = enqueueRequestSchema.safeParse(await readJson(c.req.raw));
    if (!parsed.success) return problem(400, 'Invalid request', explain(parsed.error));
    const record = await enqueueDocument(parsed.data, { ...settings, store, records, tasks, clock });
    c.get('log').info({ documentId: record.documentId, status: record.status }, 'Document accepted');
    return c.json(viewOf(record), 202, { Location: `/documents/${record.documentId}` });
  });

  app.get('/documents/:id', async (c) => {
    requireBuckets(settings, 'Looking up a document');
    const id = documentIdSchema.safeParse(c.req.param('id'));
    const stored = id.success ? await records.read(id.data) : undefined;
    return stored ? c.json(viewOf(stored.record)) : problem(404, 'Not found', 'There is no document with this id.');
  });

  app.notFound((c) => problem(404, 'Not found', `There is no ${c.req.method} ${c.req.path}.`));

  app.onError((error, c) => {
    if (error instanceof AuthenticationError) {
      return problem(error.httpStatus, error.httpStatus === 401 ? 'Unauthenticated' : 'Unavailable', error.message);
    }
    if (error instanceof RefusedDocumentError) return problem(error.httpStatus, 'Refused', error.message);
    (c.get('log') ?? logger).error({ err: error }, error.message);
    if (error instanceof MissingSettingsError) {
      return problem(500, 'Settings missing', error.message, { missing: error.missing });
    }
    return problem(500, 'Internal error', 'The request failed; the log says why. Repeating it is safe.');
  });

  return app;
}

/** A record as callers see it: without the lease and what else is between attempts. */
function viewOf({ lease: _lease, ...record }: DocumentRecord): Omit<DocumentRecord, 'lease'> {
  return record;
}

/** 503 slows the whole queue down, which is right only when this instance takes no work at all. */
function busy(): Response {
  const response = problem(503, 'Draining', 'The instance is being shut down; try again.');
  response.headers.set('Retry-After', String(RETRY_AFTER_SECONDS));
  return response;
}

function requireBuckets({ documentsBucket, resultsBucket }: Settings, action: string): void {
  const missing: SettingName[] = [];
  if (documentsBucket === '') missing.push('DOCUMENTS_BUCKET');
  if (resultsBucket === '') missing.push('RESULTS_BUCKET');
  if (missing.length > 0) throw new MissingSettingsError(action, missing);
}

/** The body as JSON; undefined when it is not, which every schema refuses. */
async function readJson(request: Request): Promise<unknown> {
  const body = await request.text();
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function explain(error: z.ZodError): string {
  const sentences = error.issues.map(({ path, message }) =>
    path.length > 0 ? `${path.join('.')}: ${message}` : message,
  );
  return `${sentences.join('; ')}.`;
}
