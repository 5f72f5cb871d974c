import { createServer, type Server } from 'node:http';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import { type Clock, systemClock } from '../time/clock.ts';
import { guarded } from './request-guard.ts';

/** The address that the local Google listens on: nothing of it is reachable from another machine. */
export const LOOPBACK = '127.0.0.1';

/** Another process listens on a port that was asked for. */
export class PortInUseError extends Error {
  override readonly name = 'PortInUseError';
  readonly port: number;

  constructor(port: number, what: string, option: string) {
    super(`Port ${port} for ${what} is in use: end what listens there, or choose another port with ${option}.`);
    this.port = port;
  }
}

/** What a server needs to listen. */
export interface ListenOptions {
  /** Port, 0 for any free one. */
  readonly port: number;
  /** Address to listen on. @default the loopback address */
  readonly host?: string | undefined;
  /** What listens, for the error: `Cloud Storage`. */
  readonly what: string;
  /** The option that changes the port, for the error: `ports.storage`. */
  readonly option: string;
}

/**
 * Starts to listen, on the loopback address unless another is given.
 *
 * @returns the port
 * @throws PortInUseError when another process has the port
 */
export async function listen(
  server: NetServer,
  { port, host = LOOPBACK, what, option }: ListenOptions,
): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new PortInUseError(port, what, option) : error);
    });
    server.listen(port, host, resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** Stops listening and ends every connection, idle or not. */
export async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** A server that listens. */
export interface RunningServer {
  /** `host:port` */
  readonly host: string;
  /** Stops listening and ends every connection. */
  close(): Promise<void>;
}

/**
 * Serves an app on the loopback address, out of reach of web pages.
 *
 * @param clock gives bodies their time to arrive. @default systemClock
 * @throws PortInUseError when another process has the port
 */
export async function serve(app: Hono, options: ListenOptions, clock: Clock = systemClock): Promise<RunningServer> {
  const server = createServer(guarded(getRequestListener(app.fetch), clock));
  const port = await listen(server, options);
  return { host: `${LOOPBACK}:${port}`, close: () => closeServer(server) };
}
