import { readFileSync } from 'node:fs';

/** Megabytes of memory that a process takes; undefined where the system does not say, as only Linux does, or it has ended. */
export function memoryMbOf(pid: number): number | undefined {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Math.round(Number(kilobytes) / 1024);
  } catch {
    return undefined;
  }
}
