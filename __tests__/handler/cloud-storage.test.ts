import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { Clock } from '../../clock.ts';
import { CloudStorage, type CloudStorageOptions } from '../../handler/cloud-storage.ts';
import { VirtualClock } from '../../local/virtual-clock.ts';

/** A Cloud Storage that answers by a script; delays between tries take no time and are noted. */
async function withServer(
  script: RequestListener[],
  use: (store: CloudStorage, delays: number[]) => Promise<void>,
  changed: Partial<CloudStorageOptions> = {},
) {
  let requests = 0;
  const server = createServer((request, response) => {
    request.resume();
    (script[requests++] as RequestListener)(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const delays: number[] = [];
  const clock: Clock = {
    now: () => 0,
    setTimeout: (callback, ms) => {
      // The limit on silence is longer than any delay, and must not fire here.
      if (ms >= 30_000) return { timer: undefined };
      delays.push(ms);
      queueMicrotask(callback);
      return { timer: undefined };
    },
    clearTimeout: () => {},
  };
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const options = { clock, random: () => 0.5, accessToken: async () => 't0ken', baseUrl, ...changed };
    await use(new CloudStorage(options), delays);
    expect(requests).toBe(script.length);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const status =
  (code: number, body = ''): RequestListener =>
  (_request, response) =>
    response.writeHead(code).end(body);
const written = status(200, '{"generation":"7"}');
const cut: RequestListener = (request) => request.socket.destroy();
const options = { contentType: 'text/plain' };

test.each([408, 429, 500, 502, 503, 504])('%i is tried again', async (code) => {
  await withServer([status(code), written], async (store) => {
    expect(await store.write('b', 'o', 'x', options)).toBe('7');
  });
});

test('a lost connection is tried again, with delays that double and jitter', async () => {
  await withServer([cut, cut, cut, written], async (store, delays) => {
    expect(await store.write('b', 'o', 'x', options)).toBe('7');
    expect(delays).toEqual([200, 400, 800]);
  });
});

test('a download that breaks off is tried again', async () => {
  const half: RequestListener = (_request, response) => {
    response.writeHead(200, { 'Content-Length': '4' }).write('ab', () => response.destroy());
  };
  await withServer([half, status(200, 'abcd')], async (store) => {
    expect(Buffer.from((await store.read('b', 'o'))?.bytes ?? []).toString()).toBe('abcd');
  });
});

test("after four tries it gives up with Google's words", async () => {
  const answer = status(503, '{"error":{"code":503,"message":"Backend Error"}}');
  await withServer([answer, answer, answer, answer], async (store) => {
    await expect(store.stat('b', 'o')).rejects.toThrow('Cloud Storage answered 503: Backend Error');
  });
});

test('after four lost connections it says that Cloud Storage could not be reached', async () => {
  await withServer([cut, cut, cut, cut], async (store) => {
    await expect(store.stat('b', 'o')).rejects.toMatchObject({
      status: 0,
      message: expect.stringMatching(/^Cloud Storage could not be reached: /),
    });
  });
});

test('a refusal is not tried again', async () => {
  const denied = status(403, '{"error":{"code":403,"message":"r@p does not have storage.objects.get access."}}');
  await withServer([denied], async (store) => {
    await expect(store.read('b', 'o')).rejects.toMatchObject({
      status: 403,
      message: 'Cloud Storage answered 403: r@p does not have storage.objects.get access.',
    });
  });
});

test("every call carries the service's own token", async () => {
  let authorization: string | undefined;
  const look: RequestListener = (request, response) => {
    authorization = request.headers.authorization;
    status(404)(request, response);
  };
  await withServer([look], async (store) => {
    expect(await store.stat('b', 'o')).toBeUndefined();
    expect(authorization).toBe('Bearer t0ken');
  });
});

test('an abort ends a call that hangs', async () => {
  const controller = new AbortController();
  const reason = new Error('over');
  await withServer([() => controller.abort(reason)], async (store) => {
    await expect(store.read('b', 'o', { signal: controller.signal })).rejects.toBe(reason);
  });
});

test('an abort ends a download in the middle of its body', async () => {
  const controller = new AbortController();
  const reason = new Error('over');
  const clock = new HeardClock();
  let closed: Promise<unknown> = Promise.resolve();
  const half: RequestListener = async (request, response) => {
    closed = once(request.socket, 'close');
    const heard = clock.heard();
    response.writeHead(200, { 'Content-Length': '4' }).write('ab');
    await heard;
    controller.abort(reason);
  };
  await withServer(
    [half],
    async (store) => {
      await expect(store.read('b', 'o', { signal: controller.signal })).rejects.toBe(reason);
      await closed;
    },
    { clock },
  );
});

test('an abort ends the wait for a token', async () => {
  const controller = new AbortController();
  const reason = new Error('over');
  const accessToken = () => new Promise<never>(() => controller.abort(reason));
  await withServer(
    [],
    async (store) => {
      await expect(store.stat('b', 'o', { signal: controller.signal })).rejects.toBe(reason);
    },
    { accessToken },
  );
});

test('a connection is kept, and one that is reset when it is used again is a lost one', async () => {
  const sockets: Socket[] = [];
  const on =
    (listener: RequestListener): RequestListener =>
    (request, response) => {
      sockets.push(request.socket);
      listener(request, response);
    };
  await withServer([on(written), on(cut), on(written)], async (store, delays) => {
    await store.write('b', 'o', 'x', options);
    expect(await store.write('b', 'o', 'x', options)).toBe('7');
    expect(delays).toEqual([200]);
    expect(sockets[1]).toBe(sockets[0]);
    expect(sockets[2]).not.toBe(sockets[0]);
  });
});

test('a long upload arrives whole', async () => {
  const body = Buffer.alloc(300_000, 'Cloud Storage ');
  const chunks: Buffer[] = [];
  const take: RequestListener = (request, response) => {
    request.on('data', (chunk) => chunks.push(chunk)).on('end', () => written(request, response));
  };
  await withServer([take], async (store) => {
    expect(await store.write('b', 'o', body, options)).toBe('7');
    expect(Buffer.concat(chunks).equals(body)).toBe(true);
  });
});

test('a long upload that is refused at its beginning ends there', async () => {
  const body = Buffer.alloc(30_000_000);
  const { promise: received, resolve } = Promise.withResolvers<number>();
  const denied: RequestListener = ({ socket }, response) => {
    socket.once('close', () => resolve(socket.bytesRead));
    response.writeHead(403).end('no');
  };
  await withServer([denied], async (store) => {
    await expect(store.write('b', 'o', body, options)).rejects.toThrow('Cloud Storage answered 403: no');
    expect(await received).toBeLessThan(body.length);
  });
});

test('an address that is none is refused', () => {
  const create = (baseUrl: string) => new CloudStorage({ ...({} as CloudStorageOptions), baseUrl });
  expect(() => create('localhost:4443')).toThrow(
    "An HTTP server's address must begin with http:// or https://; received 'localhost:4443'.",
  );
});

describe('silence', () => {
  test('a download may take as long as it likes while bytes come', async () => {
    const clock = new HeardClock();
    const started = clock.now();
    const slow: RequestListener = async (_request, response) => {
      const head = clock.heard();
      response.writeHead(200, { 'Content-Length': '4' }).flushHeaders();
      await head;
      for (const letter of 'abcd') {
        await clock.advance(29_999);
        const heard = clock.heard();
        response.write(letter);
        await heard;
      }
    };
    await withServer(
      [slow],
      async (store) => {
        expect(Buffer.from((await store.read('b', 'o'))?.bytes ?? []).toString()).toBe('abcd');
        expect(clock.now() - started).toBe(4 * 29_999);
        expect(clock.pendingTimers).toBe(0);
      },
      { clock },
    );
  });

  test('a try without a byte for 30 s is given up and tried again, four times in all', async () => {
    const clock = new HeardClock();
    const silent: RequestListener = async (_request, response) => {
      const heard = clock.heard();
      response.writeHead(200, { 'Content-Length': '4' }).flushHeaders();
      await heard;
      const waits = clock.heard();
      await clock.advance(30_000);
      await waits;
      await clock.advance(800);
    };
    await withServer(
      [silent, silent, silent, silent],
      async (store) => {
        await expect(store.read('b', 'o')).rejects.toMatchObject({
          status: 0,
          message: 'Cloud Storage could not be reached: No byte came or went for 30 s.',
        });
      },
      { clock },
    );
  });

  test('a token that never comes is an end too', async () => {
    const clock = new VirtualClock();
    await withServer(
      [],
      async (store) => {
        const found = store.stat('b', 'o');
        const refused = expect(found).rejects.toThrow(
          'Cloud Storage could not be reached: No byte came or went for 30 s.',
        );
        await clock.advance(4 * 30_000 + 200 + 400 + 800);
        await refused;
      },
      { clock, accessToken: () => new Promise<never>(() => {}) },
    );
  });
});

describe('a download is checked against its MD5', () => {
  const stored = Buffer.from('Cloud Storage keeps what it is given. '.repeat(100));

  test('whatever it is, wherever the MD5 stands', async () => {
    const download = fc.record({
      content: fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes)),
      header: fc.constantFrom(
        (md5: string) => `md5=${md5}`,
        (md5: string) => `crc32c=AAAAAA==,md5=${md5}`,
        (md5: string) => `md5=${md5}, crc32c=AAAAAA==`,
        (md5: string) => ['crc32c=AAAAAA==', `md5=${md5}`],
      ),
    });
    await fc.assert(
      fc.asyncProperty(download, async ({ content, header }) => {
        const other = Buffer.concat([content, Buffer.from('!')]);
        await withServer(
          [sent(other, { hash: header(md5(content)) }), sent(content, { hash: header(md5(content)) })],
          async (store) => {
            expect(Buffer.from((await store.read('b', 'o'))?.bytes ?? []).equals(content)).toBe(true);
          },
        );
      }),
      { numRuns: 25 },
    );
  });

  test('after four damaged ones it says so', async () => {
    const damaged = sent(Buffer.from('other'), { hash: `md5=${md5(stored)}` });
    await withServer([damaged, damaged, damaged, damaged], async (store) => {
      await expect(store.read('b', 'o')).rejects.toMatchObject({
        status: 0,
        message: `gs://b/o came damaged: its MD5 is ${md5(stored)}, that of what came is ${md5(Buffer.from('other'))}.`,
      });
    });
  });

  test('an object that was composed has none', async () => {
    await withServer([sent(stored, { hash: 'crc32c=AAAAAA==' })], async (store) => {
      expect(await store.read('b', 'o')).toMatchObject({ size: stored.length });
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
        [sent(body, { hash: `md5=${md5(body)}`, encoding, storedEncoding: encoding })],
        async (store) => {
          const found = await store.read('b', 'o');
          expect(found?.size).toBe(stored.length);
          expect(Buffer.from(found?.bytes ?? []).equals(stored)).toBe(true);
        },
      );
    },
  );

  test('one that was decompressed on its way has the MD5 of something else', async () => {
    const hash = `md5=${md5(gzipSync(stored))}`;
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

test('a compressed object is read no further than it may be', async () => {
  const bomb = gzipSync(Buffer.alloc(50_000_000));
  await withServer([sent(bomb, { encoding: 'gzip', storedEncoding: 'gzip' })], async (store) => {
    await expect(store.read('b', 'o', { maxBytes: 1_000_000 })).rejects.toThrow(
      /^gs:\/\/b\/o has 10\d{5} bytes; at most 1000000 are taken\.$/,
    );
  });
});

function md5(content: Buffer): string {
  return createHash('md5').update(content).digest('base64');
}

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

/** A clock that stands still, and says when a timer is set: the limit on silence is put off, as something has been heard. */
class HeardClock extends VirtualClock {
  #onTimer = () => {};

  /** Resolves when a timer is set the next time. */
  heard(): Promise<void> {
    return new Promise((resolve) => {
      this.#onTimer = resolve;
    });
  }

  override setTimeout(fn: () => void, ms: number) {
    this.#onTimer();
    return super.setTimeout(fn, ms);
  }
}

test('a refusal without an end is read no further than any answer is long', async () => {
  const endless: RequestListener = (_request, response) => {
    response.writeHead(403);
    const more = () => response.write('x'.repeat(2 ** 20));
    response.on('drain', more);
    more();
  };
  await withServer([endless, endless, endless, endless], async (store) => {
    await expect(store.stat('b', 'o')).rejects.toThrow('Cloud Storage answered 403 with more than 16777216 bytes.');
  });
});

test('an encoding that nobody knows, and that an uploader chose, is left as it is', async () => {
  const odd: RequestListener = (_request, response) =>
    response.writeHead(200, { 'Content-Encoding': 'constructor' }).end('ab');
  await withServer([odd], async (store) => {
    expect((await store.read('b', 'o'))?.size).toBe(2);
  });
});

test('a server that changes the protocol is a lost connection, not an endless wait', async () => {
  const changing: RequestListener = ({ socket }) =>
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
  await withServer([changing, written], async (store) => {
    expect(await store.write('b', 'o', 'x', options)).toBe('7');
  });
});
