import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

/** The project's own folder, where processes run unless told otherwise. */
export const PROJECT = path.join(import.meta.dirname, '..');

export interface NodeOptions {
  readonly environment?: NodeJS.ProcessEnv;
  /** Working directory. @default the project's own folder */
  readonly cwd?: string;
  readonly signal: AbortSignal;
}

/**
 * Starts the Node that runs this file. The environment is what is given and nothing else but PATH, so that settings of the
 * shell (NODE_OPTIONS, NODE_COMPILE_CACHE, the stack's variables) do not count.
 */
export function spawnNode(words: readonly string[], { environment, cwd = PROJECT, signal }: NodeOptions): ChildProcess {
  return spawn(process.execPath, words, {
    cwd,
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
    killSignal: 'SIGKILL',
    signal,
  });
}

/**
 * Runs Node from its start to its end.
 *
 * @returns milliseconds
 * @throws Error with what it complained about when it does not end with 0
 */
export async function millisecondsOfNode(words: readonly string[], options: NodeOptions): Promise<number> {
  const started = performance.now();
  const child = spawnNode(words, options);
  const complaints = complaintsOf(child);
  try {
    const [code, signal] = await once(child, 'close');
    // Ten thousand words are no help.
    const command = words.slice(0, 4).join(' ');
    if (code !== 0) throw new Error(`node ${command} ended with ${code ?? signal}: ${complaints()}`);
    return performance.now() - started;
  } finally {
    await endProcess(child);
  }
}

/** Collects what a process prints on its standard error. */
export function complaintsOf(child: ChildProcess): () => string {
  let complaints = '';
  child.stderr?.on('data', (chunk) => {
    complaints += chunk;
  });
  return () => complaints.trim() || 'it said nothing.';
}

/** Ends a process at once and waits until it is gone. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/**
 * Memory of a running process that is in RAM, in MB of 1,000,000 bytes.
 *
 * @throws when there is no such process
 */
export async function residentMegabytes(pid: number): Promise<number> {
  return ((await residentKibibytes(pid)) * 1024) / 1e6;
}

async function residentKibibytes(pid: number): Promise<number> {
  if (process.platform === 'linux') {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
  }
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]);
  return Number(stdout);
}
