import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { complaintsOf, endProcess, PROJECT } from './node-process.ts';

/**
 * - `bare route`: a Hono route that reads the JSON and answers with JSON at once
 * - `handler`: the handler, which checks the token's signature
 * - `handler behind Cloud Run`: the handler as the stack deploys it, where Cloud Run has checked the signature and removed it
 */
export type ServerKind = 'bare route' | 'handler' | 'handler behind Cloud Run';

/** The first message of `request-server.ts`. */
export interface ServerReady {
  readonly port: number;
  /** The invoker's ID token, signed. */
  readonly token: string;
}

/** After a garbage collection, in MB of 1,000,000 bytes. */
export interface MemoryUse {
  readonly heapMegabytes: number;
  readonly residentMegabytes: number;
}

interface RequestServer extends ServerReady, AsyncDisposable {
  memoryUse(): Promise<MemoryUse>;
}

/**
 * Starts `request-server.ts`. `await using` ends it.
 *
 * @throws Error with what the process complained about when it does not listen
 */
export async function startRequestServer(
  kind: ServerKind,
  signal: AbortSignal,
  nodeOptions: readonly string[] = [],
): Promise<RequestServer> {
  const child = fork(path.join(import.meta.dirname, 'request-server.ts'), [kind], {
    cwd: PROJECT,
    env: { PATH: process.env.PATH },
    execArgv: ['--no-warnings', '--expose-gc', ...nodeOptions],
    // The log goes where it costs least.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    killSignal: 'SIGKILL',
    signal,
  });
  const complaints = complaintsOf(child);
  const ended = once(child, 'close').then(([code, by]) => {
    throw new Error(`The server of the measurement ended with ${code ?? by}: ${complaints()}`);
  });
  ended.catch(() => {});
  const message = async () => (await Promise.race([once(child, 'message', { signal }), ended]))[0];
  const ready = (await message()) as ServerReady;
  return {
    ...ready,
    async memoryUse() {
      child.send('memory');
      return (await message()) as MemoryUse;
    },
    [Symbol.asyncDispose]: () => endProcess(child),
  };
}
