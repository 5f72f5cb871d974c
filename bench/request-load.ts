import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';

interface RequestLoad {
  readonly port: number;
  /** Requests in all. */
  readonly requests: number;
  /** Connections that are kept open, each with one request at a time. */
  readonly connections: number;
  /** The bytes of a request, by its number from 0. */
  readonly requestOf: (number: number) => string;
  readonly signal: AbortSignal;
}

const HEAD_END = '\r\n\r\n';

/**
 * Sends requests over plain sockets, as an HTTP client takes more time for a request than the server that is measured. Does not
 * sleep meanwhile: waking a process on another core takes the one that answers it up to 20 µs, and so a server would be charged
 * for every answer that its client has to wait for.
 *
 * @returns milliseconds from the first request to the last answer
 * @throws Error when an answer is not 200
 */
export async function millisecondsOfLoad({ connections, ...load }: RequestLoad): Promise<number> {
  let sent = 0;
  const next = () => (sent < load.requests ? load.requestOf(sent++) : undefined);
  const sockets = await Promise.all(Array.from({ length: connections }, () => connect(load.port)));
  let isLoading = true;
  const stayAwake = () => {
    if (isLoading) setImmediate(stayAwake);
  };
  stayAwake();
  const started = performance.now();
  try {
    await Promise.all(sockets.map((socket) => exchange(socket, next, load.signal)));
    return performance.now() - started;
  } finally {
    isLoading = false;
    for (const socket of sockets) socket.destroy();
  }
}

async function connect(port: number): Promise<Socket> {
  const socket = createConnection({ host: '127.0.0.1', port, noDelay: true });
  await once(socket, 'connect');
  return socket;
}

/** Sends the next request whenever the answer to the one before is whole, until there is none. */
function exchange(socket: Socket, next: () => string | undefined, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    let received = '';
    const send = () => {
      received = '';
      const request = next();
      if (request === undefined) resolve();
      else socket.write(request);
    };
    socket.setEncoding('latin1');
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('The server closed a connection in the middle of the measurement.')));
    socket.on('data', (chunk) => {
      received += chunk;
      const head = received.indexOf(HEAD_END);
      if (head < 0) return;
      if (!received.startsWith('HTTP/1.1 200 ')) return reject(new Error(`Not answered with 200: ${received}`));
      const length = Number(/^content-length: (\d+)/im.exec(received)?.[1]);
      if (received.length >= head + HEAD_END.length + length) send();
    });
    send();
  });
}

/** A delivery of Cloud Tasks, for a document of its own. */
export function processRequest({ token, run }: { token: string; run: string }): (number: number) => string {
  return (number) => {
    const body = JSON.stringify({
      documentId: `${run}-${number}`,
      sourceUri: 'gs://bench-documents/a.txt',
      generation: '1',
      filename: 'a.txt',
      method: 'auto',
      ocr: 'auto',
      epoch: 0,
    });
    return [
      'POST /tasks/process-document HTTP/1.1',
      'Host: documents-1.us-central1.run.app',
      'User-Agent: Google-Cloud-Tasks',
      `Authorization: Bearer ${token}`,
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'X-CloudTasks-QueueName: documents',
      `X-CloudTasks-TaskName: ${number}`,
      'X-CloudTasks-TaskRetryCount: 0',
      'X-CloudTasks-TaskExecutionCount: 0',
      `X-CloudTasks-TaskETA: 1700000000.${number}`,
      `traceparent: 00-${number.toString(16).padStart(32, '0')}-0000000000000001-01`,
      '',
      body,
    ].join('\r\n');
  };
}

/** A token as Cloud Run passes it on. */
export function withRemovedSignature(token: string): string {
  return token.replace(/[^.]*$/, 'SIGNATURE_REMOVED_BY_GOOGLE');
}
