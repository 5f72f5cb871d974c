/** Encodings that let bytes pass where mails were lines of ASCII (RFC 2045, 6.7 and 6.8). Each is undone in one pass and one buffer. */

const [LINE_FEED, CARRIAGE_RETURN, SPACE, TAB, EQUALS] = [0x0a, 0x0d, 0x20, 0x09, 0x3d];
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** By the code of a character; -1 for one that stands for nothing. */
const SIXTETS = Int8Array.from({ length: 256 }, (_, code) => ALPHABET.indexOf(String.fromCharCode(code)));

/** Padding ends a text, but some programs encode each line by itself, where Node's decoder stops at the first. */
export function fromBase64(encoded: Uint8Array): Uint8Array {
  const decoded = new Uint8Array(Math.ceil((encoded.length * 3) / 4));
  let length = 0;
  let bits = 0;
  let count = 0;
  for (const code of encoded) {
    if (code === EQUALS) count = 0;
    const sixtet = SIXTETS[code] as number;
    if (sixtet === -1) continue;
    bits = ((bits << 6) | sixtet) & 0xffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    decoded[length++] = bits >> count;
  }
  return decoded.subarray(0, length);
}

/** An equals sign that begins no code stays. */
export function fromQuotedPrintable(encoded: Uint8Array): Uint8Array {
  const decoded = new Uint8Array(encoded.length);
  let length = 0;
  for (let at = 0; at < encoded.length; at++) {
    const byte = encoded[at] as number;
    if (byte === EQUALS) {
      const next = endOfSoftBreak(encoded, at + 1);
      if (next !== undefined) {
        at = next - 1;
        continue;
      }
      const code = String.fromCharCode(encoded[at + 1] ?? 0, encoded[at + 2] ?? 0);
      if (/^[\da-f]{2}$/i.test(code)) {
        decoded[length++] = Number.parseInt(code, 16);
        at += 2;
        continue;
      }
    }
    decoded[length++] = byte;
  }
  return decoded.subarray(0, length);
}

/** Where the line goes on that an equals sign at its end breaks; undefined where more stands behind it. */
function endOfSoftBreak(encoded: Uint8Array, from: number): number | undefined {
  let at = from;
  while (encoded[at] === SPACE || encoded[at] === TAB) at++;
  if (encoded[at] === CARRIAGE_RETURN) at++;
  if (at === encoded.length) return at;
  return encoded[at] === LINE_FEED ? at + 1 : undefined;
}
