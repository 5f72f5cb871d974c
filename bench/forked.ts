import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Order, ProcessKind } from './emulator-orders.ts';
import { endProcess } from './node-process.ts';

/** A process on the other side of a measurement, which goes on disposal. */
interface Forked extends AsyncDisposable {
  readonly pid: number;
  /** Where it listens; 0 where it does not. */
  readonly port: number;
  /** Gives an order. @returns what it answers @throws Error when the process ends instead */
  ask(order: Order): Promise<number>;
}

/**
 * Node as `npm run emulator` starts it. With half of its usual young generation, what creating tasks leaves behind grows the heap less; with
 * less, collections are so many that late dispatches show them. Ended HTTP/2 streams wait for a full collection, which comes when the heap
 * has grown by so much.
 */
const EXEC_ARGV = ['--no-warnings', '--max-semi-space-size=8', '--heap-growing-percent=30'];

/** @throws Error when the process ends before it listens */
export async function forked(kind: ProcessKind, signal: AbortSignal): Promise<Forked> {
  const file = path.join(import.meta.dirname, 'emulator-process.ts');
  const child = fork(file, [kind], { execArgv: EXEC_ARGV, killSignal: 'SIGKILL', signal });
  child.on('error', () => {});
  const { port } = await messageOf<{ port: number }>(child, kind);
  return {
    pid: child.pid as number,
    port,
    async ask(order) {
      child.send(order);
      const [value] = Object.values(await messageOf<Record<string, number>>(child, kind));
      return value as number;
    },
    [Symbol.asyncDispose]: () => endProcess(child),
  };
}

async function messageOf<Message>(child: ChildProcess, kind: string): Promise<Message> {
  const over = new AbortController();
  const ended = once(child, 'exit', { signal: over.signal }).then(([code, by]) => {
    throw new Error(`The process ${kind} ended with ${code ?? by}.`);
  });
  try {
    const [message] = await Promise.race([once(child, 'message', { signal: over.signal }), ended]);
    return message as Message;
  } finally {
    over.abort();
    ended.catch(() => {});
  }
}
