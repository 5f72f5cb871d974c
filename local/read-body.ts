import type { IncomingMessage } from 'node:http';

/**
 * The beginning of a message's body, once all of it has arrived: what is beyond the limit is read and dropped, so that whoever sends can
 * hear an answer.
 *
 * @param maxBytes kept at most
 * @throws Error when the body breaks off
 */
export function readBody(message: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const kept: Buffer[] = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    message.on('data', (chunk: Buffer) => {
      if (size < maxBytes) kept.push(chunk.subarray(0, maxBytes - size));
      size += chunk.length;
    });
    message.on('end', () => resolve(kept.length === 1 ? (kept[0] as Buffer) : Buffer.concat(kept)));
    message.on('error', reject);
  });
}
