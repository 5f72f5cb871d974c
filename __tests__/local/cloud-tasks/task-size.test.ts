import { protos } from '@google-cloud/tasks';
import fc from 'fast-check';
import type { NewTask } from '../../../local/cloud-tasks/task.ts';
import { bytesOf } from '../../../local/cloud-tasks/task-body.ts';
import { taskSizeBytes } from '../../../local/cloud-tasks/task-size.ts';

const { Task } = protos.google.cloud.tasks.v2;

/** The size as protobufjs encodes the very task. */
function encodedSize({ name, httpRequest, scheduleTime, createTime, dispatchDeadlineMs }: NewTask): number {
  const { url, headers, body, authorization } = httpRequest;
  const token = authorization && { ...authorization };
  const message = Task.create({
    name,
    httpRequest: {
      url,
      httpMethod: httpRequest.httpMethod,
      headers: { ...headers, 'User-Agent': 'Google-Cloud-Tasks' },
      ...(body && { body: bytesOf(body) }),
      ...(token?.kind === 'oidc' && { oidcToken: token }),
      ...(token?.kind === 'oauth' && { oauthToken: token }),
    },
    scheduleTime: time(scheduleTime),
    createTime: { seconds: Math.floor(createTime / 1000) },
    dispatchDeadline: time(dispatchDeadlineMs),
  });
  return Task.encode(Task.fromObject(message)).finish().length;
}

function time(ms: number) {
  const seconds = Math.floor(ms / 1000);
  const nanos = Math.round((ms - seconds * 1000) * 1e6);
  return { ...(seconds && { seconds }), ...(nanos && { nanos }) };
}

test('is exactly the size of the stored proto, with the header that Cloud Tasks adds, for any task', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 });
  const task: fc.Arbitrary<NewTask> = fc.record({
    name: text,
    httpRequest: fc.record(
      {
        url: text,
        httpMethod: fc.constantFrom('POST' as const, 'PUT' as const),
        headers: fc.dictionary(text, text, { maxKeys: 5 }),
        body: fc.uint8Array({ minLength: 1, maxLength: 20_000 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
        authorization: fc.oneof(
          fc.record({ kind: fc.constant('oidc' as const), serviceAccountEmail: text, audience: text }),
          fc.record({ kind: fc.constant('oauth' as const), serviceAccountEmail: text, scope: text }),
        ),
      },
      { requiredKeys: ['url', 'httpMethod', 'headers'] },
    ),
    scheduleTime: fc.integer({ min: 0, max: 4e12 }),
    createTime: fc.integer({ min: 1000, max: 4e12 }),
    dispatchDeadlineMs: fc.integer({ min: 15_000, max: 1_800_000 }),
  });
  fc.assert(fc.property(task, (any) => expect(taskSizeBytes(any)).toBe(encodedSize(any))));
});
