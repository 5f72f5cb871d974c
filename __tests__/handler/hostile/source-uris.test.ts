import { createServer } from 'node:http';
import fc from 'fast-check';
import { CloudStorage } from '../../../google/cloud-storage.ts';
import { closeServer, listen } from '../../../local/listen.ts';
import { systemClock } from '../../../time/clock.ts';
import { anyCharacter } from '../../arbitrary-text.ts';
import { DOCUMENTS } from '../handler-in-memory.ts';
import { hostileApp } from './hostile-app.ts';
import { requestAs } from './requests.ts';
import { CALLER } from './tokens.ts';

/** The API's calls that were asked for, as a server sees them. */
const calls: string[] = [];
const server = createServer((request, response) => {
  calls.push(String(request.url));
  response.writeHead(404).end();
});
let port: number;
beforeAll(async () => {
  port = await listen(server, { port: 0, what: 'Cloud Storage', option: 'none' });
});
afterAll(() => closeServer(server));

const trick = fc.constantFrom(
  '..',
  '.',
  '/',
  '//',
  '%2e%2e',
  '%2F',
  '\\',
  '?',
  '#',
  '&',
  '=',
  ';',
  '\0',
  '\u2028',
  '\ud800',
  '\udc00',
  '💩',
  '%',
  '%zz',
  '+',
  ' ',
  '/o/',
  'o?alt=media',
  '@',
  ':',
);
const object = fc.oneof(
  fc.array(trick, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('')),
  fc.string({ unit: anyCharacter, minLength: 1, maxLength: 200 }).filter((text) => !/[\r\n]/.test(text)),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 50 }).filter((text) => !/[\r\n]/.test(text)),
  fc.constantFrom('..', '.', '../x', 'x/../../y', 'a'.repeat(1024)),
);

test('whatever an object is called, only that object is asked for', async () => {
  const store = new CloudStorage({
    clock: systemClock,
    random: () => 0,
    accessToken: async () => 't0ken',
    baseUrl: `http://127.0.0.1:${port}`,
  });
  const { expectRefusal } = hostileApp({ acceptRemovedSignature: true, store });
  const property = fc.asyncProperty(object, async (name) => {
    calls.length = 0;
    const sourceUri = `gs://${DOCUMENTS}/${name}`;
    await expectRefusal(requestAs(CALLER, 'POST', '/documents', { body: JSON.stringify({ sourceUri }) }), 400, 422);
    for (const call of calls) {
      const [path] = call.split('?');
      expect(path).toMatch(/^\/storage\/v1\/b\/p-documents\/o\/[^/]+$/);
      expect(decodeURIComponent(String(path).split('/').at(-1) ?? '')).toBe(name);
    }
  });
  await fc.assert(property, { seed: 5, numRuns: 400 });
});
