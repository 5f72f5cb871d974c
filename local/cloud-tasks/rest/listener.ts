import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { MAX_PAYLOAD_BYTES, ProtoJsonError, parsePayload } from '../../proto-json.ts';
import { readBody } from '../../read-body.ts';
import { CloudTasksError, CODES, invalidArgument } from '../errors.ts';
import { VERSIONS, type Version } from '../messages.ts';
import type { CloudTasksService } from '../service.ts';
import * as read from './requests.ts';
import { enumName, enumNumber, queueJson, taskJson } from './responses.ts';
import { type RestCall, ROUTES } from './routes.ts';

/** Query parameters that all of Google's APIs take. `$alt` is looked at, the others change nothing here. */
const SYSTEM_PARAMETER = /^(\$.*|alt|key|fields|quotaUser|prettyPrint|access_token)$/;

/** A request of the REST wire. */
export interface RestRequest {
  readonly method: string;
  readonly version: Version;
  /** Path and query, with the version. */
  readonly url: string;
  readonly authorization: string | undefined;
  readonly body: Buffer;
}

export interface RestAnswer {
  readonly status: number;
  readonly json: object;
}

/**
 * The REST wire on Node's own HTTP server. A web framework here would take as long as Cloud Tasks itself does for a task.
 *
 * @param others takes the requests that are not for the API
 */
export function restListener(service: CloudTasksService, others: RequestListener): RequestListener {
  return (request, response) => {
    const addressed = versionOf(request.url ?? '');
    if (addressed === undefined) return others(request, response);
    readBody(request, MAX_PAYLOAD_BYTES + 1).then(
      (body) => {
        const { authorization } = request.headers;
        write(response, answerRest(service, { method: methodOf(request), ...addressed, authorization, body }));
      },
      // A client that has gone away is not answered.
      () => {},
    );
  };
}

/** firebase-admin leaves the version out when it calls an emulator; `gcloud beta` speaks v2beta3. */
function versionOf(url: string): Pick<RestRequest, 'version' | 'url'> | undefined {
  if (url.startsWith('/projects/')) return { version: 'v2', url: `/v2${url}` };
  const version = VERSIONS.find((each) => url.startsWith(`/${each}/`));
  return version && { version, url };
}

/** Java's client sends PATCH as a POST that says so, as all of Google's APIs take it. */
function methodOf({ method = '', headers }: IncomingMessage): string {
  const override = headers['x-http-method-override'];
  return method === 'POST' && typeof override === 'string' ? override.toUpperCase() : method;
}

function write(response: ServerResponse, { status, json }: RestAnswer): void {
  const body = Buffer.from(JSON.stringify(json));
  response.writeHead(status, { 'Content-Type': 'application/json; charset=UTF-8', 'Content-Length': body.length });
  response.end(body);
}

/** The REST API of Cloud Tasks v2: a result, or an error in Google's format. Never throws. */
export function answerRest(service: CloudTasksService, request: RestRequest): RestAnswer {
  try {
    return { status: 200, json: route(service, request) };
  } catch (error) {
    return problem(error);
  }
}

function route(service: CloudTasksService, request: RestRequest): object {
  const queryAt = request.url.indexOf('?');
  const path = decodePath(queryAt < 0 ? request.url : request.url.slice(0, queryAt));
  const parameters = new URLSearchParams(queryAt < 0 ? '' : request.url.slice(queryAt + 1));
  for (const { httpMethod, path: pattern, handle } of ROUTES) {
    const resource = httpMethod === request.method ? pattern.exec(path)?.[1] : undefined;
    if (resource !== undefined) return handle(restCall(service, resource, parameters, request));
  }
  throw new CloudTasksError(
    'NOT_FOUND',
    `Method not found: Cloud Tasks ${request.version} has no ${request.method} ${path.slice(0, 200)}.`,
  );
}

function restCall(
  service: CloudTasksService,
  resource: string,
  parameters: URLSearchParams,
  { version, body, authorization }: RestRequest,
): RestCall {
  const json = parsePayload(body);
  const writeEnum = /enum-encoding=int/.test(parameters.get('$alt') ?? '') ? enumNumber : enumName;
  const own = [...parameters].filter(([name]) => !SYSTEM_PARAMETER.test(name));
  return {
    resource,
    version,
    query: read.query[version](Object.fromEntries(own), ''),
    body: (reader, path = '') => reader(json, path),
    call: (method, request) => service.call(method, request, authorization),
    queueJson: (queue) => queueJson(queue, version, writeEnum),
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

/** Google's error format; whatever is not an error of the API is INTERNAL. */
function problem(thrown: unknown): RestAnswer {
  const error = thrown instanceof ProtoJsonError ? invalidArgument(thrown.message) : thrown;
  const { code, help } = error instanceof CloudTasksError ? error : { code: 'INTERNAL' as const, help: undefined };
  const message = error instanceof Error ? error.message : String(error);
  const status = CODES[code].http;
  const details = help && [{ '@type': 'type.googleapis.com/google.rpc.Help', links: [help] }];
  return { status, json: { error: { code: status, message, status: code, ...(details && { details }) } } };
}
