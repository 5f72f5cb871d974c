import { type Context, Hono } from 'hono';
import type { JWTVerifyGetKey } from 'jose';
import type * as z from 'zod';
import { Deadline } from '../time/deadline.ts';
import { checkDocument } from './check-document.ts';
import { CHECK_DOCUMENT_PATH, type CloudTasksClient, PROCESS_DOCUMENT_PATH } from './cloud-tasks-client.ts';
import type { DocumentRecord } from './document-record.ts';
import { documentCheckSchema, documentIdSchema, documentTaskSchema } from './document-task.ts';
import type { Drain } from './drain.ts';
import { enqueueDocument, enqueueRequestSchema, RefusedDocumentError } from './enqueue-document.ts';
import { AuthenticationError, type Claims, verifyCaller } from './identity.ts';
import { ATTEMPT_ENDED, ATTEMPT_NOT_STARTED, ATTEMPT_STARTED } from './log-messages.ts';
import { type Logger, traceField } from './logger.ts';
import { problem } from './problem.ts';
import { type ProcessingDependencies, processDocument } from './process-document.ts';
import { BodyIncompleteError, BodyTooLargeError, readJson } from './read-json.ts';
import { RecentTokens } from './recent-tokens.ts';
import { MissingSettingsError, type SettingName } from './setting-names.ts';
import type { Settings } from './settings.ts';

/** Seconds after which Cloud Tasks should try an instance again that drains: by then there is another. */
const RETRY_AFTER_SECONDS = 5;

export interface AppDependencies extends Omit<ProcessingDependencies, keyof Settings> {
  readonly settings: Settings;
  readonly tasks: CloudTasksClient;
  readonly keys: JWTVerifyGetKey;
  readonly drain: Drain;
  readonly logger: Logger;
}

type Env = { Variables: { caller: string; trace: ReturnType<typeof traceField> } };

/**
 * The routes. Everything they need is passed in, so that a test calls them without a server.
 *
 * @throws RangeError when there is an extractor and the deadline chain leaves it no time
 */
export function createApp(dependencies: AppDependencies): Hono<Env> {
  const { settings, tasks, keys, drain, logger, clock, records, store, extractor } = dependencies;
  if (extractor !== undefined && settings.deadlines.extractionSeconds <= 0) {
    throw new RangeError(
      `An extractor needs its part of the deadline; received ${settings.deadlines.extractionSeconds} s: ` +
        'use deadlinesFor(seconds, { extraction: true }) in handler/settings.ts.',
    );
  }
  const processing = { ...dependencies, ...settings };
  const recent = new RecentTokens<Claims>();
  const app = new Hono<Env>();
  /** Every request ends before Cloud Run gives it up, not only an attempt. */
  const startBudget = () => new Deadline(clock, 'The request', settings.deadlines.budgetSeconds);
  const logOf = (c: Context<Env>, fields: object = {}) => logger.child({ ...c.get('trace'), ...fields });

  app.get('/health', (c) => c.json({ status: drain.begun ? 'draining' : 'ok' }));

  app.use(async (c, next) => {
    const header = (name: string) => c.req.header(name);
    c.set('trace', traceField(settings.projectId, header));
    const { serviceUrl: audience } = settings;
    // Where this header is present, it is the one that Cloud Run has checked: nobody has checked the other.
    const acceptRemovedSignature =
      settings.acceptRemovedSignature && header('x-serverless-authorization') === undefined;
    const rules = { audience, acceptRemovedSignature, keys, clock, recent };
    c.set('caller', await verifyCaller(header('authorization'), rules));
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
    const retryCount = retryCountOf(c);
    const parsed = documentTaskSchema.safeParse(await readPayload(c.req.raw));
    if (!parsed.success) {
      // Answered 200, as Cloud Tasks would only send the same again.
      const error = { reason: 'malformed', message: explain(parsed.error) };
      logOf(c).error({ taskName, error }, 'Dropped a task with a malformed payload');
      return c.json({ status: 'FAILED', error });
    }
    const task = parsed.data;
    const log = logOf(c, { documentId: task.documentId, taskName, attempt: retryCount + 1 });
    const started = clock.now();
    const secondsLeft = () => settings.deadlines.budgetSeconds - (clock.now() - started) / 1000;
    // A duplicate delivery finds the outcome of another attempt: its line must not count as one more of them.
    let message = ATTEMPT_NOT_STARTED;
    const onClaimed = ({ createdAt }: DocumentRecord) => {
      message = ATTEMPT_ENDED;
      const ageSeconds = (started - Date.parse(createdAt)) / 1000;
      log.info({ ageSeconds, secondsLeft: secondsLeft() }, ATTEMPT_STARTED);
    };
    const attempt = { retryCount, draining: drain.signal, onClaimed };
    const outcome = await processDocument(task, attempt, processing);
    const level = outcome.error && outcome.status === 'FAILED' ? 'error' : outcome.httpStatus >= 500 ? 'warn' : 'info';
    log[level]({ ...outcome, seconds: (clock.now() - started) / 1000, secondsLeft: secondsLeft() }, message);
    const { httpStatus, ...body } = outcome;
    return httpStatus === 503 ? busy() : c.json(body, httpStatus);
  });

  app.post(CHECK_DOCUMENT_PATH, async (c) => {
    const parsed = documentCheckSchema.safeParse(await readPayload(c.req.raw));
    if (!parsed.success) {
      logOf(c).error({ error: explain(parsed.error) }, 'Dropped a check with a malformed payload');
      return c.json({});
    }
    using budget = startBudget();
    const { signal } = budget;
    const gaveUp = await checkDocument(parsed.data, retryCountOf(c), { records, tasks, clock, signal });
    if (gaveUp) {
      const { documentId, status, error } = gaveUp;
      logOf(c).error({ documentId, status, error }, ATTEMPT_ENDED);
    }
    return c.json({ status: gaveUp?.status ?? null });
  });

  app.post('/documents', async (c) => {
    if (drain.begun) return busy();
    requireBuckets(settings, 'Enqueuing a document');
    const body = await readJson(c.req.raw);
    if (body === undefined) return problem(400, 'Invalid request', 'The body is not JSON.');
    const parsed = enqueueRequestSchema.safeParse(body);
    if (!parsed.success) return problem(400, 'Invalid request', explain(parsed.error));
    using budget = startBudget();
    const { signal } = budget;
    const record = await enqueueDocument(parsed.data, { ...settings, store, records, tasks, clock, signal });
    logOf(c).info({ documentId: record.documentId, status: record.status }, 'Document accepted');
    return c.json(viewOf(record), 202, { Location: `/documents/${record.documentId}` });
  });

  app.get('/documents/:id', async (c) => {
    requireBuckets(settings, 'Looking up a document');
    const id = documentIdSchema.safeParse(c.req.param('id'));
    using budget = startBudget();
    const stored = id.success ? await records.read(id.data, budget.signal) : undefined;
    return stored ? c.json(viewOf(stored.record)) : problem(404, 'Not found', 'There is no document with this id.');
  });

  app.notFound((c) => problem(404, 'Not found', `There is no ${c.req.method} ${c.req.path}.`));

  app.onError((error, c) => {
    if (error instanceof AuthenticationError) {
      return problem(error.httpStatus, error.httpStatus === 401 ? 'Unauthenticated' : 'Unavailable', error.message);
    }
    if (error instanceof BodyTooLargeError) return problem(413, 'Too large', error.message);
    if (error instanceof BodyIncompleteError) return problem(400, 'Incomplete', error.message);
    if (error instanceof RefusedDocumentError) return problem(error.httpStatus, 'Refused', error.message);
    logOf(c).error({ err: error }, error.message);
    if (error instanceof MissingSettingsError) {
      return problem(500, 'Settings missing', error.message, { missing: error.missing });
    }
    return problem(500, 'Internal error', 'The request failed; the log says why. Repeating it is safe.');
  });

  return app;
}

/**
 * How often Cloud Tasks has delivered the task before; 0 when the header is not a count. (Its execution count leaves out 5xx
 * answers and timeouts.)
 */
function retryCountOf(c: Context): number {
  const header = c.req.header('x-cloudtasks-taskretrycount') ?? '';
  return /^\d{1,9}$/.test(header) ? Number(header) : 0;
}

/** A task's payload as JSON; undefined also when it is too large, as Cloud Tasks would only send the same again. */
async function readPayload(request: Request): Promise<unknown> {
  try {
    return await readJson(request);
  } catch (error) {
    if (error instanceof BodyTooLargeError) return undefined;
    throw error;
  }
}

/** A record as callers see it: without the lease and what else is between attempts. */
function viewOf({ lease: _lease, converted: _converted, ...record }: DocumentRecord) {
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

function explain(error: z.ZodError): string {
  const sentences = error.issues.map(({ path, message }) =>
    path.length > 0 ? `${path.join('.')}: ${message}` : message,
  );
  return `${sentences.join('; ')}.`;
}
