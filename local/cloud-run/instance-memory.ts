import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type { Clock } from '../../time/clock.ts';

/** Milliseconds between two measurements: what a process can allocate meanwhile, it may have above its limit. */
const MEASURE_EVERY_MS = 250;

const MEBIBYTE = 1024 ** 2;

export interface MemoryWatchOptions {
  readonly limitBytes: number;
  /** Bytes in use; undefined where that cannot be known, such as after the end of a process. */
  readonly measure: () => Promise<number | undefined>;
  readonly clock: Clock;
  /** Called once, with what Cloud Run writes then; nothing is measured afterwards. */
  readonly onExceeded: (message: string) => void;
}

/** Measures what an instance uses, until it is more than its limit. @returns what ends it */
export function watchMemory({ limitBytes, measure, clock, onExceeded }: MemoryWatchOptions): () => void {
  let ended = false;
  const look = async () => {
    const used = await measure();
    if (ended) return;
    if (used !== undefined && used > limitBytes) return onExceeded(memoryExceeded(limitBytes, used));
    timer = clock.setTimeout(look, MEASURE_EVERY_MS);
  };
  let timer = clock.setTimeout(look, MEASURE_EVERY_MS);
  return () => {
    ended = true;
    clock.clearTimeout(timer);
  };
}

/** In Cloud Run's words. */
function memoryExceeded(limitBytes: number, used: number): string {
  const [limit, now] = [limitBytes, used].map((bytes) => Math.ceil(bytes / MEBIBYTE));
  return (
    `Memory limit of ${limit} MiB exceeded with ${now} MiB used. Consider increasing the memory limit, see ` +
    'https://cloud.google.com/run/docs/configuring/memory-limits'
  );
}

/**
 * Resident memory of a process and of all that it started, in bytes; undefined when it has ended. Memory that they share counts for
 * each of them.
 */
export async function residentBytes(pid: number): Promise<number | undefined> {
  if (process.platform !== 'linux') return residentByPs(pid);
  const [status, children] = await Promise.all(
    ['status', `task/${pid}/children`].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '')),
  );
  const own = /^VmRSS:\s*(\d+) kB$/m.exec(status ?? '')?.[1];
  if (own === undefined) return undefined;
  const started = (children ?? '').split(' ').filter((id) => id !== '');
  const theirs = await Promise.all(started.map((id) => residentBytes(Number(id))));
  return theirs.reduce<number>((sum, bytes = 0) => sum + bytes, Number(own) * 1024);
}

/** Where there is no /proc: of the process alone, by the command that POSIX has for it. */
function residentByPs(pid: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    execFile('ps', ['-o', 'rss=', '-p', String(pid)], (error, output) =>
      resolve(error ? undefined : Number(output) * 1024),
    );
  });
}
