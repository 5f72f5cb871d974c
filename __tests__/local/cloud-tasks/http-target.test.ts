import type { AttemptRequest } from '../../../local/cloud-tasks/attempt.ts';
import { type CloudTasks, startCloudTasks } from '../../../local/cloud-tasks/cloud-tasks.ts';
import { overriddenUrl } from '../../../local/cloud-tasks/http-target.ts';
import { officialClient } from './clients.ts';
import { LOCATION, QUEUE, response } from './vocabulary.ts';

describe('a URL with overrides (reference: UriOverride)', () => {
  const TASK = 'http://task.example:81/path?a=1';
  test.each<[override: Parameters<typeof overriddenUrl>[1], url: string, result: string]>([
    [{}, TASK, TASK],
    [{ scheme: 'HTTPS' }, TASK, 'https://task.example:81/path?a=1'],
    [{ host: 'queue.example' }, TASK, 'http://queue.example:81/path?a=1'],
    [{ port: 8080 }, TASK, 'http://task.example:8080/path?a=1'],
    [{ port: 0 }, TASK, 'http://task.example/path?a=1'],
    [{ pathOverride: { path: '/other' } }, TASK, 'http://task.example:81/other?a=1'],
    [{ pathOverride: {} }, TASK, 'http://task.example:81/?a=1'],
    [{ queryOverride: { queryParams: 'b=2' } }, TASK, 'http://task.example:81/path?b=2'],
    [{ queryOverride: {} }, TASK, 'http://task.example:81/path'],
    [
      {
        uriOverrideEnforceMode: 'IF_NOT_EXISTS',
        scheme: 'HTTPS',
        host: 'queue.example',
        port: 8080,
        pathOverride: { path: '/other' },
      },
      TASK,
      TASK,
    ],
    [
      { uriOverrideEnforceMode: 'IF_NOT_EXISTS', port: 8080, pathOverride: { path: '/other' } },
      'http://task.example',
      'http://task.example:8080/other',
    ],
    [{ host: 'queue.example' }, '', 'https://queue.example/'],
    [{ scheme: 'HTTP', host: 'queue.example', pathOverride: { path: '/p' } }, '', 'http://queue.example/p'],
  ])('%j over %j', (override, url, result) => {
    expect(overriddenUrl(url, override)).toBe(result);
  });
});

describe('a queue with a target', () => {
  let tasks: CloudTasks;
  let sent: AttemptRequest[];

  beforeEach(async () => {
    sent = [];
    const send = async (request: AttemptRequest) => {
      sent.push(request);
      return response(200);
    };
    tasks = await startCloudTasks({ send });
  });

  afterEach(() => tasks.close());

  async function rest(method: string, path: string, body?: object) {
    const answer = await fetch(`${tasks.url}/v2/${path}`, { method, ...(body && { body: JSON.stringify(body) }) });
    // biome-ignore lint/suspicious/noExplicitAny: as a plain HTTP client sees it.
    return { status: answer.status, json: (await answer.json()) as any };
  }

  const createQueue = (httpTarget: object) => rest('POST', `${LOCATION}/queues`, { name: QUEUE, httpTarget });
  const uriOverride = { host: 'queue.example', pathOverride: { path: '/work' } };

  test('buffer makes a task of a body alone', async () => {
    await createQueue({ uriOverride, headerOverrides: [{ header: { key: 'X-Queue', value: 'yes' } }] });
    const body = { contentType: 'text/plain', data: Buffer.from('hi').toString('base64') };
    const { status, json } = await rest('POST', `${QUEUE}/tasks:buffer`, { body });
    expect({ status, json }).toMatchObject({
      status: 200,
      json: { task: { name: expect.stringMatching(/\/tasks\/\d+$/) } },
    });
    await tasks.drain();
    expect(sent).toMatchObject([
      {
        method: 'POST',
        url: 'https://queue.example/work',
        headers: { 'Content-Type': 'text/plain', 'X-Queue': 'yes' },
      },
    ]);
    expect(sent[0]?.body).toEqual(Buffer.from('hi'));
  });

  test('buffer with an id of its own, and without any body', async () => {
    await createQueue({ uriOverride });
    expect((await rest('POST', `${QUEUE}/tasks/mine:buffer`)).json.task.name).toBe(`${QUEUE}/tasks/mine`);
    expect((await rest('POST', `${QUEUE}/tasks/mine:buffer`)).status).toBe(409);
  });

  test('buffer needs a queue that knows where to', async () => {
    await createQueue({ httpMethod: 'PUT' });
    expect((await rest('POST', `${QUEUE}/tasks:buffer`, {})).json.error).toEqual({
      code: 400,
      status: 'FAILED_PRECONDITION',
      message: 'BufferTask needs a queue with an httpTarget that has a uriOverride.host; this queue has none.',
    });
  });

  test('the target overrides what a task says, also for tasks that wait already', async () => {
    const oidcToken = { serviceAccountEmail: 'queue@p.iam', audience: 'https://aud' };
    await rest('POST', `${LOCATION}/queues`, { name: QUEUE });
    await rest('POST', `${QUEUE}:pause`, {});
    const httpRequest = { url: 'https://task.example/old', httpMethod: 'POST', body: 'aGk=' };
    await rest('POST', `${QUEUE}/tasks`, { task: { httpRequest } });
    await rest('PATCH', `${QUEUE}?updateMask=httpTarget`, {
      httpTarget: { uriOverride, httpMethod: 'GET', oidcToken },
    });
    await rest('POST', `${QUEUE}:resume`, {});
    await tasks.drain();
    expect(sent).toMatchObject([
      { method: 'GET', url: 'https://queue.example/work', authorization: { kind: 'oidc', audience: 'https://aud' } },
    ]);
    // With GET the task's own body is left out (reference: HttpTarget.http_method).
    expect(sent[0]).not.toHaveProperty('body');
  });

  test('a mask changes one part, and no mask takes all away', async () => {
    const created = await createQueue({ uriOverride: { ...uriOverride, port: '8080' }, httpMethod: 'PUT' });
    expect(created.json.httpTarget).toEqual({ uriOverride: { ...uriOverride, port: '8080' }, httpMethod: 'PUT' });
    const changed = await rest('PATCH', `${QUEUE}?updateMask=http_target.http_method`, {
      httpTarget: { httpMethod: 'POST' },
    });
    expect(changed.json.httpTarget).toMatchObject({ uriOverride, httpMethod: 'POST' });
    expect((await rest('PATCH', QUEUE, {})).json).not.toHaveProperty('httpTarget');
  });

  test.each([
    [{ uriOverride: { host: '' } }, 'UriOverride.host cannot be empty.'],
    [{ uriOverride: { host: 'a/b' } }, "UriOverride.host must be a host name; received 'a/b'."],
    [{ uriOverride: { port: 65_536 } }, 'UriOverride.port must be from 0 to 65535; received 65536.'],
    [{ headerOverrides: [{ header: { value: 'x' } }] }, 'HttpTarget.headerOverrides must each have a header.key.'],
    [{ oidcToken: { serviceAccountEmail: 'x' } }, "OidcToken.serviceAccountEmail must be an email; received 'x'."],
  ])('%j is refused', async (httpTarget, message) => {
    expect((await createQueue(httpTarget)).json.error).toEqual({ code: 400, status: 'INVALID_ARGUMENT', message });
  });

  test.each(['gRPC', 'REST'] as const)(
    'the official client, which knows no targets, gets such a queue over %s',
    async (wire) => {
      await createQueue({ uriOverride });
      const client = officialClient(wire, tasks.port);
      expect((await client.getQueue({ name: QUEUE }))[0].name).toBe(QUEUE);
      await client.close();
    },
  );
});
