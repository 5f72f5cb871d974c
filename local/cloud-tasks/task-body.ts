/** Bytes from which on a body is kept outside of the heap, where a buffer's own 250 bytes no longer count. */
const LARGE_BYTES = 16 * 1024;

/**
 * A task's body as it is kept. A small one is a string of the characters U+0000 to U+00FF, which takes a fraction of the memory of a
 * buffer; a large one is in a buffer, as Node's heap has a limit.
 */
export type TaskBody = string | LargeBody;

/** Bytes outside of the heap, that are JSON as a small body is. */
export class LargeBody {
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get length(): number {
    return this.bytes.length;
  }

  toJSON(): string {
    return this.bytes.toString('latin1');
  }
}

/** Keeps a copy of the bytes. */
export function taskBody(bytes: Uint8Array): TaskBody {
  if (bytes.length >= LARGE_BYTES) return new LargeBody(Buffer.from(bytes));
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

/** A body that was JSON. */
export function taskBodyOfJson(text: string): TaskBody {
  return text.length >= LARGE_BYTES ? new LargeBody(Buffer.from(text, 'latin1')) : text;
}

/** A body's bytes, not to be written to. */
export function bytesOf(body: TaskBody): Buffer {
  return body instanceof LargeBody ? body.bytes : Buffer.from(body, 'latin1');
}
