import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Clock } from '../time/clock.ts';

/** Milliseconds that a request's body may take to arrive: on this machine it takes a few. Ours. */
const LONGEST_RECEIVING_MS = 30_000;

/** Names that resolve to this machine on every machine, and those that containers know the machine by that they run on. */
const OWN_NAME = /^(localhost|[a-z0-9.-]+\.localhost|127(\.\d{1,3}){3}|\[::1\]|host\.(docker|containers)\.internal)$/;

/** Names that no page of the web has: one word, as containers call each other, and those kept for private networks; and addresses. */
const PRIVATE_NAME = /^([a-z0-9_-]+|[a-z0-9_.-]+\.(local|internal)|\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:.]+\])$/;

/** Who may know a server, beside this machine. */
export interface Known {
  /** What it is known as elsewhere. @default nothing */
  readonly publicUrls?: readonly string[];
  /** Whether it listens for other machines and containers: it then answers to private names and addresses, with any port. @default false */
  readonly exposed?: boolean;
}

/** The end of a connection that belongs to a server. */
interface ServerEnd {
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
}

/**
 * Why a request must not come in; undefined for one that may.
 *
 * A server on the loopback address is out of reach of other machines, but not of the web pages that this machine's browser shows. A page
 * of another site may send requests to it (its browser tells by `Origin` or `Sec-Fetch-Site`, which no page can leave out or set), and a
 * page whose own name is made to resolve to the loopback address may read the answers as well (DNS rebinding; told by `Host`). SDKs,
 * curl and the like send neither of the first two, and name the server as it was given to them.
 */
export function whyRefused(
  { host = '', origin, 'sec-fetch-site': site }: IncomingHttpHeaders,
  { localAddress, localPort }: ServerEnd,
  { publicUrls = [], exposed = false }: Known = {},
): string | undefined {
  const named = host.toLowerCase();
  const [, name = '', port = '80'] = /^(\[[^\]]*\]|[^:]+)(?::(\d+))?$/.exec(named) ?? [];
  const isOwn = (OWN_NAME.test(name) || name === localAddress) && Number(port) === localPort;
  const isHere = isOwn || (exposed && PRIVATE_NAME.test(name));
  const publicUrl = publicUrls.map((url) => URL.parse(url)).find((url) => url !== null && url.host === named);
  // HTTP/1.0 knows no Host, and no browser speaks it.
  if (host !== '' && !isHere && !publicUrl) {
    return `Refused: this server is localhost:${localPort}; received a request for the host ${quoted(host)}.`;
  }
  if (origin !== undefined && origin.toLowerCase() !== (publicUrl?.origin ?? `http://${named}`)) {
    return `Refused: web pages of other origins may not call this server; received the origin ${quoted(origin)}.`;
  }
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    return `Refused: web pages of other origins may not call this server; received Sec-Fetch-Site ${quoted(String(site))}.`;
  }
  return undefined;
}

/** Answers a request that must not come in with 403. @returns whether it was one */
export function turnsAway(request: IncomingMessage, response: ServerResponse, known?: Known): boolean {
  const reason = whyRefused(request.headers, request.socket, known);
  if (reason !== undefined) refuse(response, 403, reason);
  return reason !== undefined;
}

/** Lets only those requests through to a server that may come in, and gives their bodies half a minute to arrive. */
export function guarded(listener: RequestListener, clock: Clock, known?: Known): RequestListener {
  return (request, response) => {
    if (turnsAway(request, response, known)) return;
    limitReceiving(request, response, clock);
    listener(request, response);
  };
}

/**
 * Ends a request with 408 whose body has not arrived within half a minute.
 *
 * @param isHeldBack whether it is the reader that waits, and not the sender. @default it never is
 */
export function limitReceiving(
  request: IncomingMessage,
  response: ServerResponse,
  clock: Clock,
  isHeldBack: () => boolean = () => false,
): void {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  if (encoding === undefined && !Number(length ?? 0)) return;
  const look = () => {
    if (request.complete) return;
    if (isHeldBack()) timer = clock.setTimeout(look, LONGEST_RECEIVING_MS);
    // There is an answer already, and nobody to read on.
    else if (response.headersSent) request.destroy();
    else refuse(response, 408, `The body did not arrive within ${LONGEST_RECEIVING_MS / 1000} s.`);
  };
  let timer = clock.setTimeout(look, LONGEST_RECEIVING_MS);
  const stop = () => clock.clearTimeout(timer);
  request.once('end', stop);
  request.once('close', stop);
}

/** Answers in one line and ends the connection, so that what is left of the request is not waited for. */
function refuse(response: ServerResponse, status: number, reason: string): void {
  const line = Buffer.from(`${reason}\n`);
  const headers = { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': line.length, Connection: 'close' };
  response.writeHead(status, headers).end(line);
}

function quoted(value: string): string {
  return JSON.stringify(value.slice(0, 100));
}
