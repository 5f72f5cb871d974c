import { Hono } from 'hono';
import type { JWTVerifyGetKey } from 'jose';
import { traceField, traceparentOf } from '../google/trace-context.ts';
import { AuthenticationError, RecentTokens, verifyCaller } from '../google/verify-caller.ts';
import { addDocumentRoutes, type DocumentRouteDependencies } from './document-routes.ts';
import { addEventRoutes } from './event-routes.ts';
import { problem, RefusedRequestError, type RequestEnv } from './http.ts';
import type { Logger } from './logger.ts';
import { MissingSettingsError } from './setting-names.ts';
import { addTaskRoutes, type TaskRouteDependencies } from './task-routes.ts';

type AppDependencies = TaskRouteDependencies &
  DocumentRouteDependencies & { readonly keys: JWTVerifyGetKey; readonly logger: Logger };

/**
 * The app: who calls, the routes, and what a refusal or an error is answered with. Everything it needs is passed in, so that a
 * test calls it without a server.
 *
 * @throws RangeError when there is an extractor and the deadline chain leaves it no time
 */
export function createApp(dependencies: AppDependencies): Hono<RequestEnv> {
  const { settings, keys, drain, logger, clock, extractor } = dependencies;
  if (extractor !== undefined && settings.deadlines.extractionSeconds <= 0) {
    throw new RangeError(
      `An extractor needs its part of the deadline; received ${settings.deadlines.extractionSeconds} s: ` +
        'use deadlinesFor(seconds, { extraction: true }) in handler/settings.ts.',
    );
  }
  const recent = new RecentTokens();
  const app = new Hono<RequestEnv>();

  app.get('/health', (c) => c.json({ status: drain.begun ? 'draining' : 'ok' }));

  app.use(async (c, next) => {
    const header = (name: string) => c.req.header(name);
    const traceparent = traceparentOf(header);
    c.set('traceparent', traceparent);
    c.set('log', (fields = {}, trace = traceparent) =>
      logger.child({ ...traceField(settings.projectId, trace), ...fields }),
    );
    const { serviceUrl: audience } = settings;
    // Where this header is present, it is the one that Cloud Run has checked: nobody has checked the other.
    const acceptRemovedSignature =
      settings.acceptRemovedSignature && header('x-serverless-authorization') === undefined;
    const rules = { audience, acceptRemovedSignature, keys, clock, recent };
    c.set('caller', await verifyCaller(header('authorization'), rules));
    await next();
  });

  addTaskRoutes(app, dependencies);
  addDocumentRoutes(app, dependencies);
  addEventRoutes(app, dependencies);

  app.notFound((c) => problem(404, 'Not found', `There is no ${c.req.method} ${c.req.path}.`));

  app.onError((error, c) => {
    if (error instanceof AuthenticationError) {
      return problem(error.httpStatus, error.httpStatus === 401 ? 'Unauthenticated' : 'Unavailable', error.message);
    }
    if (error instanceof RefusedRequestError) return problem(error.httpStatus, error.title, error.message);
    c.get('log')().error({ err: error }, error.message);
    if (error instanceof MissingSettingsError) {
      return problem(500, 'Settings missing', error.message, { missing: error.missing });
    }
    return problem(500, 'Internal error', 'The request failed; the log says why. Repeating it is safe.');
  });

  return app;
}
