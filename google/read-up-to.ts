import type { Readable } from 'node:stream';

/**
 * The bytes of a stream to its end, of which there may be `maxBytes`. One more ends the stream and its connection.
 *
 * @param tooLarge the error for a stream of more, of which so many bytes have come
 * @param onChunk called with each piece as it comes. @default nothing
 * @throws what `tooLarge` returns, or the error that the stream was destroyed with
 */
export function readUpTo(
  stream: Readable,
  maxBytes: number,
  tooLarge: (bytes: number) => Error,
  onChunk: (chunk: Buffer) => void = () => {},
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) return stream.destroy(tooLarge(size));
      onChunk(chunk);
      return chunks.push(chunk);
    });
    stream.on('end', () => resolve(Buffer.concat(chunks, size)));
    stream.on('error', reject);
    stream.on('close', () => {
      if (!stream.readableEnded) reject(new Error('The connection was closed before the end.'));
    });
  });
}
