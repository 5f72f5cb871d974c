import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { CloudTasksError, CODES, invalidArgument } from '../errors.ts';
import type { CloudTasksService } from '../service.ts';
import * as read from './requests.ts';
import { enumName, enumNumber, queueJson, taskJson } from './responses.ts';
import { type RestCall, ROUTES } from './routes.ts';

/** What Google's front end takes, in bytes. */
const MAX_PAYLOAD_BYTES = 10_485_760;

/** Query parameters that all of Google's APIs take. `$alt` is looked at, the others change nothing here. */
const SYSTEM_PARAMETER = /^(\$.*|alt|key|fields|quotaUser|prettyPrint|access_token)$/;

/** The REST API of Cloud Tasks v2 as a web application. */
export function restApp(service: CloudTasksService): Hono {
  const app = new Hono();
  const limit = bodyLimit({
    maxSize: MAX_PAYLOAD_BYTES,
    onError: () => {
      throw invalidArgument(`Request payload size exceeds the limit: ${MAX_PAYLOAD_BYTES} bytes.`);
    },
  });
  app.all('/v2/*', limit, async (context) => context.json(await answer(context, service)));
  app.notFound((context) => context.json(...problem(unknownMethod(context))));
  app.onError((error, context) => context.json(...problem(error)));
  return app;
}

async function answer(context: Context, service: CloudTasksService): Promise<object> {
  const { pathname, searchParams } = new URL(context.req.url);
  const path = decodePath(pathname);
  const candidates = ROUTES.filter(({ httpMethod }) => httpMethod === context.req.method);
  for (const { path: pattern, handle } of candidates) {
    const resource = pattern.exec(path)?.[1];
    if (resource !== undefined) {
      return handle(restCall(service, resource, searchParams, context, parseJson(await context.req.text())));
    }
  }
  throw unknownMethod(context);
}

function restCall(
  service: CloudTasksService,
  resource: string,
  parameters: URLSearchParams,
  context: Context,
  json: unknown,
): RestCall {
  const authorization = context.req.header('authorization');
  const writeEnum = /enum-encoding=int/.test(parameters.get('$alt') ?? '') ? enumNumber : enumName;
  const own = [...parameters].filter(([name]) => !SYSTEM_PARAMETER.test(name));
  return {
    resource,
    query: read.query(Object.fromEntries(own), ''),
    body: (reader, path = '') => reader(json, path),
    call: (method, request) => service.call(method, request, authorization),
    queueJson: (queue) => queueJson(queue, writeEnum),
    taskJson: (task) => taskJson(task, writeEnum),
  };
}

function decodePath(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    throw invalidArgument(`The URL's path is not valid percent-encoding; received '${pathname.slice(0, 100)}'.`);
  }
}

/** An absent body is an empty message; so is `""`, which Google's own REST transport sends for one. */
function parseJson(text: string): unknown {
  if (text.trim() === '' || text === '""') return {};
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalidArgument(`Invalid JSON payload received. ${(error as Error).message}`);
  }
}

function unknownMethod(context: Context): CloudTasksError {
  const path = new URL(context.req.url).pathname.slice(0, 200);
  return new CloudTasksError('NOT_FOUND', `Method not found: Cloud Tasks v2 has no ${context.req.method} ${path}.`);
}

type ErrorStatus = (typeof CODES)[keyof typeof CODES]['http'];

/** Google's error format; whatever is not an error of the API is INTERNAL. */
function problem(error: Error): [body: object, status: ErrorStatus] {
  const { code, help } = error instanceof CloudTasksError ? error : { code: 'INTERNAL' as const, help: undefined };
  const status = CODES[code].http;
  const details = help && [{ '@type': 'type.googleapis.com/google.rpc.Help', links: [help] }];
  return [{ error: { code: status, message: error.message, status: code, ...(details && { details }) } }, status];
}
