import { inflateRawSync } from 'node:zlib';
import { UnconvertibleDocumentError } from '../converter.ts';

/** A ZIP archive whose parts are inflated on demand and never beyond a limit. */
export interface ZipArchive {
  has(name: string): boolean;
  /** @throws UnconvertibleDocumentError `corrupt`, `encrypted`, or `too-large` when all parts read so far exceed the limit */
  read(name: string): Uint8Array;
}

interface Entry {
  readonly encrypted: boolean;
  readonly method: number;
  readonly compressedSize: number;
  readonly localHeaderOffset: number;
}

// Layout: PKWARE's APPNOTE.TXT, sections 4.3.7 (local header), 4.3.12 (central directory), 4.3.14 to 4.3.16 (its end, in ZIP64 and
// without) and 4.5.3 (the sizes of ZIP64).
const LOCAL_HEADER = { signature: 0x04034b50, bytes: 30 };
const CENTRAL_HEADER = { signature: 0x02014b50, bytes: 46 };
const END_RECORD = { signature: 0x06054b50, bytes: 22 };
const ZIP64_END_RECORD = { signature: 0x06064b50, bytes: 56 };
const ZIP64_LOCATOR = { signature: 0x07064b50, bytes: 20 };
const ZIP64_FIELD = 1;
/** In place of a number that stands in the fields of ZIP64. */
const IN_ZIP64 = 0xffffffff;
const LONGEST_COMMENT = 0xffff;
const STORED = 0;
const DEFLATED = 8;
/** Far above what documents have; a directory of millions would hold up whoever only asks for the document's type. */
const MOST_PARTS = 100_000;

/**
 * Reads an archive's directory.
 *
 * The sizes that a directory declares are not believed: inflating stops at the limit itself, which is what bounds a ZIP bomb.
 *
 * @throws UnconvertibleDocumentError `corrupt` when the bytes are no complete archive, `too-large` with more than 100,000 parts
 */
export function openZipArchive(bytes: Uint8Array, maxInflatedBytes: number): ZipArchive {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries = readDirectory(buffer);
  const inflated = new Map<string, Uint8Array>();
  let budget = maxInflatedBytes;

  return {
    has: (name) => entries.has(name),
    read(name) {
      const known = inflated.get(name);
      if (known) return known;
      const entry = entries.get(name);
      if (!entry) throw corrupt(`its part ${name} is missing`);
      const part = inflate(buffer, entry, name, budget, maxInflatedBytes);
      budget -= part.byteLength;
      inflated.set(name, part);
      return part;
    },
  };
}

function readDirectory(buffer: Buffer): Map<string, Entry> {
  const { count, start, end, shift } = findDirectory(buffer);
  const entries = new Map<string, Entry>();
  let offset = start;
  for (let i = 0; i < count; i++) {
    if (offset + CENTRAL_HEADER.bytes > end || !startsAt(buffer, offset, CENTRAL_HEADER)) throw damagedDirectory();
    const nameEnd = offset + CENTRAL_HEADER.bytes + buffer.readUInt16LE(offset + 28);
    const extraEnd = nameEnd + buffer.readUInt16LE(offset + 30);
    const next = extraEnd + buffer.readUInt16LE(offset + 32);
    if (next > end) throw damagedDirectory();
    // Some programs write the separators of Windows, and some begin with one.
    const name = buffer.toString('utf8', offset + CENTRAL_HEADER.bytes, nameEnd).replaceAll('\\', '/');
    const large = zip64Numbers(buffer.subarray(nameEnd, extraEnd));
    // In this order, and each only where its own field says so.
    const [, compressedSize, localHeaderOffset] = [offset + 24, offset + 20, offset + 42].map((field) => {
      const number = buffer.readUInt32LE(field);
      return number === IN_ZIP64 ? (large.shift() ?? number) : number;
    }) as [number, number, number];
    entries.set(name.replace(/^\/+/, ''), {
      encrypted: (buffer.readUInt16LE(offset + 8) & 1) === 1,
      method: buffer.readUInt16LE(offset + 10),
      compressedSize,
      localHeaderOffset: localHeaderOffset + shift,
    });
    offset = next;
  }
  return entries;
}

interface Directory {
  readonly count: number;
  readonly start: number;
  readonly end: number;
  /** How far everything stands behind where the archive says: by what was put before it. */
  readonly shift: number;
}

function findDirectory(buffer: Buffer): Directory {
  const record = findEndRecord(buffer);
  const zip64 = findZip64EndRecord(buffer, record - ZIP64_LOCATOR.bytes);
  const end = zip64 ?? record;
  const [count, size, offset] =
    zip64 === undefined
      ? [buffer.readUInt16LE(end + 10), buffer.readUInt32LE(end + 12), buffer.readUInt32LE(end + 16)]
      : [uint64(buffer, end + 32), uint64(buffer, end + 40), uint64(buffer, end + 48)];
  if (count > MOST_PARTS) throw tooManyParts(count);
  // Nothing stands between the directory and its end, unless it is signed.
  const starts = [end - size, offset].filter((start) => startsAt(buffer, start, CENTRAL_HEADER));
  const start = count === 0 ? offset : starts[0];
  if (start === undefined) throw damagedDirectory();
  return { count, start, end, shift: start - offset };
}

/** Where the locator says, but for what was put before the archive; then right before the locator, if it has no more than it must. */
function findZip64EndRecord(buffer: Buffer, locator: number): number | undefined {
  if (locator < 0 || !startsAt(buffer, locator, ZIP64_LOCATOR)) return undefined;
  const places = [uint64(buffer, locator + 8), locator - ZIP64_END_RECORD.bytes];
  const place = places.find((at) => startsAt(buffer, at, ZIP64_END_RECORD));
  if (place === undefined || place + ZIP64_END_RECORD.bytes > locator) throw damagedDirectory();
  return place;
}

function findEndRecord(buffer: Buffer): number {
  const last = buffer.length - END_RECORD.bytes;
  for (let offset = last; offset >= Math.max(0, last - LONGEST_COMMENT); offset--) {
    if (startsAt(buffer, offset, END_RECORD)) return offset;
  }
  throw corrupt('its directory is missing, as when an upload was cut short');
}

/** The numbers of an entry's ZIP64 field, of up to four. */
function zip64Numbers(extra: Buffer): number[] {
  for (let offset = 0; offset + 4 <= extra.length; ) {
    const end = offset + 4 + extra.readUInt16LE(offset + 2);
    if (extra.readUInt16LE(offset) === ZIP64_FIELD) {
      const field = extra.subarray(offset + 4, end);
      return Array.from({ length: Math.floor(field.length / 8) }, (_, i) => uint64(field, 8 * i));
    }
    offset = end;
  }
  return [];
}

function inflate(buffer: Buffer, entry: Entry, name: string, budget: number, limit: number): Uint8Array {
  if (entry.encrypted)
    throw new UnconvertibleDocumentError('encrypted', 'The archive is encrypted; remove its password.');
  const header = entry.localHeaderOffset;
  if (!startsAt(buffer, header, LOCAL_HEADER)) throw corrupt(`${name} is damaged`);
  const start = header + LOCAL_HEADER.bytes + buffer.readUInt16LE(header + 26) + buffer.readUInt16LE(header + 28);
  const end = start + entry.compressedSize;
  if (end > buffer.length) throw corrupt(`${name} is cut short`);
  const compressed = buffer.subarray(start, end);
  if (entry.method === STORED) {
    if (compressed.byteLength > budget) throw tooLarge(limit);
    return compressed;
  }
  if (entry.method !== DEFLATED) throw corrupt(`${name} uses the unknown compression method ${entry.method}`);
  if (budget <= 0) throw tooLarge(limit);
  try {
    return inflateRawSync(compressed, { maxOutputLength: budget });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limit);
    throw corrupt(`${name} cannot be inflated`, error);
  }
}

/** Whether a record stands there whole. */
function startsAt(buffer: Buffer, offset: number, { signature, bytes }: typeof LOCAL_HEADER): boolean {
  return offset >= 0 && offset + bytes <= buffer.length && buffer.readUInt32LE(offset) === signature;
}

/** Beyond 2^53 it is rounded, which is beyond all bytes there are. */
function uint64(buffer: Buffer, offset: number): number {
  return Number(buffer.readBigUInt64LE(offset));
}

function corrupt(what: string, cause?: unknown): UnconvertibleDocumentError {
  return new UnconvertibleDocumentError('corrupt', `The document is a damaged ZIP archive: ${what}.`, { cause });
}

function damagedDirectory(): UnconvertibleDocumentError {
  return corrupt('its directory is damaged');
}

function tooManyParts(count: number): UnconvertibleDocumentError {
  const message = `The document has ${count} parts; at most ${MOST_PARTS} are read.`;
  return new UnconvertibleDocumentError('too-large', message);
}

function tooLarge(limit: number): UnconvertibleDocumentError {
  return new UnconvertibleDocumentError('too-large', `The document inflates to more than the ${limit} bytes allowed.`);
}
