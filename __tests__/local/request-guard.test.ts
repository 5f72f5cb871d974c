import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { closeServer, listen } from '../../local/listen.ts';
import { guarded, whyRefused } from '../../local/request-guard.ts';
import { VirtualClock } from '../../time/virtual-clock.ts';

const END = { localAddress: '127.0.0.1', localPort: 8123 };
const PUBLIC = ['https://demo-123456789012.us-central1.run.app', 'a custom audience'];

describe('a request may come in', () => {
  test.each([
    ['by name', { host: 'localhost:8123' }],
    ['by name in any case', { host: 'LocalHost:8123' }],
    ['by a name below localhost', { host: 'tasks.localhost:8123' }],
    ['by address', { host: '127.0.0.1:8123' }],
    ['by another loopback address', { host: '127.8.9.10:8123' }],
    ['by the loopback address of IPv6', { host: '[::1]:8123' }],
    ['from a container', { host: 'host.docker.internal:8123' }],
    ['over HTTP/1.0', {}],
    ['over HTTP/1.0, by an empty name', { host: '' }],
    ['from a page of its own', { host: 'localhost:8123', origin: 'http://localhost:8123' }],
    ['from a page of its own, as new browsers tell', { host: 'localhost:8123', 'sec-fetch-site': 'same-origin' }],
    ['typed into a browser', { host: 'localhost:8123', 'sec-fetch-site': 'none' }],
    ['by the public name', { host: 'demo-123456789012.us-central1.run.app' }],
    [
      'from a page of the public name',
      {
        host: 'demo-123456789012.us-central1.run.app',
        origin: 'https://demo-123456789012.us-central1.run.app',
      },
    ],
  ])('%s', (_what, headers) => {
    expect(whyRefused(headers, END, { publicUrls: PUBLIC })).toBeUndefined();
  });

  test('by the address that the server is bound to', () => {
    const end = { localAddress: '192.168.7.7', localPort: 8123 };
    expect(whyRefused({ host: '192.168.7.7:8123' }, end)).toBeUndefined();
    expect(whyRefused({ host: '192.168.7.8:8123' }, end)).toMatch(/^Refused: this server is localhost:8123/);
  });

  test('without a port on port 80', () => {
    expect(whyRefused({ host: 'localhost' }, { localAddress: '127.0.0.1', localPort: 80 })).toBeUndefined();
  });
});

describe('a server that listens for other machines', () => {
  const here = { localAddress: '172.17.0.2', localPort: 8123 };
  const exposed = { exposed: true };

  test.each([
    'emulator:8123',
    'cloud_tasks',
    'localhost:9000',
    '192.168.1.7:9000',
    '[fe80::1]:8123',
    'laptop.local:8123',
    'host.docker.internal:9000',
    'tasks.default.svc.cluster.local:8123',
  ])('answers to %s', (host) => {
    expect(whyRefused({ host }, here, exposed)).toBeUndefined();
  });

  test.each(['evil.example:8123', 'emulator.evil.example', 'local.example:8123', '[evil]:8123'])(
    'but not to %s, which a page of the web can have',
    (host) => {
      expect(whyRefused({ host }, here, exposed)).toMatch(/^Refused: this server is/);
    },
  );

  test('and to no page of another origin', () => {
    const headers = { host: '192.168.1.7:8123', origin: 'http://192.168.1.8:8123' };
    expect(whyRefused(headers, here, exposed)).toMatch(/^Refused: web pages of other origins/);
  });
});

describe('a request is refused', () => {
  const OTHER = /^Refused: this server is localhost:8123; received a request for the host "/;
  const PAGE = /^Refused: web pages of other origins may not call this server; received the origin "/;
  const SITE = /^Refused: web pages of other origins may not call this server; received Sec-Fetch-Site "/;

  test.each([
    ['a name made to resolve to this machine', { host: 'evil.example:8123' }, OTHER],
    ['the same with an origin of its own', { host: 'evil.example:8123', origin: 'http://evil.example:8123' }, OTHER],
    ['a name that only begins like ours', { host: 'localhost.evil.example:8123' }, OTHER],
    ['a name that only ends like ours', { host: 'evillocalhost:8123' }, OTHER],
    ['an address that only begins like ours', { host: '127.0.0.1.evil.example:8123' }, OTHER],
    ['another port', { host: 'localhost:9999' }, OTHER],
    ['no port', { host: 'localhost' }, OTHER],
    ['a port alone', { host: ':8123' }, OTHER],
    ['any address', { host: '0.0.0.0:8123' }, OTHER],
    ['something else', { host: 'localhost:8123:8123' }, OTHER],
    ['a page of another site', { host: 'localhost:8123', origin: 'https://evil.example' }, PAGE],
    ['a page of another port', { host: 'localhost:8123', origin: 'http://localhost:3000' }, PAGE],
    ['a page of another name of ours', { host: 'localhost:8123', origin: 'http://127.0.0.1:8123' }, PAGE],
    ['a page without an origin', { host: 'localhost:8123', origin: 'null' }, PAGE],
    ['an image of another site', { host: 'localhost:8123', 'sec-fetch-site': 'cross-site' }, SITE],
    ['an image of another port', { host: 'localhost:8123', 'sec-fetch-site': 'same-site' }, SITE],
    [
      'a page of ours to the public name',
      { host: new URL(PUBLIC[0] as string).host, origin: 'http://localhost' },
      PAGE,
    ],
  ])('%s', (_what, headers, line) => {
    const reason = whyRefused(headers, END, { publicUrls: PUBLIC });
    expect(reason).toMatch(line);
    expect(reason).toMatch(/^.*"\.$/);
  });

  test('the line quotes what came, shortened, and stays one line', () => {
    const reason = whyRefused({ host: 'localhost:8123', origin: `\n${'x'.repeat(500)}` }, END);
    expect(reason).toBe(`${reason?.split('\n')[0]}`);
    expect(reason?.length).toBeLessThan(250);
  });
});

describe('a guarded server', () => {
  const clock = new VirtualClock();
  let server: Server;
  let port: number;
  let arrived: PromiseWithResolvers<void>;

  beforeEach(async () => {
    arrived = Promise.withResolvers<void>();
    const listener: RequestListener = (request, response) => {
      request.on('error', () => {});
      request.resume().on('end', () => response.end('done'));
      arrived.resolve();
    };
    server = createServer(guarded(listener, clock));
    port = await listen(server, { port: 0, what: 'a server', option: '-' });
  });
  afterEach(() => closeServer(server));

  async function begin(head: string): Promise<Socket> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(`POST / HTTP/1.1\r\nHost: localhost:${port}\r\n${head}`);
    return socket;
  }

  async function answerOn(socket: Socket): Promise<string> {
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    return answer;
  }

  test('answers 403 with the reason, without a look at the rest', async () => {
    const socket = await begin('Origin: https://evil.example\r\nContent-Length: 1000000\r\n\r\n');
    const answer = await answerOn(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden\r\nContent-Type: text\/plain/);
    expect(answer).toMatch(/received the origin "https:\/\/evil.example"\.\n$/);
  });

  test.each(['Content-Length: 10\r\n\r\nhalf', 'Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n'])(
    'answers a body that does not end within half a minute with 408: %j',
    async (head) => {
      const socket = await begin(head);
      await arrived.promise;
      await clock.advance(29_999);
      expect(socket.readable).toBe(true);
      await clock.advance(1);
      const answer = await answerOn(socket);
      expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
      expect(answer).toMatch(/\r\nThe body did not arrive within 30 s\.\n$/);
      expect(clock.pendingTimers).toBe(0);
    },
  );

  test('sets no timer for a request without a body, and leaves none behind', async () => {
    const bodies = [{}, { method: 'POST', body: '' }, { method: 'POST', body: 'whole' }];
    for (const init of bodies) expect(await (await fetch(`http://localhost:${port}`, init)).text()).toBe('done');
    expect(clock.pendingTimers).toBe(0);
  });
});
