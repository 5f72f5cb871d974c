/**
 * Loaded into each instance before its own code: ends it as soon as the local Google has ended, however that came about. File
 * descriptor 3 is a pipe that only the local Google holds; it closes even after a `kill -9`.
 */
import { Socket } from 'node:net';
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  new Socket({ fd: 3 })
    .on('close', () => process.kill(process.pid, 'SIGKILL'))
    .on('error', () => {})
    .resume()
    .unref();
}
