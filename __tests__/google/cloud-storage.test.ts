import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { VirtualClock } from '../../time/virtual-clock.ts';
import { cut, HeardClock, status, withServer, written } from './cloud-storage-script.ts';

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

describe('an object that changes too often (429)', () => {
  const busy = status(429, '{"error":{"code":429,"message":"The object b/o exceeded the rate limit."}}');

  test('is waited for, about a second each time, and that uses up no try', async () => {
    const script = [busy, busy, cut, busy, cut, busy, busy, cut, cut, cut, written];
    await withServer(script, async (store, delays) => {
      expect(await store.write('b', 'o', 'x', options)).toBe('7');
      expect(delays).toEqual([1000, 1000, 200, 1000, 200, 1000, 1000, 200, 400, 800]);
    });
  });

  test('is waited for with a jitter of half a second', async () => {
    for (const [chance, delay] of [
      [0, 500],
      [0.99, 1490],
    ] as const) {
      const random = () => chance;
      await withServer(
        [busy, written],
        async (store, delays) => {
          await store.write('b', 'o', 'x', options);
          expect(delays).toEqual([delay]);
        },
        { random },
      );
    }
  });

  test('is waited for only as long as the caller waits', async () => {
    const controller = new AbortController();
    const reason = new Error('over');
    const lastRefusal: RequestListener = (request, response) => {
      controller.abort(reason);
      busy(request, response);
    };
    await withServer([busy, lastRefusal], async (store) => {
      await expect(store.write('b', 'o', 'x', { ...options, signal: controller.signal })).rejects.toBe(reason);
    });
  });

  test('may have been written by the try before: its own write is found as another one', async () => {
    await withServer([cut, busy, status(412)], async (store) => {
      const write = store.write('b', 'o', 'x', { ...options, ifGenerationMatch: '0' });
      await expect(write).rejects.toThrow('gs://b/o has another generation than the one expected.');
    });
  });
});
