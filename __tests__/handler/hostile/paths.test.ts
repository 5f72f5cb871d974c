import fc from 'fast-check';
import { webPath } from '../../arbitrary-text.ts';
import { hostileApp } from './hostile-app.ts';
import { requestAs } from './requests.ts';
import { AUDIENCE, CALLER, INVOKER } from './tokens.ts';

const { task, expectRefusal, reads } = hostileApp({ acceptRemovedSignature: true });

const trick = fc.oneof(
  fc.constantFrom(
    '..',
    '.',
    '%2e%2e',
    '%2E',
    '%2F',
    '%5C',
    '\\',
    '%00',
    '%0a',
    '%0d%0aX-A:b',
    '%25',
    '%252e%252e%252f',
    '%',
  ),
  fc.constantFrom(
    '%E0%A4%A',
    '%ff',
    '%u002e',
    '；',
    '․․',
    'ａ１',
    '%F0%9F%92%A9',
    '\u202e',
    ';',
    '*',
    ':id',
    '{id}',
    '~',
    '@',
    '$',
  ),
  fc.constantFrom(
    'state',
    'cancel',
    'result',
    'state/6ce14823-a1/0000000.00000.open',
    'p-results',
    '__proto__',
    'constructor',
    'a'.repeat(5000),
  ),
  webPath,
  fc
    .string()
    .map(encodeURIComponent.bind(undefined))
    .filter((text) => text !== ''),
);
const tricks = fc
  .array(trick, { minLength: 1, maxLength: 5 })
  .chain((parts) => fc.constantFrom('', '/', '%2F').map((between) => parts.join(between)));
const query = fc.constantFrom('', '?', '?id=a1', '?id[]=a1&__proto__[x]=1', '#x');

test('no path but its own leads to a document', async () => {
  const property = fc.asyncProperty(tricks, query, async (path, search) => {
    const request = requestAs(CALLER, 'GET', `/documents/${path}${search}`);
    fc.pre(!/^\/(health)?$/.test(new URL(request.url).pathname));
    await expectRefusal(request, 404, 403);
  });
  await fc.assert(property, { seed: 3, numRuns: 1200 });
  // No id comes out of it that would be another folder than a document's own.
  for (const read of reads) expect(read).toMatch(/^p-results\/state\/[0-9a-f]{8}-[\w-]{1,128}\/$/);
});

test('no spelling of the path lets a stranger process a document', async () => {
  const spelling = fc.constantFrom(
    '/tasks/process-document',
    '/tasks/process-document/',
    '//tasks/process-document',
    '/tasks//process-document',
    '/TASKS/process-document',
    '/%74asks/process-document',
    '/tasks%2Fprocess-document',
    '/tasks/%70rocess-document',
    '/x/../tasks/process-document',
    '/tasks/x/%2e%2e/process-document',
    '/tasks/process-document;x',
    '/tasks/process-document?x',
    '/tasks/process-document%00',
    '/health/../tasks/process-document',
    '\\tasks\\process-document',
  );
  const paths = fc.tuple(spelling, fc.oneof(fc.constant(''), trick)).map(([path, end]) => path + end);
  const property = fc.asyncProperty(paths, fc.constantFrom('', 'x@y', INVOKER.toUpperCase(), CALLER), (path, email) => {
    const request = requestAs(email || CALLER, 'POST', path, { body: JSON.stringify(task) });
    return expectRefusal(email ? request : new Request(request, { headers: {} }), 401, 403, 404);
  });
  await fc.assert(property, { seed: 3, numRuns: 600 });
});

test('methods that there are none for are refused', async () => {
  const method = fc.oneof(
    fc.constantFrom('HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE', 'QUERY', 'PROPFIND', 'get', 'patch', 'X'),
    fc.stringMatching(/^[A-Z!#$%&'*+.^_`|~-]{1,30}$/).filter((name) => !/^(CONNECT|TRACE|TRACK|GET|POST)$/i.test(name)),
  );
  const path = fc.constantFrom(
    '/tasks/process-document',
    '/tasks/check-document',
    '/documents',
    '/documents/a1',
    '/documents/a1/result',
    '/documents/a1/cancel',
    '/x',
    '/',
  );
  const property = fc.asyncProperty(method, path, fc.constantFrom('', CALLER, INVOKER), (name, to, email) => {
    const request = requestAs(email || CALLER, name, to);
    return expectRefusal(email ? request : new Request(AUDIENCE + to, { method: name }), 401, 403, 404);
  });
  await fc.assert(property, { seed: 3, numRuns: 500 });
});
