import { crc32c, md5Hash } from '../../../local/cloud-storage/checksums.ts';

const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64');

test.each([
  // RFC 3720, appendix B.4, and the check value of the polynomial.
  ['123456789', 'e3069283'],
  ['\0'.repeat(32), '8a9136aa'],
  ['', '00000000'],
])('the CRC-32C of %p is %s', (content, hex) => {
  expect(crc32c(Buffer.from(content))).toBe(base64(hex));
});

test('the MD5 of nothing is the known one', () => {
  expect(md5Hash(Buffer.alloc(0))).toBe(base64('d41d8cd98f00b204e9800998ecf8427e'));
});
