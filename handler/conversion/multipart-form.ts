import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** A form on its way, to be sent once. */
export interface MultipartForm {
  /** The `Content-Type` header. */
  readonly contentType: string;
  readonly body: ReadableStream<Uint8Array>;
}

/** Bytes of a file that are handed on at once. */
const PIECE_BYTES = 65_536;

/**
 * A form with one file as `multipart/form-data` (RFC 7578). The file is neither copied nor handed on at once, and other work gets its
 * turn in between: `FormData` with 50 MB blocks the event loop for 0.1 s.
 *
 * @param fields names and values, which are the program's own: ASCII, without quotes and line ends, as the file's name
 */
export function multipartForm(
  fields: readonly (readonly [name: string, value: string])[],
  file: { readonly field: string; readonly name: string; readonly bytes: Uint8Array },
): MultipartForm {
  // Nobody who writes a document can know it, and so end the file within the document.
  const boundary = randomUUID();
  const disposition = (name: string) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"`;
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (const [name, value] of fields) yield Buffer.from(`${disposition(name)}\r\n\r\n${value}\r\n`);
    const type = 'Content-Type: application/octet-stream';
    yield Buffer.from(`${disposition(file.field)}; filename="${file.name}"\r\n${type}\r\n\r\n`);
    for (let sent = 0; sent < file.bytes.length; sent += PIECE_BYTES) {
      yield file.bytes.subarray(sent, sent + PIECE_BYTES);
      await nextTurn();
    }
    yield Buffer.from(`\r\n--${boundary}--\r\n`);
  }
  return { contentType: `multipart/form-data; boundary=${boundary}`, body: ReadableStream.from(pieces()) };
}
