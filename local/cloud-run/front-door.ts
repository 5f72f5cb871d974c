import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Clock } from '../../time/clock.ts';
import type { IamPolicy } from '../iam-roles.ts';
import { turnsAway } from '../request-guard.ts';
import type { TokenIssuer } from '../token-issuer.ts';
import { forward, InstanceFailedError } from './forward.ts';
import { type Instances, NoInstanceError } from './instances.ts';
import { checkInvoker } from './invoker-check.ts';
import type { RunService } from './run-service.ts';

export interface FrontDoorOptions {
  readonly service: Pick<RunService, 'resource' | 'audiences' | 'timeoutSeconds'>;
  readonly instances: Pick<Instances, 'acquire'>;
  readonly tokens: Pick<TokenIssuer, 'verifyIdToken'>;
  readonly policy: IamPolicy;
  readonly clock: Clock;
  readonly randomHex: (digits: number) => string;
  /** Takes each refusal, a line each: Cloud Run does not tell the caller why; with the instance's process where there is one. */
  readonly onLog: (line: string, pid?: number) => void;
}

/** Cloud Run's texts, by the status that Cloud Run itself answers. */
const REFUSALS = {
  401: 'Unauthorized: Your client does not have permission to the requested URL.',
  403: 'Forbidden: Your client does not have permission to get this URL from this server.',
  404: 'Not Found: The requested URL was not found on this server.',
  429: 'Rate exceeded.',
  503: 'Service Unavailable',
  504: 'upstream request timeout',
} as const;

/** Paths that never reach a container (reference: "Known issues", reserved URL paths). */
const RESERVED_PATH = /^(\/healthz|\/_ah\/.*)$/;

/**
 * Cloud Run's front door: lets permitted callers through to an instance, and gives each request the service's timeout.
 *
 * The timeout covers the wait for an instance. On expiry the caller gets 504 and the connection to the instance ends; the instance
 * goes on.
 */
export function frontDoor(options: FrontDoorOptions): Server {
  return createServer((request, response) => {
    handle(request, response, options).catch((error: Error) => {
      options.onLog(`${request.method} ${request.url}: ${error.message}`);
      refuse(response, 503);
    });
  });
}

async function handle(request: IncomingMessage, response: ServerResponse, options: FrontDoorOptions): Promise<void> {
  const { instances, clock, service, onLog } = options;
  if (RESERVED_PATH.test(request.url?.split('?')[0] ?? '')) return refuse(response, 404);
  // Whoever has a token is no web page: none of them gets one here.
  if (!hasToken(request) && turnsAway(request, response, { publicUrls: service.audiences })) return;
  const verdict = await checkInvoker({ ...options, headers: request.headers });
  if (!verdict.permitted) {
    onLog(`${verdict.status} for ${request.method} ${request.url}: ${verdict.reason}`);
    return refuse(response, verdict.status);
  }

  let pid: number | undefined;
  const end = new AbortController();
  const timer = clock.setTimeout(() => {
    onLog(`504 for ${request.method} ${request.url}: no answer within ${service.timeoutSeconds} s`, pid);
    refuse(response, 504);
    end.abort();
  }, service.timeoutSeconds * 1000);
  // A caller who leaves ends the connection to the instance as well.
  response.once('close', () => end.abort());
  try {
    const place = await instances.acquire(end.signal);
    pid = place.instance.pid;
    try {
      const headers = forwardedHeaders(request, verdict.headers, options.randomHex);
      await forward({ request, response, headers, instance: place.instance, clock, signal: end.signal });
    } finally {
      place.release();
    }
  } catch (error) {
    // Answered already, or nobody is there any more.
    if (end.signal.aborted) return;
    if (error instanceof NoInstanceError) return refuse(response, error.status);
    if (!(error instanceof InstanceFailedError)) throw error;
    onLog(`503 for ${request.method} ${request.url}: the instance ended the connection (${error.message})`, pid);
    refuse(response, 503);
  } finally {
    clock.clearTimeout(timer);
  }
}

function hasToken({ headers }: IncomingMessage): boolean {
  return headers.authorization !== undefined || headers['x-serverless-authorization'] !== undefined;
}

function forwardedHeaders(
  request: IncomingMessage,
  headers: IncomingHttpHeaders,
  randomHex: FrontDoorOptions['randomHex'],
): IncomingHttpHeaders {
  const before = headers['x-forwarded-for'];
  const client = request.socket.remoteAddress ?? '';
  return {
    ...headers,
    'x-forwarded-for': before === undefined ? client : `${before},${client}`,
    // Seen from outside the service is https only.
    'x-forwarded-proto': 'https',
    forwarded: `for="${client}";proto=https`,
    ...traceHeaders(request.headers.traceparent as string | undefined, randomHex),
  };
}

/** Answers in Cloud Run's name; an answer that has begun is broken off instead. */
function refuse(response: ServerResponse, status: keyof typeof REFUSALS): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    ...(status === 401 && {
      'www-authenticate': 'Bearer error="invalid_token" error_description="The access token could not be verified"',
    }),
  });
  response.end(`${REFUSALS[status]}\n`);
}

/** Headers that tie a request to its trace. */
export interface TraceHeaders {
  readonly traceparent: string;
  readonly 'x-cloud-trace-context': string;
}

/**
 * Both of the headers that Cloud Run sets, of the trace that the caller began or else of a new one.
 *
 * @param traceparent the caller's header (W3C Trace Context)
 * @param randomHex as many random hexadecimal digits as it is asked for
 */
export function traceHeaders(traceparent: string | undefined, randomHex: (digits: number) => string): TraceHeaders {
  const given = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/.exec(traceparent ?? '');
  const trace = given?.[1] ?? randomHex(32);
  const span = randomHex(16);
  return {
    traceparent: `00-${trace}-${span}-01`,
    'x-cloud-trace-context': `${trace}/${BigInt(`0x${span}`)};o=1`,
  };
}
