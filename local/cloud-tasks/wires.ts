import { createServer, type RequestListener } from 'node:http';
import { createServer as createNetServer, type Server, type Socket } from 'node:net';
import { systemClock } from '../../time/clock.ts';
import { type ListenOptions, listen } from '../listen.ts';
import { guarded } from '../request-guard.ts';
import type { GrpcServer } from './grpc/unary-server.ts';
import type { CloudTasksService } from './service.ts';

/** How HTTP/2's preface begins (RFC 9113, 3.4): no method of HTTP/1 does, so two bytes tell them apart. */
const HTTP2_PREFACE = 'PR';

/** REST and gRPC on one port. */
export interface Wires {
  readonly port: number;
  /** Stops listening and ends every connection. */
  close(): Promise<void>;
}

/**
 * Serves both wires on one port.
 *
 * @param rest the REST wire, and what else is to be found over HTTP/1
 * @param service what the gRPC wire calls
 * @throws PortInUseError when another process listens on the port
 */
export async function serveWires(
  rest: RequestListener,
  service: CloudTasksService,
  options: ListenOptions,
): Promise<Wires> {
  // Real time, whatever the queues go by: what a client sends comes from a real process.
  const http = createServer(guarded(rest, systemClock, { exposed: options.host !== undefined }));
  let grpc: Promise<GrpcServer> | undefined;
  let closed = false;
  const router = connectionRouter({
    http1: (socket) => http.emit('connection', socket),
    async http2(socket) {
      // gRPC takes 100 ms and 13 MB to load: only for those who speak it.
      grpc ??= import('./grpc/server.ts').then(({ grpcServer }) => grpcServer(service));
      const server = await grpc;
      if (!closed) server.accept(socket);
    },
  });
  const port = await listen(router.server, options);
  return {
    port,
    async close() {
      closed = true;
      const stopped = new Promise((resolve) => router.server.close(resolve));
      (await grpc)?.close();
      router.closeConnections();
      await stopped;
    },
  };
}

/** Who takes connections. Everything that the client has sent so far is still to be read from the socket. */
interface ConnectionTakers {
  readonly http1: (socket: Socket) => void;
  readonly http2: (socket: Socket) => void;
}

/** A server for HTTP/1 and HTTP/2 without TLS on one port. */
interface ConnectionRouter {
  readonly server: Server;
  /** Ends every connection, wherever it went. */
  closeConnections(): void;
}

/** Looks at how each connection begins, and hands it on. */
function connectionRouter(takers: ConnectionTakers): ConnectionRouter {
  const sockets = new Set<Socket>();
  const server = createNetServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // Who takes the socket has its own idea of errors; without anybody's, a reset would end the process.
    socket.on('error', () => socket.destroy());
    let start = Buffer.alloc(0);
    const onReadable = () => {
      const chunk: Buffer | null = socket.read();
      if (chunk === null) return;
      start = Buffer.concat([start, chunk]);
      const isPreface = start.toString('latin1', 0, 2) === HTTP2_PREFACE;
      if (start.length < 2 && start[0] === HTTP2_PREFACE.charCodeAt(0)) return;
      socket.off('readable', onReadable);
      socket.unshift(start);
      takers[isPreface ? 'http2' : 'http1'](socket);
    };
    socket.on('readable', onReadable);
  });
  return {
    server,
    closeConnections() {
      for (const socket of sockets) socket.destroy();
    },
  };
}
