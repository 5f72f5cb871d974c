import fc from 'fast-check';
import { CloudTasksError } from '../../../local/cloud-tasks/errors.ts';
import type { HttpRequestMessage, TaskMessage } from '../../../local/cloud-tasks/messages.ts';
import { HTTP_METHODS } from '../../../local/cloud-tasks/task.ts';
import { acceptTask } from '../../../local/cloud-tasks/task-rules.ts';
import { MAX_TASK_BYTES, taskSizeBytes } from '../../../local/cloud-tasks/task-size.ts';
import { webUrl } from '../../arbitrary-text.ts';
import { HOUR, QUEUE, thrownBy } from './vocabulary.ts';

const NOW = Date.UTC(2030, 0, 1);
const URL_OF_TARGET = 'https://target.example/work';

const accept = (task: TaskMessage) => acceptTask(task, QUEUE, NOW, () => '4711');
const withRequest = (request: HttpRequestMessage) => accept({ httpRequest: { url: URL_OF_TARGET, ...request } });

test("fills in Cloud Tasks' defaults", () => {
  expect(accept({ httpRequest: { url: URL_OF_TARGET } })).toEqual({
    name: `${QUEUE}/tasks/4711`,
    httpRequest: { url: URL_OF_TARGET, httpMethod: 'POST', headers: {} },
    scheduleTime: NOW,
    createTime: NOW,
    dispatchDeadlineMs: 600_000,
  });
});

describe('refuses, saying why', () => {
  const other = `${QUEUE}-other`;
  const request = { url: URL_OF_TARGET };
  const rows: [what: string, task: TaskMessage, message: string][] = [
    ['no target', {}, 'Task.httpRequest is required: a task must say where it is sent.'],
    ['no URL', { httpRequest: {} }, 'HttpRequest.url is required.'],
    ...['www.example.com', 'ftp://example.com', '//example.com'].map((url): [string, TaskMessage, string] => [
      `the URL ${url}`,
      { httpRequest: { url } },
      "HttpTarget.url must start with 'http://' or 'https://'.",
    ]),
    [
      'a URL of nothing',
      { httpRequest: { url: 'http://' } },
      "HttpRequest.url must be a valid URL; received 'http://'.",
    ],
    [
      'a URL of 2,084 characters',
      { httpRequest: { url: `http://h/${'a'.repeat(2075)}` } },
      'HttpRequest.url must be at most 2083 characters after encoding; received 2084.',
    ],
    [
      'a deadline of 14.999 s',
      { httpRequest: request, dispatchDeadline: 14_999 },
      'Task.dispatchDeadline must be between [15s, 30m].',
    ],
    [
      'a deadline over 30 min',
      { httpRequest: request, dispatchDeadline: 1_800_001 },
      'Task.dispatchDeadline must be between [15s, 30m].',
    ],
    [
      'a schedule time over 720 h ahead',
      { httpRequest: request, scheduleTime: NOW + 720 * HOUR + 690 },
      'The Task.scheduleTime, 2030-01-30T16:00:00.69-08:00, is too far in the future. Schedule time must be no more than 720h in the future.',
    ],
    [
      'a task of another queue',
      { name: `${other}/tasks/a`, httpRequest: request },
      `The queue name from request ('${QUEUE}') must be the same as the queue name in the named task ('${other}').`,
    ],
    [
      'a task id with spaces',
      { name: `${QUEUE}/tasks/not a valid id`, httpRequest: request },
      'Task ID "not a valid id" can contain only letters ([A-Za-z]), numbers ([0-9]), hyphens (-), or underscores (_). ' +
        'Task ID must between 1 and 500 characters.',
    ],
    [
      'a task id that is behind a slash',
      { name: `${QUEUE}/tasks//-`, httpRequest: request },
      'Task ID "/-" can contain only letters ([A-Za-z]), numbers ([0-9]), hyphens (-), or underscores (_). ' +
        'Task ID must between 1 and 500 characters.',
    ],
    [
      'a short name',
      { name: 'a', httpRequest: request },
      'Task name must be formatted: "projects/<PROJECT_ID>/locations/<LOCATION_ID>/queues/<QUEUE_ID>/tasks/<TASK_ID>"',
    ],
    [
      'a body with GET',
      { httpRequest: { ...request, httpMethod: 'GET', body: Buffer.from('x') } },
      'HttpRequest.body is only allowed with POST, PUT or PATCH; received GET.',
    ],
    [
      'headers of 80 KB',
      { httpRequest: { ...request, headers: { a: 'b'.repeat(80 * 1024 - 1) } } },
      'HttpRequest.headers must be less than 80KB; received 81920 bytes.',
    ],
    [
      'a header that would start another one',
      { httpRequest: { ...request, headers: { 'x-a': 'b\r\nx-evil: 1' } } },
      "HttpRequest.headers must be valid HTTP headers; received 'x-a: b??x-evil: 1'.",
    ],
    [
      'a token without an account',
      { httpRequest: { ...request, oidcToken: { audience: 'x' } } },
      "OidcToken.serviceAccountEmail must be an email; received ''.",
    ],
    [
      'two kinds of token',
      { httpRequest: { ...request, oidcToken: {}, oauthToken: {} } },
      'HttpRequest takes either oidcToken or oauthToken; received both.',
    ],
  ];
  test.each(rows)('%s', (_what, task, message) => {
    expect(thrownBy(() => accept(task))).toMatchObject({ code: 'INVALID_ARGUMENT', message });
  });

  test('an App Engine target, which is not implemented', () => {
    expect(thrownBy(() => accept({ appEngineHttpRequest: {} }))).toMatchObject({
      code: 'UNIMPLEMENTED',
      message:
        'App Engine targets are not supported: there is no App Engine here. Use Task.httpRequest with the full URL.',
    });
  });

  test('the byte that is too many, and not the one before', () => {
    const withBody = (bytes: number) => withRequest({ body: Buffer.alloc(bytes) });
    const largest = 1_000_000 + MAX_TASK_BYTES - taskSizeBytes(withBody(1_000_000));
    expect(taskSizeBytes(withBody(largest))).toBe(1_048_569);
    expect(thrownBy(() => withBody(largest + 1))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'Task size too large',
    });
  });
});

describe('accepts', () => {
  test('the ends of the ranges', () => {
    const httpRequest = { url: `http://h/${'a'.repeat(2074)}` };
    expect(accept({ httpRequest, dispatchDeadline: 15_000 }).dispatchDeadlineMs).toBe(15_000);
    expect(accept({ httpRequest, dispatchDeadline: 1_800_000 }).dispatchDeadlineMs).toBe(1_800_000);
    expect(accept({ httpRequest, scheduleTime: NOW + 720 * HOUR }).scheduleTime).toBe(NOW + 720 * HOUR);
  });

  test('a URL with a bad escape (recorded)', () => {
    expect(withRequest({ url: 'http://target.example/%zz' }).httpRequest.url).toBe('http://target.example/%zz');
  });

  test('a time in the past as now', () => {
    expect(accept({ httpRequest: { url: URL_OF_TARGET }, scheduleTime: 0 }).scheduleTime).toBe(NOW);
  });

  test('a time down to the microsecond', () => {
    expect(accept({ httpRequest: { url: URL_OF_TARGET }, scheduleTime: NOW + 1.2349 }).scheduleTime).toBeCloseTo(
      NOW + 1.234,
      3,
    );
  });

  test('headers in the case they were written in, without those that Cloud Tasks sets itself', () => {
    const headers = {
      'X-Mixed-Case': 'kept',
      'content-type': 'application/json',
      Host: 'evil.example',
      'user-agent': 'me',
      'Content-Length': '1',
      'X-Google-Secret': '1',
      'x-appengine-queuename': 'q',
      'X-CloudTasks-TaskRetryCount': '99',
    };
    expect(withRequest({ headers }).httpRequest.headers).toEqual({
      'X-Mixed-Case': 'kept',
      'content-type': 'application/json',
    });
  });

  test("the caller's Authorization, unless the task asks for a token", () => {
    const headers = { authorization: 'Basic eA==' };
    expect(withRequest({ headers }).httpRequest.headers).toEqual(headers);
    const signed = withRequest({ headers, oidcToken: { serviceAccountEmail: 'a@b', audience: 'https://aud' } });
    expect(signed.httpRequest).toMatchObject({
      headers: {},
      authorization: { kind: 'oidc', serviceAccountEmail: 'a@b', audience: 'https://aud' },
    });
  });
});

test('answers any task with a task or a clear refusal, never with a crash', () => {
  const anything: fc.Arbitrary<TaskMessage> = fc.record(
    {
      name: fc.oneof(
        fc.string(),
        fc.string().map((id) => `${QUEUE}/tasks/${id}`),
      ),
      httpRequest: fc.record(
        {
          url: fc.oneof(
            fc.string(),
            webUrl,
            fc.string().map((rest) => `https://${rest}`),
          ),
          httpMethod: fc.constantFrom(...HTTP_METHODS),
          headers: fc.dictionary(fc.string(), fc.string()),
          body: fc.uint8Array(),
          oidcToken: fc.record({ serviceAccountEmail: fc.string(), audience: fc.string() }, { requiredKeys: [] }),
        },
        { requiredKeys: [] },
      ),
      scheduleTime: fc.double({ noNaN: true, min: -6e13, max: 2.5e14 }),
      dispatchDeadline: fc.double({ noNaN: true, min: -3e14, max: 3e14 }),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(anything, (task) => {
      try {
        expect(accept(task).name).toMatch(/\/tasks\/[A-Za-z0-9_-]+$/);
      } catch (error) {
        expect(error).toBeInstanceOf(CloudTasksError);
        expect((error as Error).message).not.toMatch(/[^\x20-\x7e…]/);
      }
    }),
    { numRuns: 1000 },
  );
});
