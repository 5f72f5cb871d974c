import { existsSync, readFileSync } from 'node:fs';
import { ServiceInstance } from '../../../local/cloud-run/instance.ts';
import { HANDLER_FILE } from '../fixtures/stack.ts';

/** Whether a process runs: one that has ended and only waits to be noticed by its parent does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch (error) {
    // Without /proc what the signal found counts.
    return (error as NodeJS.ErrnoException).code === 'ENOENT' && !existsSync('/proc/self');
  }
}

/** Resolves once a process has ended that this one is not the parent of. */
export async function gone(pid: number): Promise<void> {
  while (isAlive(pid)) await new Promise((resolve) => setImmediate(resolve));
}

/** Lines that a test can wait for. */
export class Lines {
  readonly all: string[] = [];
  readonly #waiting: { text: string; resolve: () => void }[] = [];

  readonly add = (line: string): void => {
    this.all.push(line);
    for (const { text, resolve } of this.#waiting) if (line.includes(text)) resolve();
  };

  /** Resolves once a line has the text. */
  async until(text: string): Promise<void> {
    if (this.all.some((line) => line.includes(text))) return;
    await new Promise<void>((resolve) => this.#waiting.push({ text, resolve }));
  }
}

/** Starts the fixture's service as one instance. */
export function startInstance(lines = new Lines(), environment: Record<string, string> = {}): Promise<ServiceInstance> {
  return ServiceInstance.start({
    command: ['node', HANDLER_FILE],
    environment,
    folder: '/',
    probe: {
      http_get: { path: '/health' },
      initial_delay_seconds: 0,
      period_seconds: 1,
      failure_threshold: 30,
      timeout_seconds: 1,
    },
    onLine: lines.add,
  });
}
