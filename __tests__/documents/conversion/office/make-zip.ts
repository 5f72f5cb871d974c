import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipOptions {
  /** What the directory claims each part inflates to. @default the truth */
  readonly claimedSize?: number;
  /** How many parts the directory claims to have. @default the truth */
  readonly claimedCount?: number;
  /** @default deflate */
  readonly method?: 'store' | 'deflate';
  /** General purpose flags of every part; 1 is "encrypted". @default 0 */
  readonly flags?: number;
  /** Sizes and places in 64 bits, in the records that ZIP64 adds, as programs write that do not know how long it will be. @default false */
  readonly zip64?: boolean;
  /** Sizes behind each part instead of before it, as programs write that stream. @default false */
  readonly descriptors?: boolean;
}

const IN_ZIP64 = 0xffffffff;

/** Writes a ZIP archive of parts by their names. */
export function makeZip(parts: Readonly<Record<string, string | Uint8Array>>, options: ZipOptions = {}): Uint8Array {
  const { method = 'deflate', flags = 0, zip64 = false, descriptors = false } = options;
  const local: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(parts)) {
    const data = Buffer.from(content as string);
    const packed = method === 'store' ? data : deflateRawSync(data);
    const size = options.claimedSize ?? data.length;
    const sums = uint32s(crc32(data), packed.length, size);
    const common = Buffer.concat([
      uint16s(20, descriptors ? flags | 8 : flags, method === 'store' ? 0 : 8, 0, 0),
      descriptors ? uint32s(0, 0, 0) : sums,
      uint16s(Buffer.byteLength(name), 0),
    ]);
    const large: Buffer = zip64
      ? Buffer.concat([uint16s(0x5455, 1), Buffer.of(0), uint16s(1, 24), uint64s(size, packed.length, offset)])
      : Buffer.alloc(0);
    const entry = Buffer.concat([
      Buffer.from('PK\x01\x02\x14\x00'),
      common.subarray(0, 10),
      zip64 ? uint32s(crc32(data), IN_ZIP64, IN_ZIP64) : sums,
      uint16s(Buffer.byteLength(name), large.length, 0, 0, 0),
      uint32s(0, zip64 ? IN_ZIP64 : offset),
    ]);
    const written: Buffer[] = [Buffer.from('PK\x03\x04'), common, Buffer.from(name), packed];
    if (descriptors) written.push(Buffer.from('PK\x07\x08'), sums);
    local.push(...written);
    directory.push(entry, Buffer.from(name), large);
    offset += written.reduce((sum, { length }) => sum + length, 0);
  }
  const count = options.claimedCount ?? Object.keys(parts).length;
  const size = Buffer.concat(directory).length;
  if (!zip64) return Buffer.concat([...local, ...directory, endRecord(count, size, offset)]);
  const end64 = [
    Buffer.from('PK\x06\x06'),
    uint64s(44),
    uint16s(45, 45),
    uint32s(0, 0),
    uint64s(count, count, size, offset),
  ];
  const locator = [Buffer.from('PK\x06\x07'), uint32s(0), uint64s(offset + size), uint32s(1)];
  return Buffer.concat([...local, ...directory, ...end64, ...locator, endRecord(0xffff, IN_ZIP64, IN_ZIP64)]);
}

function endRecord(count: number, size: number, offset: number): Buffer {
  return Buffer.concat([Buffer.from('PK\x05\x06'), uint16s(0, 0, count, count), uint32s(size, offset), uint16s(0)]);
}

function uint16s(...numbers: number[]): Buffer {
  return Buffer.from(Uint16Array.from(numbers).buffer);
}

function uint32s(...numbers: number[]): Buffer {
  return Buffer.from(Uint32Array.from(numbers).buffer);
}

function uint64s(...numbers: number[]): Buffer {
  return Buffer.from(BigUint64Array.from(numbers, BigInt).buffer);
}
