import fc from 'fast-check';
import { hostileApp } from './hostile-app.ts';
import { requestAs } from './requests.ts';
import { AUDIENCE, CALLER, claimsOf, GOOD_HEADER, INVOKER, signedByStranger, withRemovedSignature } from './tokens.ts';

const { app, task, log, expectRefusal } = hostileApp({ acceptRemovedSignature: true });

const value = fc.oneof(
  fc.stringMatching(/^[\x21-\x7e][\x20-\x7e]{0,40}$/),
  fc.constantFrom(
    '',
    '0',
    '-1',
    '1e9',
    'NaN',
    'Infinity',
    '9'.repeat(400),
    'true',
    '__proto__',
    INVOKER,
    '127.0.0.1',
    'é',
    '%{jndi:ldap://x}',
  ),
);
const name = fc.constantFrom(
  'X-CloudTasks-TaskName',
  'X-CloudTasks-QueueName',
  'X-CloudTasks-TaskRetryCount',
  'X-CloudTasks-TaskExecutionCount',
  'X-Forwarded-For',
  'X-Forwarded-Host',
  'X-Forwarded-Proto',
  'X-Forwarded-Email',
  'X-Goog-Authenticated-User-Email',
  'X-Goog-IAP-JWT-Assertion',
  'X-Original-URL',
  'X-Rewrite-URL',
  'X-HTTP-Method-Override',
  'X-Serverless-Authorization',
  'Proxy-Authorization',
  'Cookie',
  'Forwarded',
  'Origin',
  'Accept',
  'Content-Type',
  'Content-Encoding',
  'Transfer-Encoding',
  'Expect',
  'Traceparent',
  'X-Cloud-Trace-Context',
);
const headers = fc.array(fc.tuple(name, value), { maxLength: 8 });
/** What Cloud Tasks itself sends. */
const GENUINE = {
  'User-Agent': 'Google-Cloud-Tasks',
  'X-CloudTasks-QueueName': 'documents',
  'X-CloudTasks-TaskName': '1',
};

test('no header makes a stranger the invoker', async () => {
  const property = fc.asyncProperty(headers, fc.constantFrom('process', 'check'), async (extra, kind) => {
    const init = { body: JSON.stringify({ ...task, round: 0 }), headers: [...Object.entries(GENUINE), ...extra] };
    const request = requestAs(CALLER, 'POST', `/tasks/${kind}-document`, init);
    // A stranger's own token counts only where it is the one that was checked.
    await expectRefusal(request, request.headers.has('X-Serverless-Authorization') ? 401 : 403);
    request.headers.delete('Authorization');
    await expectRefusal(new Request(request, { body: JSON.stringify(task), duplex: 'half' } as RequestInit), 401);
  });
  await fc.assert(property, { seed: 4, numRuns: 700 });
});

test('several tokens are none', async () => {
  const good = `Bearer ${withRemovedSignature(GOOD_HEADER, claimsOf(INVOKER))}`;
  const other = fc.oneof(
    fc.constantFrom(good, 'Basic YTpi', '', `Bearer ${signedByStranger(GOOD_HEADER, claimsOf(INVOKER))}`),
    value,
  );
  const property = fc.asyncProperty(other, fc.boolean(), async (second, first) => {
    const all = new Headers();
    for (const one of first ? [good, second] : [second, good]) all.append('Authorization', one);
    const body = JSON.stringify(task);
    await expectRefusal(new Request(`${AUDIENCE}/tasks/process-document`, { method: 'POST', body, headers: all }), 401);
  });
  await fc.assert(property, { seed: 4, numRuns: 300 });
});

test("a trace that is none, or another project's, stays out of the log", async () => {
  const property = fc.asyncProperty(value, value, async (traceparent, context) => {
    log.length = 0;
    await app.fetch(
      requestAs(INVOKER, 'POST', '/tasks/check-document', {
        body: 'x',
        headers: { traceparent, 'X-Cloud-Trace-Context': context },
      }),
    );
    expect(log.join()).not.toContain('trace');
  });
  await fc.assert(property, { seed: 4, numRuns: 200 });
});

test.each(['-1', '1.5', 'NaN', 'Infinity', '1e9', '0x10', '', 'x', '4, 4', '9'.repeat(20)])(
  'the retry count %j is none: the attempt counts as the first and not as the last',
  async (count) => {
    const unreadable = hostileApp({ acceptRemovedSignature: true });
    const sourceUri = 'gs://p-documents/gone.txt';
    const failing = { ...unreadable.task, documentId: 'a1', sourceUri };
    const init = { body: JSON.stringify(failing), headers: { 'X-CloudTasks-TaskRetryCount': count } };
    await unreadable.app.fetch(requestAs(INVOKER, 'POST', '/tasks/process-document', init));
    expect(unreadable.log[0]).toContain('"attempt":1,');
  },
);
