import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { CloudTasksService } from '../service.ts';
import { answerRest, MAX_PAYLOAD_BYTES, type RestAnswer } from './answer.ts';

/**
 * The REST wire on Node's own HTTP server. A web framework here would take as long as Cloud Tasks itself does for a task.
 *
 * @param others takes the requests that are not for the API
 */
export function restListener(service: CloudTasksService, others: RequestListener): RequestListener {
  return (request, response) => {
    if (!request.url?.startsWith('/v2/')) return others(request, response);
    readBody(request, (body) => {
      const { method = '', url = '', headers } = request;
      write(response, answerRest(service, { method, url, authorization: headers.authorization, body }));
    });
  };
}

/** Reads on, but keeps no more than it takes to know that a body is too large. A client that goes away is not answered. */
function readBody(request: IncomingMessage, onEnd: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    if (size <= MAX_PAYLOAD_BYTES) chunks.push(chunk);
    size += chunk.length;
  });
  request.on('end', () => onEnd(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
  request.on('error', () => {});
}

function write(response: ServerResponse, { status, json }: RestAnswer): void {
  const body = Buffer.from(JSON.stringify(json));
  response.writeHead(status, { 'Content-Type': 'application/json; charset=UTF-8', 'Content-Length': body.length });
  response.end(body);
}
