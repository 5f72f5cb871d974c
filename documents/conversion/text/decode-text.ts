/** Bytes into text, as browsers do it: byte order mark, then the declared charset, then UTF-8, then Windows-1252. */

/** Controls that no text has: all but tab, line feed, form feed, carriage return and escape. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const BINARY = /[\u0000-\u0008\u000b\u000e-\u001a\u001c-\u001f]/;
const LINE_END = /\r\n?|\u2028|\u2029/g;

/**
 * Decodes text and normalises its line ends to `\n`.
 *
 * @param charset a declared one, such as of a Content-Type; an unknown name is ignored
 * @returns undefined when the bytes are not text
 */
export function decodeText(bytes: Uint8Array, charset?: string): string | undefined {
  const text = decode(bytes, charset);
  return BINARY.test(text) ? undefined : text.replace(LINE_END, '\n');
}

/** `charset` of a Content-Type, such as `text/html; charset=iso-8859-1`. */
export function charsetOf(contentType: string | undefined): string | undefined {
  return contentType?.match(/;\s*charset\s*=\s*"?([\w.:-]+)/i)?.[1];
}

function decode(bytes: Uint8Array, charset: string | undefined): string {
  const marked = byteOrderMark(bytes);
  if (marked) return new TextDecoder(marked).decode(bytes);
  if (charset && isKnown(charset)) return new TextDecoder(charset).decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

function byteOrderMark([a, b, c]: Uint8Array): string | undefined {
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  return undefined;
}

function isKnown(charset: string): boolean {
  try {
    new TextDecoder(charset);
    return true;
  } catch {
    return false;
  }
}
