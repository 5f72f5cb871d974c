/** Remainders of a byte that is followed by 0 to 7 bytes more, 256 each. The polynomial is 0x1EDC6F41, reflected. */
const REMAINDERS = remainders();

/**
 * CRC-32C (RFC 3720, appendix B.4) of bytes that come in pieces. Node's `zlib.crc32` has another polynomial.
 *
 * Eight bytes a step (Kounavis and Berry, "Novel Table Lookup-Based Algorithms for High-Performance CRC Generation"): a byte a
 * step takes three times as long.
 *
 * @param before that of the pieces before this one. @default 0: it is the first
 * @returns from 0 to 2^32 - 1
 */
export function crc32c(piece: Uint8Array, before = 0): number {
  const view = new DataView(piece.buffer, piece.byteOffset, piece.byteLength);
  let crc = ~before;
  let i = 0;
  for (const end = view.byteLength - 8; i <= end; i += 8) {
    const first = crc ^ view.getInt32(i, true);
    const second = view.getInt32(i + 4, true);
    crc =
      remainder(7, first) ^
      remainder(6, first >>> 8) ^
      remainder(5, first >>> 16) ^
      remainder(4, first >>> 24) ^
      remainder(3, second) ^
      remainder(2, second >>> 8) ^
      remainder(1, second >>> 16) ^
      remainder(0, second >>> 24);
  }
  for (; i < view.byteLength; i++) crc = (crc >>> 8) ^ remainder(0, crc ^ view.getUint8(i));
  return ~crc >>> 0;
}

/** A CRC32C as Cloud Storage writes it: the four bytes, the most significant one first, in base64 (reference: `x-goog-hash`). */
export function base64Crc32c(checksum: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(checksum);
  return bytes.toString('base64');
}

/** @param bits whose lowest eight are the byte */
function remainder(followers: number, bits: number): number {
  return REMAINDERS[followers * 256 + (bits & 0xff)] as number;
}

function remainders(): Int32Array {
  const table = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    table[byte] = crc;
  }
  for (let i = 256; i < table.length; i++) {
    const crc = table[i - 256] as number;
    table[i] = (crc >>> 8) ^ (table[crc & 0xff] as number);
  }
  return table;
}
