import {
  createServer,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Socket } from 'node:net';
import { ENCODINGS, framed, MessageReader } from './message.ts';
import { GrpcError, grpcStatusOf } from './status.ts';

/** A method of one request and one response, both encoded. What it throws is the call's status. */
export type UnaryMethod = (request: Buffer, authorization: string | undefined) => Uint8Array;

/** A gRPC server. It does not listen: it is given connections. */
export interface GrpcServer {
  accept(socket: Socket): void;
  /** Ends every connection. */
  close(): void;
}

/** Characters of an error's message: encoded they have up to nine bytes, and clients take 8 to 16 kB of headers. */
const MAX_MESSAGE_LENGTH = 800;

const HEADERS = { ':status': 200, 'content-type': 'application/grpc+proto' };
const TRAILERS_OF_SUCCESS = { 'grpc-status': 0 };

/**
 * Serves unary methods as "gRPC over HTTP2" says (grpc/grpc, doc/PROTOCOL-HTTP2.md), without TLS. grpc-js would serve them too, for half
 * as much again of the processor. A call's deadline needs no timer here: the answer follows upon the request's last byte at once.
 *
 * @param methods by path: `/package.Service/Method`
 */
export function unaryServer(methods: ReadonlyMap<string, UnaryMethod>): GrpcServer {
  const sessions = new Set<ServerHttp2Session>();
  // Each message has its limit; one for all that a connection holds would end calls that are in order.
  const server = createServer({ maxSessionMemory: Number.MAX_SAFE_INTEGER });
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  server.on('stream', (stream, headers) => {
    stream.on('error', ignore);
    serve(stream, headers, methods);
  });
  return {
    accept: (socket) => server.emit('connection', socket),
    close() {
      for (const session of sessions) session.destroy();
    },
  };
}

/** A call that broke off is over; nobody is there to be told. */
function ignore(): void {}

function serve(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  methods: ReadonlyMap<string, UnaryMethod>,
): void {
  const path = headers[':path'] ?? '';
  const method = methods.get(path);
  if (!headers['content-type']?.startsWith('application/grpc')) end(stream, { ':status': 415 });
  else if (method) answer(stream, headers, method);
  else end(stream, trailers(new GrpcError('UNIMPLEMENTED', `The server does not implement the method ${path}`)));
}

function answer(
  stream: ServerHttp2Stream,
  { 'grpc-encoding': encoding, authorization }: IncomingHttpHeaders,
  method: UnaryMethod,
): void {
  const reader = new MessageReader();
  stream.on('data', (chunk: Buffer) => {
    // What follows upon the end.
    if (stream.headersSent) return;
    try {
      reader.add(chunk);
    } catch (error) {
      end(stream, trailers(error));
    }
  });
  stream.on('end', () => {
    // A call that is reset without an error ends as one that is complete.
    if (stream.headersSent || stream.closed) return;
    let response: Buffer;
    try {
      response = framed(method(reader.message(encoding as string | undefined), authorization));
    } catch (error) {
      end(stream, trailers(error));
      return;
    }
    stream.respond(HEADERS, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers(TRAILERS_OF_SUCCESS));
    stream.end(response);
  });
}

/** Ends a call without a message. What is still to come of its request is dropped. */
function end(stream: ServerHttp2Stream, headers: OutgoingHttpHeaders): void {
  if (stream.closed) return;
  stream.respond(headers, { endStream: true });
  stream.resume();
}

/** Headers and trailers in one, for a call that ends with an error. */
function trailers(error: unknown): OutgoingHttpHeaders {
  const { code, message, details } = grpcStatusOf(error);
  return {
    ...HEADERS,
    'grpc-status': code,
    // What is cut off, here or before, may be half a character.
    'grpc-message': encodeURI(message.slice(0, MAX_MESSAGE_LENGTH).toWellFormed()),
    'grpc-accept-encoding': ENCODINGS,
    ...(details && { 'grpc-status-details-bin': details.toString('base64') }),
  };
}
