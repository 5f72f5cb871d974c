import { constants, deflateRawSync } from 'node:zlib';

/** A zlib stream of so many million spaces, made without ever having them in memory. */
export function deflatedSpaces(megabytes: number): Buffer {
  // Ended by a full flush a block needs nothing of the one before, so that it can be repeated.
  const block = deflateRawSync(Buffer.alloc(1_000_000, ' '), { finishFlush: constants.Z_FULL_FLUSH });
  return Buffer.concat([Buffer.from([0x78, 0x9c]), ...Array(megabytes).fill(block), Buffer.from([0x03, 0x00])]);
}

/** A PDF of one page whose drawing operators are so many million spaces. */
export function pdfBomb(megabytes: number): Uint8Array {
  const content = deflatedSpaces(megabytes);
  return Buffer.concat([
    Buffer.from(
      `%PDF-1.7
1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj
2 0 obj << /Type /Pages /Count 1 /Kids [3 0 R] >> endobj
3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >> endobj
4 0 obj << /Filter /FlateDecode /Length ${content.length} >>
stream
`,
    ),
    content,
    Buffer.from('\nendstream endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n'),
  ]);
}
