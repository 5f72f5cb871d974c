import { type ChildProcess, spawn } from 'node:child_process';

/** Reads the id of a group and waits for the end of its input, which comes however its writer ends: even after a `kill -9`. */
const KILL_AT_THE_END = 'read -r group && { read -r _; kill -KILL "-$group"; }';

/**
 * Ends a process's group as soon as this process has ended, however that came about. A process of its own sees to it, since one
 * that stands still can do nothing by itself.
 */
export function endWithParent(child: ChildProcess): void {
  if (child.pid === undefined) return;
  const guard = spawn('/bin/sh', ['-c', KILL_AT_THE_END], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  // It has nothing to do any more: neither to end what has ended, nor to keep this process.
  child.once('exit', () => guard.kill('SIGKILL'));
  for (const part of [guard, guard.stdin]) part.on('error', () => {});
  guard.unref();
  guard.stdin.write(`${child.pid}\n`);
}
