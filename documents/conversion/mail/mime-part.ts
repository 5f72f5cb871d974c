import { decodeWords } from 'postal-mime';
import { UnconvertibleDocumentError } from '../converter.ts';
import { charsetOf, decodeText, encodingNamed, encodingOf } from '../text/decode-text.ts';
import { fromBase64, fromQuotedPrintable } from './transfer-encoding.ts';

/** A part of a mail or of a web archive (RFC 2045, RFC 2046). */
export interface MimePart {
  /** By their names in lower case, unfolded; of those that stand several times the first, but of addresses all. */
  readonly fields: ReadonlyMap<string, string>;
  /** Whether bytes of them are in an encoding that they do not name. */
  readonly headerIsGuessed: boolean;
  /** Such as `text/html`, in lower case. */
  readonly type: string;
  /** Of the content's type, by their names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
  readonly isAttachment: boolean;
  readonly filename: string | undefined;
  /** What a multipart consists of; none where it names no boundary, or one that is not there: it is then its own text. */
  readonly parts: readonly MimePart[];
  /** Whether text stands before the first of its parts or behind the last. */
  readonly hasTextOutside: boolean;
  /** As it was sent: {@link partContent} undoes the encoding. */
  readonly body: Uint8Array;
}

/** Of all parts of a document together, those within nested mails included. Our own, far above what programs write. */
export interface MimeBudget {
  parts: number;
  headerBytes: number;
}

export const newMimeBudget = (): MimeBudget => ({ parts: 10_000, headerBytes: 4 * 1024 * 1024 });

/** Parts within parts; what stands deeper is one part. Mail programs nest four or five. */
const DEEPEST = 32;
/** A field, what goes on in the next line, and what mailboxes put before a mail. */
const OF_A_FIELD = /^(?:[!-9;-~]+[ \t]*:|[ \t]|>?From )/;
/** Of a field, in bytes. */
const LONGEST_NAME = 1024;
const OF_ADDRESSES = /^(?:from|to|cc|bcc|reply-to)$/;
/** Of a field with parameters, in UTF-16 code units. */
const LONGEST_STRUCTURED = 65_536;
/** Of what stands outside of the parts, looked through for text. */
const LONGEST_OUTSIDE = 65_536;
const PARAMETER = /;\s*([^\s=;]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))/g;
const FALLBACK = 'windows-1252';
const [LINE_FEED, CARRIAGE_RETURN] = [0x0a, 0x0d];
/** Line ends, and the bytes of UTF-8's mark: no field begins with one. */
const BEFORE_A_MAIL = new Set([LINE_FEED, CARRIAGE_RETURN, 0xef, 0xbb, 0xbf]);
/** What programs put before the parts, for readers of the time before MIME. */
const USUAL_PREAMBLE = /\bMIME\b|multi-?part message/i;

/** @throws UnconvertibleDocumentError `too-large` when the budget is used up */
export function readMimePart(
  bytes: Uint8Array,
  budget: MimeBudget,
  { depth = 0, unnamedType = 'text/plain' } = {},
): MimePart {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { header, body } = split(buffer);
  budget.parts--;
  budget.headerBytes -= header.length;
  if (budget.parts < 0 || budget.headerBytes < 0) {
    const message =
      'The mail has more than 10,000 parts, or headers of more than 4 MiB, which are the most that are read.';
    throw new UnconvertibleDocumentError('too-large', message);
  }
  const encoding = encodingOf(header) ?? encodingNamed(charsetOf(header.toString('latin1')) ?? FALLBACK) ?? FALLBACK;
  const fields = fieldsOf(header, encoding);
  const { value: type, parameters } = structured(fields.get('content-type') ?? unnamedType);
  const disposition = structured(fields.get('content-disposition') ?? '');
  const boundary = parameters.get('boundary');
  const isMultipart = type.startsWith('multipart/') && boundary !== undefined && boundary !== '' && depth < DEEPEST;
  const { pieces, hasTextOutside } = isMultipart ? cut(body, boundary) : { pieces: [], hasTextOutside: false };
  const inner = { depth: depth + 1, unnamedType: type === 'multipart/digest' ? 'message/rfc822' : 'text/plain' };
  const filename = disposition.parameters.get('filename') ?? parameters.get('name');
  return {
    fields,
    headerIsGuessed: encoding !== 'utf-8',
    type,
    parameters,
    isAttachment: disposition.value === 'attachment',
    filename: filename === undefined ? undefined : decodeWords(filename),
    parts: pieces.map((piece) => readMimePart(piece, budget, inner)),
    hasTextOutside,
    body,
  };
}

/** What a part holds, without the encoding that it was sent in (RFC 2045, 6). */
export function partContent({ fields, body }: MimePart): Uint8Array {
  switch (
    fields
      .get('content-transfer-encoding')
      ?.match(/[\w-]+/)?.[0]
      .toLowerCase()
  ) {
    case 'base64':
      return fromBase64(body);
    case 'quoted-printable':
      return fromQuotedPrintable(body);
    default:
      return body;
  }
}

/** At the first empty line, or where a program has forgotten it: at the first that is no field's. */
function split(buffer: Buffer): { header: Buffer; body: Buffer } {
  for (let start = 0; start < buffer.length; ) {
    const end = buffer.indexOf(LINE_FEED, start);
    const next = end === -1 ? buffer.length : end + 1;
    const line = buffer.toString('latin1', start, Math.min(next, start + LONGEST_NAME));
    if (/^\r?\n/.test(line)) return { header: buffer.subarray(0, start), body: buffer.subarray(next) };
    if (!OF_A_FIELD.test(line)) return { header: buffer.subarray(0, start), body: buffer.subarray(start) };
    start = next;
  }
  return { header: buffer, body: buffer.subarray(buffer.length) };
}

/** A mail as it is read: without a byte order mark and the empty lines that some programs put before it, and with line feeds where it has none. */
export function trimmedMail(mail: Uint8Array): Uint8Array {
  const lines = mail.includes(LINE_FEED) ? mail : mail.map((byte) => (byte === CARRIAGE_RETURN ? LINE_FEED : byte));
  const start = lines.findIndex((byte) => !BEFORE_A_MAIL.has(byte));
  return lines.subarray(Math.max(0, start));
}

/** Unfolded (RFC 5322, 2.2.3). Programs also write them as they are, in UTF-8 or in the encoding of their place. */
function fieldsOf(header: Buffer, encoding: string): Map<string, string> {
  const text = decodeText(header, encoding)?.text ?? header.toString('latin1');
  const fields = new Map<string, string>();
  let last: string | undefined;
  for (const line of text.replace(/\r?\n[ \t]+/g, ' ').split('\n')) {
    const [, name, value = ''] = line.match(/^([!-9;-~]+)[ \t]*:(.*)$/) ?? [];
    if (name === undefined) {
      // A stray end of a line within a field.
      if (last !== undefined && line.trim() !== '') fields.set(last, `${fields.get(last)} ${line.trim()}`);
      continue;
    }
    const key = name.toLowerCase();
    const before = fields.get(key);
    last = before === undefined || OF_ADDRESSES.test(key) ? key : undefined;
    if (before === undefined) fields.set(key, value.trim());
    else if (OF_ADDRESSES.test(key)) fields.set(key, `${before}, ${value.trim()}`);
  }
  return fields;
}

/** A value and its parameters (RFC 2045, 5.1), those included that are in pieces or in another encoding (RFC 2231). */
function structured(wholeField: string): { value: string; parameters: Map<string, string> } {
  const field = wholeField.slice(0, LONGEST_STRUCTURED).toWellFormed();
  const value = field.split(';', 1)[0]?.replace(/\([^()]*\)/g, '') ?? '';
  const parameters = new Map<string, string>();
  const pieces = new Map<string, { readonly place: number; readonly encoded: string }[]>();
  for (const [, key = '', quoted, plain = ''] of field.matchAll(PARAMETER)) {
    const text = quoted === undefined ? plain.trim() : quoted.replace(/\\(.)/g, '$1');
    const [name = '', ...marks] = key.toLowerCase().split('*');
    if (marks.length === 0) parameters.set(name, parameters.get(name) ?? text);
    else {
      const piece = { place: Number(marks[0]), encoded: marks.at(-1) === '' ? text : encodeURIComponent(text) };
      const ofName = pieces.get(name);
      if (ofName) ofName.push(piece);
      else pieces.set(name, [piece]);
    }
  }
  for (const [name, ofName] of pieces) {
    const whole = ofName.sort((a, b) => a.place - b.place).map(({ encoded }) => encoded);
    parameters.set(name, percentDecoded(whole.join('')));
  }
  return { value: value.trim().toLowerCase(), parameters };
}

/** `utf-8'de'Gr%C3%BC%C3%9Fe`. */
function percentDecoded(encoded: string): string {
  const [, charset = 'utf-8', text = encoded] = encoded.match(/^([\w-]*)'[^']*'(.*)$/) ?? [];
  const bytes = text.replace(/%([\da-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  return new TextDecoder(encodingNamed(charset) ?? 'utf-8').decode(Buffer.from(bytes, 'latin1'));
}

/** What stands between the lines of a boundary (RFC 2046, 5.1.1). */
function cut(body: Buffer, boundary: string): { pieces: Buffer[]; hasTextOutside: boolean } {
  const delimiter = Buffer.from(`--${boundary}`);
  const pieces: Buffer[] = [];
  let start: number | undefined;
  let hasTextOutside = false;
  for (let found = body.indexOf(delimiter); found !== -1; found = body.indexOf(delimiter, found + 1)) {
    if (found > 0 && body[found - 1] !== LINE_FEED) continue;
    const lineEnd = body.indexOf(LINE_FEED, found);
    const next = lineEnd === -1 ? body.length : lineEnd + 1;
    const rest = body.toString('latin1', found + delimiter.length, next).trimEnd();
    if (rest !== '' && rest !== '--') continue;
    if (start === undefined) {
      const preamble = body.toString('latin1', 0, Math.min(found, LONGEST_OUTSIDE));
      hasTextOutside = /\S/.test(preamble) && !USUAL_PREAMBLE.test(preamble);
    } else pieces.push(body.subarray(start, found));
    start = next;
    if (rest === '--') {
      const epilogue = body.toString('latin1', next, Math.min(body.length, next + LONGEST_OUTSIDE));
      return { pieces, hasTextOutside: hasTextOutside || /\S/.test(epilogue) };
    }
  }
  if (start !== undefined) pieces.push(body.subarray(start));
  return { pieces, hasTextOutside };
}
