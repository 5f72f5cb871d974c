import { gunzipSync, inflateSync } from 'node:zlib';
import { GrpcError } from './status.ts';

/** What Google's front end takes, in bytes. */
const MAX_MESSAGE_BYTES = 10_485_760;

/** A byte that says whether the message is compressed, and four of its length. */
const PREFIX_BYTES = 5;

const DECOMPRESS = { gzip: gunzipSync, deflate: inflateSync };

/** `grpc-encoding` of what {@link MessageReader} takes. */
export const ENCODINGS = ['identity', ...Object.keys(DECOMPRESS)].join();

/** Puts the one message of a request together, chunk by chunk. */
export class MessageReader {
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  /** @throws GrpcError RESOURCE_EXHAUSTED once it is more than a message may have */
  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes <= PREFIX_BYTES + MAX_MESSAGE_BYTES) return;
    this.#chunks.length = 0;
    throw tooLarge();
  }

  /**
   * @param encoding the request's `grpc-encoding`
   * @returns the message, decompressed
   * @throws GrpcError UNIMPLEMENTED for no message, for several, or for another encoding; INTERNAL for half a message
   */
  message(encoding: string | undefined): Buffer {
    const [first] = this.#chunks;
    const all = this.#chunks.length === 1 && first ? first : Buffer.concat(this.#chunks);
    // An ended stream of Node's, with what listens to it, stays in memory until a full collection: V8 makes a function that is assigned
    // to a property old from the start, and each stream has one. The bytes need not wait for that.
    this.#chunks.length = 0;
    if (all.length === 0) throw new GrpcError('UNIMPLEMENTED', 'Received no request message.');
    const length = all.length < PREFIX_BYTES ? 1 : all.readUInt32BE(1);
    const message = all.subarray(PREFIX_BYTES);
    if (message.length < length) {
      throw new GrpcError('INTERNAL', `The request ended within its message, after ${all.length} bytes.`);
    }
    if (message.length > length) {
      throw new GrpcError('UNIMPLEMENTED', 'Received a second request message: every method here takes one.');
    }
    return all[0] === 0 ? message : decompress(message, encoding ?? 'identity');
  }
}

function decompress(message: Buffer, encoding: string): Buffer {
  if (encoding === 'identity') return message;
  if (!Object.hasOwn(DECOMPRESS, encoding)) {
    throw new GrpcError(
      'UNIMPLEMENTED',
      `Received a message compressed with '${encoding}': what is taken is ${ENCODINGS}.`,
    );
  }
  try {
    return DECOMPRESS[encoding as keyof typeof DECOMPRESS](message, { maxOutputLength: MAX_MESSAGE_BYTES });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
    throw new GrpcError('INTERNAL', `Failed to decompress a message of ${encoding}.`);
  }
}

function tooLarge(): GrpcError {
  return new GrpcError('RESOURCE_EXHAUSTED', `Received message larger than max (${MAX_MESSAGE_BYTES} bytes)`);
}

/** A message with its prefix, uncompressed. */
export function framed(message: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + message.length);
  frame[0] = 0;
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, PREFIX_BYTES);
  return frame;
}
