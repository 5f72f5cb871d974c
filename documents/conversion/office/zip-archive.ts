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

// Layout: PKWARE's APPNOTE.TXT, sections 4.3.7 (local header), 4.3.12 (central directory) and 4.3.16 (its end record).
const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END_RECORD = 0x06054b50;
const END_RECORD_BYTES = 22;
const LONGEST_COMMENT = 0xffff;
const STORED = 0;
const DEFLATED = 8;

/**
 * Reads an archive's directory.
 *
 * The sizes that a directory declares are not believed: inflating stops at the limit itself, which is what bounds a ZIP bomb.
 *
 * @throws UnconvertibleDocumentError `corrupt` when the bytes are no complete archive
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
  const end = findEndRecord(buffer);
  const count = buffer.readUInt16LE(end + 10);
  let offset = buffer.readUInt32LE(end + 16);
  const entries = new Map<string, Entry>();
  for (let i = 0; i < count; i++) {
    if (offset + 46 > end || buffer.readUInt32LE(offset) !== CENTRAL_HEADER) throw corrupt('its directory is damaged');
    const nameLength = buffer.readUInt16LE(offset + 28);
    const name = buffer.toString('utf8', offset + 46, offset + 46 + nameLength).replace(/^\/+/, '');
    entries.set(name, {
      encrypted: (buffer.readUInt16LE(offset + 8) & 1) === 1,
      method: buffer.readUInt16LE(offset + 10),
      compressedSize: buffer.readUInt32LE(offset + 20),
      localHeaderOffset: buffer.readUInt32LE(offset + 42),
    });
    offset += 46 + nameLength + buffer.readUInt16LE(offset + 30) + buffer.readUInt16LE(offset + 32);
  }
  return entries;
}

function findEndRecord(buffer: Buffer): number {
  const last = buffer.length - END_RECORD_BYTES;
  for (let offset = last; offset >= Math.max(0, last - LONGEST_COMMENT); offset--) {
    if (buffer.readUInt32LE(offset) === END_RECORD) return offset;
  }
  throw corrupt('its directory is missing, as when an upload was cut short');
}

function inflate(buffer: Buffer, entry: Entry, name: string, budget: number, limit: number): Uint8Array {
  if (entry.encrypted)
    throw new UnconvertibleDocumentError('encrypted', 'The archive is encrypted; remove its password.');
  const header = entry.localHeaderOffset;
  if (header + 30 > buffer.length || buffer.readUInt32LE(header) !== LOCAL_HEADER) throw corrupt(`${name} is damaged`);
  const start = header + 30 + buffer.readUInt16LE(header + 26) + buffer.readUInt16LE(header + 28);
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

function corrupt(what: string, cause?: unknown): UnconvertibleDocumentError {
  return new UnconvertibleDocumentError('corrupt', `The document is a damaged ZIP archive: ${what}.`, { cause });
}

function tooLarge(limit: number): UnconvertibleDocumentError {
  return new UnconvertibleDocumentError('too-large', `The document inflates to more than the ${limit} bytes allowed.`);
}
