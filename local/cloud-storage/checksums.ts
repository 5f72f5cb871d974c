import { createHash } from 'node:crypto';

/** CRC-32C, reflected: the polynomial 0x1EDC6F41 (RFC 3720, appendix B.4). */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? (remainder >>> 1) ^ 0x82f63b78 : remainder >>> 1;
  return remainder;
});

/** CRC-32C of the content, base64 of its four big-endian bytes: `crc32c` of an object. */
export function crc32c(content: Uint8Array): string {
  let crc = 0xffffffff;
  for (const byte of content) crc = (crc >>> 8) ^ (TABLE[(crc ^ byte) & 0xff] as number);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE((crc ^ 0xffffffff) >>> 0);
  return bytes.toString('base64');
}

/** MD5 of the content in base64: `md5Hash` of an object. */
export function md5Hash(content: Uint8Array): string {
  return createHash('md5').update(content).digest('base64');
}
