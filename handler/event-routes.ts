import type { Hono } from 'hono';
import { IgnoredEventError, uploadOf } from '../events/upload-event.ts';
import { Deadline } from '../time/deadline.ts';
import type { Drain } from './drain.ts';
import { type EnqueueDependencies, enqueueDocument, enqueueRequestSchema } from './enqueue-document.ts';
import { draining, explain, problem, RefusedRequestError, type RequestEnv, readJson } from './http.ts';
import { UPLOADS_PATH } from './setting-names.ts';
import { requireBuckets, type Settings } from './settings.ts';

type EventRouteDependencies = EnqueueDependencies & { readonly settings: Settings; readonly drain: Drain };

/**
 * The route that Pub/Sub calls for every upload: it hands the document in as `POST /documents` does, so that the same upload is
 * the same document whoever says so, however often and in whatever order. What can never work is answered 204, as everything else
 * would come again.
 */
export function addEventRoutes(app: Hono<RequestEnv>, dependencies: EventRouteDependencies): void {
  const { settings, drain, clock } = dependencies;
  const { uploadsServiceAccount, uploadsPrefix: prefix, uploadsSuffixes: suffixes } = settings;
  const { documentsBucket, resultsBucket } = settings;

  app.post(UPLOADS_PATH, async (c) => {
    if (uploadsServiceAccount === '' || c.get('caller') !== uploadsServiceAccount) {
      return problem(403, 'Forbidden', "Only the push subscription's service account may tell of uploads.");
    }
    if (drain.begun) return draining();
    requireBuckets(settings, 'Enqueuing a document');
    const log = c.get('log')();
    try {
      const request = enqueueRequestSchema.safeParse(
        uploadOf(await readJson(c.req.raw), { documentsBucket, resultsBucket, prefix, suffixes }),
      );
      if (!request.success) throw new IgnoredEventError(explain(request.error));
      using budget = new Deadline(clock, 'The request', settings.deadlines.budgetSeconds);
      const enqueuing = { ...dependencies, signal: budget.signal, traceparent: c.get('traceparent') };
      const { documentId, status } = await enqueueDocument(request.data, enqueuing);
      log.info({ documentId, status }, 'Upload accepted');
    } catch (error) {
      if (!(error instanceof IgnoredEventError || error instanceof RefusedRequestError)) throw error;
      log.warn({ error: error.message }, 'Upload ignored');
    }
    return c.body(null, 204);
  });
}
