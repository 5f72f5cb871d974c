/**
 * Bytes into text. What they are decides before what is said of them: a byte order mark, then UTF-8 that is well formed, because no other
 * encoding looks like it by accident; then the declared charset, UTF-16 by its zeros, and UTF-8 with a few bad bytes.
 */

/** Controls that no text has: all but tab, line feed, form feed, carriage return and escape. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const BINARY = /[\u0000-\u0008\u000b\u000e-\u001a\u001c-\u001f]/;
/** What a wrong guess of UTF-16 consists of. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const NO_TEXT = /[\u0000-\u0008\u000b\u000e-\u001a\u001c-\u001f\p{Cn}\p{Co}\p{Cs}]/u;
/** Programs of DOS wrote it behind their texts. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding it is the point
const END_OF_FILE = /\u001a+$/;
const LINE_END = /\r\n?|\u2028|\u2029/g;
const REPLACEMENT = '\ufffd';
/** Of a file, to find UTF-16. */
const SAMPLE_BYTES = 65_536;

export interface DecodedText {
  /** Its lines end in `\n`. */
  readonly text: string;
  /** Places where the bytes are no text of that encoding; each has become U+FFFD. */
  readonly badPlaces: number;
}

/** @returns undefined when the bytes are not text: of a text, at most one character in a thousand is a control, or a single one */
export function decodeText(bytes: Uint8Array, encoding: string): DecodedText | undefined {
  const decoded = new TextDecoder(encoding).decode(bytes).replace(END_OF_FILE, '');
  const text = BINARY.test(decoded) ? withoutControls(decoded) : decoded;
  return text === undefined
    ? undefined
    : { text: text.replace(LINE_END, '\n'), badPlaces: occurrences(text, REPLACEMENT) };
}

function withoutControls(text: string): string | undefined {
  let allowed = 1 + text.length / 1000;
  const pieces: string[] = [];
  for (let rest = text; ; ) {
    const at = rest.search(BINARY);
    pieces.push(at === -1 ? rest : rest.slice(0, at));
    if (at === -1) return pieces.join(REPLACEMENT);
    if (--allowed < 0) return undefined;
    rest = rest.slice(at + 1);
  }
}

/**
 * The encoding that a text shows or declares.
 *
 * @param declared such as the charset of a Content-Type; an unknown name is ignored
 * @returns as the Encoding Standard names it; undefined when nothing says it
 */
export function encodingOf(bytes: Uint8Array, declared?: string): string | undefined {
  const marked = byteOrderMark(bytes);
  if (marked) return marked;
  const name = declared === undefined ? undefined : encodingNamed(declared);
  const isUtf8 = isWellFormed(bytes);
  // Seven bits are ASCII in nearly every encoding; some encodings of Japanese and Chinese use no more.
  if (isUtf8 && (hasHighByte(bytes) || name === undefined || name.startsWith('utf-16'))) {
    if (bytes.includes(0)) return utf16Of(bytes) ?? 'utf-8';
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is how this encoding begins
    return !hasHighByte(bytes) && /\u001b\$[@B]/.test(latin1(bytes)) ? 'iso-2022-jp' : 'utf-8';
  }
  if (name !== undefined) return name;
  return utf16Of(bytes) ?? (isMostlyUtf8(bytes) ? 'utf-8' : undefined);
}

/** `charset` of a Content-Type, such as `text/html; charset=iso-8859-1`. */
export function charsetOf(contentType: string | undefined): string | undefined {
  return contentType?.match(/;\s*charset\s*=\s*"?([\w.:-]+)/i)?.[1];
}

/** Names that the Encoding Standard does not list, as programs write them for encodings that it has. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ['cp932', 'shift_jis'],
  ['ms932', 'shift_jis'],
  ['cp936', 'gbk'],
  ['cp949', 'euc-kr'],
  ['ms949', 'euc-kr'],
  ['cp950', 'big5'],
  ['latin-1', 'windows-1252'],
  ['utf_8', 'utf-8'],
]);

/** What the Encoding Standard calls it; undefined for a name that it does not know. */
export function encodingNamed(label: string): string | undefined {
  try {
    return new TextDecoder(OTHER_NAMES.get(label.toLowerCase()) ?? label).encoding;
  } catch {
    return undefined;
  }
}

function byteOrderMark([a, b, c]: Uint8Array): string | undefined {
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  return undefined;
}

function isWellFormed(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function hasHighByte(bytes: Uint8Array): boolean {
  return bytes.some((byte) => byte >= 0x80);
}

/** A damaged letter or a piece of another file does not make another encoding of a text that is UTF-8 everywhere else. */
function isMostlyUtf8(bytes: Uint8Array): boolean {
  const text = new TextDecoder('utf-8').decode(bytes);
  let good = 0;
  let bad = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === REPLACEMENT) bad++;
    else if (text.charCodeAt(i) >= 0x80) good++;
  }
  return good > bad;
}

/** UTF-16 without a mark: in every script, spaces and line ends have a zero, always at the same side. */
function utf16Of(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  const sample = bytes.subarray(0, SAMPLE_BYTES);
  const zeros = [0, 0];
  for (let i = sample.indexOf(0); i !== -1; i = sample.indexOf(0, i + 1)) zeros[i % 2] = (zeros[i % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  const isAscii = !hasHighByte(sample) && !BINARY.test(latin1(sample).replaceAll('\0', ''));
  // A zero that strayed into a text.
  if (isAscii && (even + odd) * 4 < sample.length) return undefined;
  if (bytes.length % 2 !== 0 || Math.min(even, odd) * 20 > Math.max(even, odd) || even === odd) return undefined;
  const encoding = odd > even ? 'utf-16le' : 'utf-16be';
  return NO_TEXT.test(new TextDecoder(encoding).decode(sample)) ? undefined : encoding;
}

function occurrences(text: string, sign: string): number {
  let count = 0;
  for (let i = text.indexOf(sign); i !== -1; i = text.indexOf(sign, i + 1)) count++;
  return count;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, SAMPLE_BYTES)).toString('latin1');
}
