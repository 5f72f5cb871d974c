import { createServer, type Server, type Socket } from 'node:net';

/** How HTTP/2's preface begins (RFC 9113, 3.4): no method of HTTP/1 does, so two bytes tell them apart. */
const HTTP2_PREFACE = 'PR';

/** Who takes connections. Everything that the client has sent so far is still to be read from the socket. */
export interface ConnectionTakers {
  readonly http1: (socket: Socket) => void;
  readonly http2: (socket: Socket) => void;
}

/** A server for HTTP/1 and HTTP/2 without TLS on one port. */
export interface ConnectionRouter {
  readonly server: Server;
  /** Ends every connection, wherever it went. */
  closeConnections(): void;
}

/** Looks at how each connection begins, and hands it on. */
export function connectionRouter(takers: ConnectionTakers): ConnectionRouter {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
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
