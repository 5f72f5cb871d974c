import { once } from 'node:events';
import { createConnection } from 'node:net';
import { createAdaptorServer, type ServerType } from '@hono/node-server';
import { jest } from '@jest/globals';
import { closeServer, listen } from '../../../local/listen.ts';
import { hostileApp } from './hostile-app.ts';
import { claimsOf, GOOD_HEADER, INVOKER, withRemovedSignature } from './tokens.ts';

const { app, task, changes, log } = hostileApp({ acceptRemovedSignature: true });
const complaints = jest.spyOn(console, 'error');
const unhandled: unknown[] = [];
const noteUnhandled = (reason: unknown) => unhandled.push(reason);
/** Resolves with the status that the handler would have answered, although nobody is there to hear it. */
let answered = Promise.withResolvers<number>();
let server: ServerType;
let port: number;

beforeAll(async () => {
  process.on('unhandledRejection', noteUnhandled);
  const fetch: typeof app.fetch = async (...call) => {
    const response = await app.fetch(...call);
    answered.resolve(response.status);
    return response;
  };
  server = createAdaptorServer({ fetch });
  port = await listen(server as Parameters<typeof listen>[0], { port: 0, what: 'the handler', option: 'none' });
});
afterAll(async () => {
  process.off('unhandledRejection', noteUnhandled);
  jest.restoreAllMocks();
  await closeServer(server as Parameters<typeof closeServer>[0]);
});

const PATHS = ['/documents', '/tasks/process-document', '/tasks/check-document'];
const TOKEN = withRemovedSignature(GOOD_HEADER, claimsOf(INVOKER));
const BODY = JSON.stringify(task);
const DECLARED = `Content-Length: ${BODY.length + 1}\r\n\r\n`;
const CHUNKED = 'Transfer-Encoding: chunked\r\n\r\n';

/** How a body that is whole JSON by itself can end before its time. */
const CUTS: [string, string][] = [
  ['before its first byte', DECLARED],
  ['a byte before its declared length', DECLARED + BODY],
  ['before its first chunk', CHUNKED],
  ['in a chunk', `${CHUNKED}ffff\r\n${BODY}`],
  ['after a chunk, without the last one', `${CHUNKED}${BODY.length.toString(16)}\r\n${BODY}\r\n`],
];
const ENDINGS = ['destroy', 'resetAndDestroy', 'end'] as const;

const cases = PATHS.flatMap((path) =>
  CUTS.flatMap(([cut, sent]) => ENDINGS.map((how) => [path, cut, how, sent] as const)),
);

test.each(cases)(
  '%s, a body that ends %s by %s: refused, nothing changed, nothing logged',
  async (path, _cut, how, sent) => {
    answered = Promise.withResolvers();
    const arrived = once(server, 'request');
    const socket = createConnection({ port, host: '127.0.0.1' });
    socket.on('error', () => {});
    const head = [`POST ${path} HTTP/1.1`, 'Host: documents-1.us-central1.run.app', `Authorization: Bearer ${TOKEN}`];
    socket.write(`${head.join('\r\n')}\r\n${sent}`);
    const [, response] = await arrived;
    const closed = response.closed ? undefined : once(response, 'close');
    socket[how]();
    expect(await answered.promise).toBe(400);
    await closed;
    // Nobody reads what the server says last: by itself a half-closed socket would stay, and hold the process.
    socket.destroy();
    expect({ changes, log, unhandled, complaints: complaints.mock.calls }).toEqual({
      changes: [],
      log: [],
      unhandled: [],
      complaints: [],
    });
  },
);
