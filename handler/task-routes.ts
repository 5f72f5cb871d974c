import type { Hono } from 'hono';
import { type TellingDependencies, tellOutcome } from '../events/outcome-event.ts';
import type { Epoch } from '../state/document-state.ts';
import {
  type DocumentCheck,
  documentCheckSchema,
  documentSweepSchema,
  documentTaskSchema,
} from '../state/document-task.ts';
import { Deadline } from '../time/deadline.ts';
import { type CheckDependencies, checkDocument } from './check-document.ts';
import { CHECK_DOCUMENT_PATH, PROCESS_DOCUMENT_PATH } from './cloud-tasks-client.ts';
import { type SweepDependencies, sweepDocument } from './delete-document.ts';
import type { Drain } from './drain.ts';
import {
  draining,
  explain,
  problem,
  RefusedRequestError,
  type RequestContext,
  type RequestEnv,
  readJson,
} from './http.ts';
import { ATTEMPT_ENDED, ATTEMPT_NOT_STARTED, ATTEMPT_STARTED } from './log-messages.ts';
import { type ProcessingDependencies, processDocument } from './process-document.ts';
import { requireBuckets, type Settings } from './settings.ts';

export interface TaskRouteDependencies
  extends ProcessingDependencies,
    CheckDependencies,
    SweepDependencies,
    TellingDependencies {
  readonly settings: Settings;
  readonly drain: Drain;
}

/** The routes that Cloud Tasks calls. What can only fail in the same way again is answered 200, as it would be sent again. */
export function addTaskRoutes(app: Hono<RequestEnv>, dependencies: TaskRouteDependencies): void {
  const { settings, drain } = dependencies;

  app.use('/tasks/*', async (c, next) => {
    if (settings.serviceAccount === '' || c.get('caller') !== settings.serviceAccount) {
      return problem(
        403,
        'Forbidden',
        'Only the invoker service account may call this; Cloud Tasks does so with its token.',
      );
    }
    if (drain.begun) return draining();
    requireBuckets(settings, 'Processing a document');
    await next();
  });

  app.post(PROCESS_DOCUMENT_PATH, (c) => process(c, dependencies));
  app.post(CHECK_DOCUMENT_PATH, (c) => check(c, dependencies));
}

/** Seconds for publishing an outcome that is stored. Where they are over, the task comes again, or the watchdog. */
const TELLING_SECONDS = 5;
/** Days after which an outcome that could not be published is given up: what Pub/Sub keeps is not kept for longer either. */
const TELLING_DAYS = 7;

async function process(c: RequestContext, dependencies: TaskRouteDependencies): Promise<Response> {
  const { clock, settings, drain } = dependencies;
  const taskName = c.req.header('x-cloudtasks-taskname');
  const retryCount = retryCountOf(c);
  const parsed = documentTaskSchema.safeParse(await readPayload(c));
  if (!parsed.success) {
    const error = { reason: 'malformed', message: explain(parsed.error) };
    c.get('log')().error({ taskName, error }, 'Dropped a task with a malformed payload');
    return c.json({ status: 'FAILED', error });
  }
  const { documentId, traceparent } = parsed.data;
  // That of whoever handed the document in: every attempt stands under it, whatever made its request.
  const log = c.get('log')({ documentId, taskName, attempt: retryCount + 1 }, traceparent);
  const { budgetSeconds } = settings.deadlines;
  const started = clock.now();
  // A duplicate delivery finds the outcome of another attempt: its line must not count as one more of them.
  let message = ATTEMPT_NOT_STARTED;
  const onClaimed = ({ createdAt }: Epoch) => {
    message = ATTEMPT_ENDED;
    const ageSeconds = (started - Date.parse(createdAt)) / 1000;
    log.info({ ageSeconds, secondsLeft: budgetSeconds - (clock.now() - started) / 1000 }, ATTEMPT_STARTED);
  };
  const outcome = await processDocument(parsed.data, { retryCount, draining: drain.signal, onClaimed }, dependencies);
  const level = outcome.error && outcome.status === 'FAILED' ? 'error' : outcome.httpStatus >= 500 ? 'warn' : 'info';
  const seconds = (clock.now() - started) / 1000;
  log[level]({ ...outcome, seconds, secondsLeft: budgetSeconds - seconds }, message);
  const { httpStatus, ...body } = outcome;
  if (httpStatus === 503) return draining();
  if (httpStatus !== 200) return c.json(body, httpStatus);
  if (dependencies.outcomes === undefined) return c.json(body);
  try {
    // The budget may be over, and Cloud Run still waits.
    using limit = new Deadline(clock, 'Telling the outcome', TELLING_SECONDS);
    await tellOutcome(parsed.data, { ...dependencies, signal: limit.signal });
  } catch (error) {
    log.warn({ err: error }, 'The outcome is stored, and still to be published');
    return c.json(body, 500);
  }
  return c.json(body);
}

async function check(c: RequestContext, dependencies: TaskRouteDependencies): Promise<Response> {
  const { clock, settings } = dependencies;
  const payload = await readPayload(c);
  using budget = new Deadline(clock, 'The request', settings.deadlines.budgetSeconds);
  const { signal } = budget;
  const sweep = documentSweepSchema.safeParse(payload);
  if (sweep.success) {
    await sweepDocument(sweep.data.documentId, { ...dependencies, signal });
    return c.json({ status: 'DELETED' });
  }
  const parsed = documentCheckSchema.safeParse(payload);
  if (!parsed.success) {
    c.get('log')().error({ error: explain(parsed.error) }, 'Dropped a check with a malformed payload');
    return c.json({});
  }
  const end = await checkDocument(parsed.data, retryCountOf(c), { ...dependencies, signal });
  if (end) {
    const { documentId, traceparent } = parsed.data;
    c.get('log')({}, traceparent).error({ documentId, status: end.kind, error: end.error }, ATTEMPT_ENDED);
  }
  // Where nobody else did.
  await tellOutcome(parsed.data, { ...dependencies, signal }).catch((error) =>
    tellLater(c, parsed.data, error, dependencies),
  );
  return c.json({ status: end?.kind ?? null });
}

/** Leaves an outcome to the next look: this one has only as many attempts as the queue allows, which may be one. */
async function tellLater(
  c: RequestContext,
  look: DocumentCheck,
  error: Error,
  { tasks, settings }: TaskRouteDependencies,
): Promise<void> {
  const log = c.get('log')({ documentId: look.documentId, err: error }, look.traceparent);
  const next = { ...look, round: look.round + 1 };
  if (next.round * settings.checkIntervalSeconds > TELLING_DAYS * 86_400) {
    log.error(`The outcome could not be published within ${TELLING_DAYS} days, and will not be`);
    return;
  }
  log.warn('The outcome is stored, and still to be published');
  await tasks.createDocumentCheckTask(next);
}

/**
 * How often Cloud Tasks has delivered the task before; 0 when the header is not a count. (Its execution count leaves out 5xx
 * answers and timeouts.)
 */
function retryCountOf(c: RequestContext): number {
  const header = c.req.header('x-cloudtasks-taskretrycount') ?? '';
  return /^\d{1,9}$/.test(header) ? Number(header) : 0;
}

/** A task's payload as JSON; undefined also when it is too large. */
async function readPayload(c: RequestContext): Promise<unknown> {
  try {
    return await readJson(c.req.raw);
  } catch (error) {
    if (error instanceof RefusedRequestError && error.httpStatus === 413) return undefined;
    throw error;
  }
}
