import fc from 'fast-check';
import { fromBase64, fromQuotedPrintable } from '../../../../documents/conversion/mail/transfer-encoding.ts';

test('base64 in lines of any length is what Node makes of it', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.integer({ min: 1, max: 80 }), (bytes, width) => {
      const lines = Buffer.from(bytes)
        .toString('base64')
        .replace(new RegExp(`.{${width}}`, 'g'), '$&\r\n');
      expect(Buffer.from(fromBase64(Buffer.from(lines)))).toEqual(Buffer.from(bytes));
    }),
  );
});

test('what is quoted comes back, whatever is quoted and wherever lines are broken', () => {
  const piece = fc.tuple(fc.nat(255), fc.constantFrom('', '=\n', '= \t\r\n'));
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const quoted = pieces.map(([byte, end]) => `=${byte.toString(16).padStart(2, '0').toUpperCase()}${end}`).join('');
      expect([...fromQuotedPrintable(Buffer.from(quoted))]).toEqual(pieces.map(([byte]) => byte));
    }),
  );
});
