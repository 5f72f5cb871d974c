import { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Clock } from '../../time/clock.ts';
import { LOOPBACK } from '../listen.ts';
import { limitReceiving } from '../request-guard.ts';
import type { ServiceInstance } from './instance.ts';

/** Headers about one connection, not about the request (RFC 9110, section 7.6.1). */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** The instance ended, or closed the connection, before its answer began. */
export class InstanceFailedError extends Error {
  override readonly name = 'InstanceFailedError';
}

export interface ForwardOptions {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly instance: ServiceInstance;
  readonly clock: Clock;
  /** What the instance gets instead of the caller's headers. */
  readonly headers: IncomingHttpHeaders;
  /** Ends the connection to the instance, which may go on working. */
  readonly signal: AbortSignal;
}

/**
 * Passes a request on and streams the answer back. An answer that breaks off breaks off for the caller too.
 *
 * @throws InstanceFailedError when no answer began; the caller has none yet then
 */
export async function forward({ request, response, instance, clock, headers, signal }: ForwardOptions): Promise<void> {
  const upstream = send({
    host: LOOPBACK,
    port: instance.port,
    agent: instance.agent,
    method: request.method,
    path: request.url,
    headers: {
      ...withoutHopByHop(headers),
      ...(request.headers['transfer-encoding'] && { 'transfer-encoding': 'chunked' }),
    },
    signal,
  });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    upstream.once('response', resolve);
    upstream.on('error', (error) => reject(new InstanceFailedError(error.message, { cause: error })));
  });
  request.pipe(upstream);
  // A body that never ends must not keep a place in the instance; an instance that reads slowly is no fault of the caller.
  limitReceiving(request, response, clock, () => upstream.writableNeedDrain);
  // An instance may answer, or end, before it has read the whole body: the rest is read and dropped, so that the caller can read
  // the answer.
  upstream.once('close', () => request.unpipe(upstream).resume());

  const answer = await answered;
  response.writeHead(answer.statusCode ?? 502, withoutHopByHop(answer.headers));
  await pipeline(answer, response).catch(() => response.destroy());
}

function withoutHopByHop(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = String(headers.connection ?? '')
    .toLowerCase()
    .split(/\s*,\s*/);
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name) && !named.includes(name)),
  );
}
