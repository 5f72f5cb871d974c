/** Cloud Tasks' own limit for a task; a reference is far smaller. */
const MAX_BODY_BYTES = 100 * 1024;

/** A body has more bytes than any request needs. */
export class BodyTooLargeError extends Error {
  constructor() {
    super(`A body may have ${MAX_BODY_BYTES} bytes.`);
    this.name = 'BodyTooLargeError';
  }
}

/**
 * A request's body as JSON; undefined when it is not, which every schema refuses.
 *
 * Not Hono's `bodyLimit`: that reads every body as a web stream, which costs more than the rest of the request.
 *
 * @throws BodyTooLargeError above {@link MAX_BODY_BYTES}, whether the length is declared or not
 */
export async function readJson(request: Request): Promise<unknown> {
  const text = await (isLengthDeclared(request) ? readDeclared(request) : readStream(request));
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isLengthDeclared({ headers }: Request): boolean {
  return headers.has('content-length') && !headers.has('transfer-encoding');
}

/** HTTP holds a body to the length that it declares. */
async function readDeclared(request: Request): Promise<string> {
  if (!(Number(request.headers.get('content-length')) <= MAX_BODY_BYTES)) throw new BodyTooLargeError();
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
