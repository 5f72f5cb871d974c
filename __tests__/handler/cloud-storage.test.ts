import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../clock.ts';
import { CloudStorage } from '../../handler/cloud-storage.ts';

/** A Cloud Storage that answers by a script; delays between tries take no time and are noted. */
async function withServer(script: RequestListener[], use: (store: CloudStorage, delays: number[]) => Promise<void>) {
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
      // The limit of a try is longer than any delay, and must not fire here.
      if (ms >= 30_000) return { timer: undefined };
      delays.push(ms);
      queueMicrotask(callback);
      return { timer: undefined };
    },
    clearTimeout: () => {},
  };
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    await use(new CloudStorage({ clock, random: () => 0.5, accessToken: async () => 't0ken', baseUrl }), delays);
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
