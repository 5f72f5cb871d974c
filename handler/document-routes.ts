import type { Hono } from 'hono';
import * as z from 'zod';
import { type TellingDependencies, tellOutcome } from '../events/outcome-event.ts';
import { documentIdSchema, documentTaskSchema } from '../state/document-task.ts';
import { publicView } from '../state/document-view.ts';
import { Deadline } from '../time/deadline.ts';
import { type CancelDependencies, cancelDocument } from './cancel-document.ts';
import { type DeleteDependencies, deleteDocument } from './delete-document.ts';
import { RESULT_PARTS, type ResultDependencies, readResultPart, resultOf } from './document-result.ts';
import type { Drain } from './drain.ts';
import { type EnqueueDependencies, enqueueDocument, enqueueRequestSchema } from './enqueue-document.ts';
import {
  draining,
  explain,
  noDocument,
  RefusedRequestError,
  type RequestContext,
  type RequestEnv,
  readJson,
} from './http.ts';
import type { Logger } from './logger.ts';
import { requireBuckets, type Settings } from './settings.ts';

/** Bytes of a result that are answered: Cloud Run takes 32 MiB of an answer that is not streamed ("Quotas and limits"). */
const MAX_RESULT_BYTES = 32e6;

/** Documents that one request can hand in: all of them together have one budget, and one body. */
const MAX_LISTED = 100;

export type DocumentRouteDependencies = EnqueueDependencies &
  CancelDependencies &
  DeleteDependencies &
  TellingDependencies &
  ResultDependencies & { readonly settings: Settings; readonly drain: Drain };

const resultQuerySchema = z.object({
  /** What of the result. @default markdown */
  part: z.enum(RESULT_PARTS).default('markdown'),
});

const deleteQuerySchema = z.object({
  /** Whether the source is removed as well. @default false */
  source: z.enum(['true', 'false']).default('false'),
});

/** The routes for callers: whoever may call the service may use them all. */
export function addDocumentRoutes(app: Hono<RequestEnv>, dependencies: DocumentRouteDependencies): void {
  const { settings, drain, states, clock } = dependencies;
  /** Every request ends before Cloud Run gives it up, not only an attempt. */
  const startBudget = () => new Deadline(clock, 'The request', settings.deadlines.budgetSeconds);

  app.post('/documents', async (c) => {
    if (drain.begun) return draining();
    requireBuckets(settings, 'Enqueuing a document');
    const body = await readJson(c.req.raw);
    if (body === undefined) throw invalid('The body is not JSON.');
    using budget = startBudget();
    const accept = async (request: unknown) => {
      const enqueuing = { ...dependencies, signal: budget.signal, traceparent: c.get('traceparent') };
      const document = await enqueueDocument(valid(enqueueRequestSchema, request), enqueuing);
      const { documentId, status } = document;
      c.get('log')().info({ documentId, status }, 'Document accepted');
      return publicView(document);
    };
    if (!Array.isArray(body)) {
      const document = await accept(body);
      return c.json(document, 202, { Location: `/documents/${document.documentId}` });
    }
    if (body.length === 0 || body.length > MAX_LISTED) {
      throw invalid(
        `A list has 1 to ${MAX_LISTED} documents; received ${body.length}: hand in the rest in further requests.`,
      );
    }
    dependencies.tasks.requireSettings();
    return c.json(await Promise.all(body.map((request) => answerOf(accept(request), c.get('log')()))), 207);
  });

  app.get('/documents/:id', async (c) => {
    requireBuckets(settings, 'Looking up a document');
    const id = idOf(c);
    using budget = startBudget();
    const document = await states.view(id, clock.now(), budget.signal);
    if (document === undefined) throw noDocument(id);
    return c.json(publicView(document));
  });

  app.get('/documents/:id/result', async (c) => {
    requireBuckets(settings, 'Reading a result');
    const id = idOf(c);
    const { part } = valid(resultQuerySchema, c.req.query());
    using budget = startBudget();
    const reading = { ...dependencies, signal: budget.signal };
    const bytes = await readResultPart(await resultOf(id, reading), part, reading, MAX_RESULT_BYTES);
    if (bytes === undefined)
      throw new RefusedRequestError(404, 'Not found', `The result of document ${id} has no ${part}.`);
    const contentType = part === 'markdown' ? 'text/markdown; charset=utf-8' : 'application/json';
    return c.body(new Uint8Array(bytes), 200, { 'Content-Type': contentType });
  });

  app.post('/documents/:id/cancel', async (c) => {
    if (drain.begun) return draining();
    requireBuckets(settings, 'Cancelling a document');
    const id = idOf(c);
    using budget = startBudget();
    const cancelling = { ...dependencies, signal: budget.signal };
    const document = await cancelDocument(id, cancelling);
    await tellOutcome(document, cancelling).catch(async (error) => {
      c.get('log')().warn({ err: error }, error.message);
      // It tells what is not told here. A replay that was cut off may have made none.
      await dependencies.tasks.createDocumentCheckTask({ ...documentTaskSchema.parse(document), round: 0 });
    });
    c.get('log')().info({ documentId: id, status: document.status }, 'Document cancelled');
    return c.json(publicView(document));
  });

  app.delete('/documents/:id', async (c) => {
    if (drain.begun) return draining();
    requireBuckets(settings, 'Deleting a document');
    const id = idOf(c);
    const { source } = valid(deleteQuerySchema, c.req.query());
    using budget = startBudget();
    await deleteDocument(id, { source: source === 'true' }, { ...dependencies, signal: budget.signal });
    c.get('log')().info({ documentId: id }, 'Document deleted');
    return c.body(null, 204);
  });
}

/** The answer to one document of a list: what it would have been by itself. */
async function answerOf(accepted: Promise<object>, log: Logger): Promise<object> {
  try {
    return { status: 202, document: await accepted };
  } catch (error) {
    if (error instanceof RefusedRequestError) {
      return { status: error.httpStatus, title: error.title, detail: error.message };
    }
    log.error({ err: error }, (error as Error).message);
    return { status: 500, title: 'Internal error', detail: 'It failed; the log says why. Repeating it is safe.' };
  }
}

function idOf(c: RequestContext): string {
  const id = documentIdSchema.safeParse(c.req.param('id'));
  if (!id.success) throw new RefusedRequestError(404, 'Not found', 'There is no document with this id.');
  return id.data;
}

function valid<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw invalid(explain(parsed.error));
  return parsed.data;
}

function invalid(detail: string): RefusedRequestError {
  return new RefusedRequestError(400, 'Invalid request', detail);
}
