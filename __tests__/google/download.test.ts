import type { RequestListener } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { base64Crc32c, crc32c as checksumOf } from '../../google/crc32c.ts';
import { status, withServer } from './cloud-storage-script.ts';

const crc32c = (bytes: Uint8Array) => base64Crc32c(checksumOf(bytes));

/** Answers a download. */
function sent(
  body: Buffer,
  {
    hash,
    encoding,
    storedEncoding = 'identity',
  }: { hash?: string | string[]; encoding?: string; storedEncoding?: string },
): RequestListener {
  return (_request, response) => {
    if (hash !== undefined) response.setHeader('X-Goog-Hash', hash);
    if (encoding !== undefined) response.setHeader('Content-Encoding', encoding);
    response.setHeader('X-Goog-Stored-Content-Encoding', storedEncoding).end(body);
  };
}

describe('a download is checked against its CRC32C', () => {
  const stored = Buffer.from('Cloud Storage keeps what it is given. '.repeat(100));

  test('whatever it is, wherever the CRC32C stands', async () => {
    const download = fc.record({
      content: fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes)),
      header: fc.constantFrom(
        (checksum: string) => `crc32c=${checksum}`,
        (checksum: string) => `md5=1B2M2Y8AsgTpgAmY7PhCfg==,crc32c=${checksum}`,
        (checksum: string) => `crc32c=${checksum}, md5=1B2M2Y8AsgTpgAmY7PhCfg==`,
        (checksum: string) => ['md5=1B2M2Y8AsgTpgAmY7PhCfg==', `crc32c=${checksum}`],
      ),
    });
    await fc.assert(
      fc.asyncProperty(download, async ({ content, header }) => {
        const other = Buffer.concat([content, Buffer.from('!')]);
        await withServer(
          [sent(other, { hash: header(crc32c(content)) }), sent(content, { hash: header(crc32c(content)) })],
          async (store) => {
            expect(Buffer.from((await store.read('b', 'o'))?.bytes ?? []).equals(content)).toBe(true);
          },
        );
      }),
      { numRuns: 25 },
    );
  });

  test('after four damaged ones it says so', async () => {
    const damaged = sent(Buffer.from('other'), { hash: `crc32c=${crc32c(stored)}` });
    await withServer([damaged, damaged, damaged, damaged], async (store) => {
      await expect(store.read('b', 'o')).rejects.toMatchObject({
        status: 0,
        message: `gs://b/o came damaged: its CRC32C is ${crc32c(stored)}, that of what came is ${crc32c(Buffer.from('other'))}.`,
      });
    });
  });

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])(
    'an object that is stored with %s is checked as it is stored, and comes decompressed',
    async (encoding, compress) => {
      const body = compress(stored);
      await withServer(
        [sent(body, { hash: `crc32c=${crc32c(body)}`, encoding, storedEncoding: encoding })],
        async (store) => {
          const found = await store.read('b', 'o');
          expect(found?.size).toBe(stored.length);
          expect(Buffer.from(found?.bytes ?? []).equals(stored)).toBe(true);
        },
      );
    },
  );

  test('one that was decompressed on its way has the CRC32C of something else', async () => {
    const hash = `crc32c=${crc32c(gzipSync(stored))}`;
    await withServer([sent(stored, { hash, storedEncoding: 'gzip' })], async (store) => {
      expect(await store.read('b', 'o')).toMatchObject({ size: stored.length });
    });
  });

  test('it is asked for as it is stored', async () => {
    let accepted: unknown;
    const look: RequestListener = (request, response) => {
      accepted = request.headers['accept-encoding'];
      status(404)(request, response);
    };
    await withServer([look], async (store) => {
      expect(await store.read('b', 'o')).toBeUndefined();
      expect(accepted).toBe('gzip');
    });
  });
});

test('an object that is too large is told by the length that it declares', async () => {
  const begun: RequestListener = (_request, response) =>
    response.writeHead(200, { 'Content-Length': 5_000_000 }).write(Buffer.alloc(10_000));
  await withServer([begun], async (store) => {
    await expect(store.read('b', 'o', { maxBytes: 1000 })).rejects.toThrow(
      'gs://b/o has 5000000 bytes; at most 1000 are taken.',
    );
  });
});

test('a compressed object is read no further than it may be', async () => {
  const bomb = gzipSync(Buffer.alloc(50_000_000));
  await withServer([sent(bomb, { encoding: 'gzip', storedEncoding: 'gzip' })], async (store) => {
    await expect(store.read('b', 'o', { maxBytes: 1_000_000 })).rejects.toThrow(
      /^gs:\/\/b\/o has 10\d{5} bytes; at most 1000000 are taken\.$/,
    );
  });
});

test('an object that its compression has made longer may be as large as its content', async () => {
  const content = Buffer.alloc(100_000, 'stored as it is');
  const body = gzipSync(content, { level: 0 });
  expect(body.length).toBeGreaterThan(content.length);
  const as = sent(body, { hash: `crc32c=${crc32c(body)}`, encoding: 'gzip', storedEncoding: 'gzip' });
  await withServer([as, as], async (store) => {
    expect(await store.read('b', 'o', { maxBytes: content.length })).toMatchObject({ size: content.length });
    await expect(store.read('b', 'o', { maxBytes: content.length - 1 })).rejects.toThrow(
      'gs://b/o has 100000 bytes; at most 99999 are taken.',
    );
  });
});

test('an encoding that nobody knows, and that an uploader chose, is left as it is', async () => {
  const odd: RequestListener = (_request, response) =>
    response.writeHead(200, { 'Content-Encoding': 'constructor' }).end('ab');
  await withServer([odd], async (store) => {
    expect((await store.read('b', 'o'))?.size).toBe(2);
  });
});

test.each([
  ['gzip', Buffer.from('%PDF-1.7'), 'incorrect header check'],
  ['gzip', gzipSync('Hello').subarray(0, 12), 'unexpected end of file'],
  ['deflate', Buffer.from('%PDF-1.7'), 'incorrect header check'],
  ['br', Buffer.alloc(20, 0xff), 'Decompression failed'],
])('what is not stored as its Content-Encoding says is not asked for again: %s (%#)', async (encoding, body, why) => {
  const falselyEncoded = sent(body, { hash: `crc32c=${crc32c(body)}`, encoding, storedEncoding: encoding });
  await withServer([falselyEncoded], async (store) => {
    await expect(store.read('b', 'o')).rejects.toMatchObject({
      name: 'FalseEncodingError',
      message: `An object with Content-Encoding: ${encoding} must be compressed so; gs://b/o cannot be decompressed (${why}).`,
    });
  });
});

test('a compressed object that came damaged is asked for again', async () => {
  const body = gzipSync('Hello');
  const as = { hash: `crc32c=${crc32c(body)}`, encoding: 'gzip', storedEncoding: 'gzip' };
  await withServer([sent(Buffer.alloc(body.length), as), sent(body, as)], async (store) => {
    expect(Buffer.from((await store.read('b', 'o'))?.bytes ?? []).toString()).toBe('Hello');
  });
});

test.each([
  ['has no CRC32C', {}],
  ['was compressed on its way', { hash: 'crc32c=AAAAAA==', storedEncoding: 'identity' }],
])('a compressed object that came damaged and %s is asked for again as well', async (_which, how) => {
  const body = gzipSync('Hello');
  const as = { encoding: 'gzip', storedEncoding: 'gzip', ...how };
  await withServer([sent(Buffer.alloc(body.length), as), sent(body, as)], async (store) => {
    expect(Buffer.from((await store.read('b', 'o'))?.bytes ?? []).toString()).toBe('Hello');
  });
});

test('what follows a compressed content belongs to the checksum, and is read no further than an object may be', async () => {
  const body = Buffer.concat([gzipSync('Hello'), Buffer.alloc(200_000)]);
  const as = sent(body, { hash: `crc32c=${crc32c(body)}`, encoding: 'gzip', storedEncoding: 'gzip' });
  await withServer([as, as], async (store) => {
    expect(Buffer.from((await store.read('b', 'o'))?.bytes ?? []).toString()).toBe('Hello');
    await expect(store.read('b', 'o', { maxBytes: 10_000 })).rejects.toThrow(/at most 10000 are taken/);
  });
});

test('a compressed object whose connection is cut is asked for again', async () => {
  const body = gzipSync(Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 7919) % 251)));
  const as = { hash: `crc32c=${crc32c(body)}`, encoding: 'gzip', storedEncoding: 'gzip' };
  const cut: RequestListener = (_request, response) => {
    response.writeHead(200, { 'Content-Encoding': 'gzip', 'Content-Length': body.length });
    response.write(body.subarray(0, 100), () => response.destroy());
  };
  await withServer([cut, sent(body, as)], async (store) => {
    expect(await store.read('b', 'o')).toMatchObject({ size: 100_000 });
  });
});
