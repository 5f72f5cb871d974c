/** Cloud Tasks' own limit for a task; a reference is far smaller. */
const MAX_BODY_BYTES = 100 * 1024;

/** A body has more bytes than any request needs. */
export class BodyTooLargeError extends Error {
  constructor() {
    super(`A body may have ${MAX_BODY_BYTES} bytes.`);
    this.name = 'BodyTooLargeError';
  }
}

/** The client went away before its body was whole. */
export class BodyIncompleteError extends Error {
  constructor(options?: ErrorOptions) {
    super('The connection ended before the body did.', options);
    this.name = 'BodyIncompleteError';
  }
}

/**
 * A request's body as JSON; undefined when it is not, which every schema refuses.
 *
 * Not Hono's `bodyLimit`: that reads every body as a web stream, which costs more than the rest of the request.
 *
 * @throws BodyTooLargeError above {@link MAX_BODY_BYTES}, whether the length is declared or not
 * @throws BodyIncompleteError when the connection ends before the body does
 */
export async function readJson(request: Request): Promise<unknown> {
  try {
    return JSON.parse(await readText(request));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    // Nothing but the client can be at fault: what is read here comes straight from its connection.
    throw error instanceof BodyTooLargeError ? error : new BodyIncompleteError({ cause: error });
  }
}

/** HTTP holds a body to the length that it declares. */
function readText(request: Request): Promise<string> {
  const { headers } = request;
  const length = headers.get('content-length');
  if (length === null || headers.has('transfer-encoding')) return readStream(request);
  if (!(Number(length) <= MAX_BODY_BYTES)) throw new BodyTooLargeError();
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
    if (size > MAX_BODY_BYTES) throw new BodyTooLargeError();
    chunks.push(value);
  }
}
