import { createServer, type RequestListener } from 'node:http';
import { type ListenOptions, listen } from '../listen.ts';
import { connectionRouter } from './connection-router.ts';
import type { GrpcServer } from './grpc/server.ts';
import type { CloudTasksService } from './service.ts';

/** REST and gRPC on one port. */
export interface Wires {
  readonly port: number;
  /** Stops listening and ends every connection. */
  close(): Promise<void>;
}

/**
 * Serves both wires on the loopback address.
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
  const http = createServer(rest);
  let grpc: Promise<GrpcServer> | undefined;
  let closed = false;
  const router = connectionRouter({
    http1: (socket) => http.emit('connection', socket),
    async http2(socket) {
      // gRPC takes 130 ms and 30 MB to load: only for those who speak it.
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
