import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CloudStorage, type CloudStorageOptions } from '../../google/cloud-storage.ts';
import type { Clock } from '../../time/clock.ts';
import { VirtualClock } from '../../time/virtual-clock.ts';

/** A Cloud Storage that answers by a script; delays between tries take no time and are noted. */
export async function withServer(
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

export const status =
  (code: number, body = ''): RequestListener =>
  (_request, response) =>
    response.writeHead(code).end(body);
export const written = status(200, '{"generation":"7"}');
export const cut: RequestListener = (request) => request.socket.destroy();

/** A clock that stands still, and says when a timer is set: the limit on silence is put off, as something has been heard. */
export class HeardClock extends VirtualClock {
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
