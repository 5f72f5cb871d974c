import fc from 'fast-check';
import { crc32c } from '../../google/crc32c.ts';

/** RFC 3720, appendix B.4. */
test.each([
  ['32 bytes of zeros', Buffer.alloc(32), 0x8a9136aa],
  ['32 bytes of ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
  ['32 bytes that increase', Buffer.from(Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e],
  ['32 bytes that decrease', Buffer.from(Array.from({ length: 32 }, (_, i) => 31 - i)), 0x113fdb5c],
])('%s', (_, bytes, expected) => {
  expect(crc32c(bytes)).toBe(expected);
});

/** The remainder of a division of polynomials, a bit at a time. */
function remainder(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return ~crc >>> 0;
}

test('it is that of all bytes, whatever pieces they come in', () => {
  const piece = fc.tuple(fc.uint8Array({ maxLength: 100 }), fc.nat({ max: 100 }));
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      // Pieces of a larger buffer as well, as they come from a connection.
      const parts = pieces.map(([bytes, offset]) => bytes.subarray(offset));
      expect(parts.reduce((crc, part) => crc32c(part, crc), 0)).toBe(remainder(Buffer.concat(parts)));
    }),
  );
});
