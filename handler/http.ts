import type { Context } from 'hono';
import type * as z from 'zod';
import type { Logger } from './logger.ts';

/** What every route knows of its request. */
export interface RequestEnv {
  Variables: {
    /** Email of whoever calls. */
    caller: string;
    /** The trace that this request belongs to. */
    traceparent: string | undefined;
    /** A logger whose lines belong to this request, or to another trace. */
    log: (fields?: object, traceparent?: string) => Logger;
  };
}

export type RequestContext = Context<RequestEnv>;

/** An error as `application/problem+json` (RFC 9457). */
export function problem(status: number, title: string, detail: string, extra: Record<string, unknown> = {}): Response {
  return new Response(JSON.stringify({ type: 'about:blank', title, status, detail, ...extra }), {
    status,
    headers: { 'Content-Type': 'application/problem+json', ...(status === 401 && { 'WWW-Authenticate': 'Bearer' }) },
  });
}

/** Seconds after which an instance that drains should be tried again: by then there is another. */
const RETRY_AFTER_SECONDS = 5;

/** 503 slows the whole queue down, which is right only when this instance takes no work at all. */
export function draining(): Response {
  const response = problem(503, 'Draining', 'The instance is being shut down; try again.');
  response.headers.set('Retry-After', String(RETRY_AFTER_SECONDS));
  return response;
}

/** What a request has wrong, one part a sentence. */
export function explain(error: z.ZodError): string {
  const sentences = error.issues.map(({ path, message }) =>
    path.length > 0 ? `${path.join('.')}: ${message}` : message,
  );
  return `${sentences.join('; ')}.`;
}

/** What was asked for is not done, and the HTTP status that says so. */
export class RefusedRequestError extends Error {
  readonly httpStatus: 400 | 403 | 404 | 409 | 410 | 413 | 422;
  readonly title: string;

  constructor(httpStatus: RefusedRequestError['httpStatus'], title: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RefusedRequestError';
    this.httpStatus = httpStatus;
    this.title = title;
  }
}

/** There is no such document, or no more. */
export function noDocument(documentId: string): RefusedRequestError {
  return new RefusedRequestError(404, 'Not found', `There is no document ${documentId}.`);
}

/** Cloud Tasks' own limit for a task; a reference is far smaller. */
const MAX_BODY_BYTES = 100 * 1024;

/** A body has more bytes than any request needs. */
const bodyTooLarge = () => new RefusedRequestError(413, 'Too large', `A body may have ${MAX_BODY_BYTES} bytes.`);

/**
 * A request's body as JSON; undefined when it is not, which every schema refuses.
 *
 * Not Hono's `bodyLimit`: that reads every body as a web stream, which costs more than the rest of the request.
 *
 * @throws RefusedRequestError 413 above {@link MAX_BODY_BYTES}, whether the length is declared or not; 400 when the connection
 *   ends before the body does
 */
export async function readJson(request: Request): Promise<unknown> {
  try {
    return JSON.parse(await readText(request));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    // Nothing but the client can be at fault: what is read here comes straight from its connection.
    if (error instanceof RefusedRequestError) throw error;
    throw new RefusedRequestError(400, 'Incomplete', 'The connection ended before the body did.', { cause: error });
  }
}

/** HTTP holds a body to the length that it declares. */
function readText(request: Request): Promise<string> {
  const { headers } = request;
  const length = headers.get('content-length');
  if (length === null || headers.has('transfer-encoding')) return readStream(request);
  if (!(Number(length) <= MAX_BODY_BYTES)) throw bodyTooLarge();
  return request.text();
}

/** Not with `for await`, whose early end would close the connection before the refusal is sent. */
async function readStream(request: Request): Promise<string> {
  const reader = request.body?.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { value } = (await reader?.read()) ?? {};
    if (value === undefined) return new TextDecoder().decode(Buffer.concat(chunks, size));
    size += value.length;
    if (size > MAX_BODY_BYTES) throw bodyTooLarge();
    chunks.push(value);
  }
}
