import { createHash } from 'node:crypto';
import { crc32c as remainderOf } from '../../google/crc32c.ts';

/** CRC-32C of the content, base64 of its four big-endian bytes: `crc32c` of an object. */
export function crc32c(content: Uint8Array): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(remainderOf(content));
  return bytes.toString('base64');
}

/** MD5 of the content in base64: `md5Hash` of an object. */
export function md5Hash(content: Uint8Array): string {
  return createHash('md5').update(content).digest('base64');
}
