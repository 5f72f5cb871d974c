import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { devNull } from 'node:os';
import { text } from 'node:stream/consumers';
import { accessToken, googleAuth } from '../../google/google-auth.ts';
import { CloudTasksClient } from '../../handler/cloud-tasks-client.ts';
import { CLIENT_SETTINGS } from '../handler/tasks-in-memory.ts';

const DOCUMENT = { documentId: 'a1', sourceUri: 'gs://documents/a.pdf', generation: '7', filename: 'a.pdf' };

/** A metadata server, and a Cloud Tasks that answers as a test says. */
let answer: RequestListener;
const server = createServer((request, response) => {
  if (!request.url?.startsWith('/computeMetadata/')) return answer(request, response);
  response.setHeader('Metadata-Flavor', 'Google').setHeader('Content-Type', 'application/json');
  return response.end('{"access_token":"t0ken","expires_in":3600,"token_type":"Bearer"}');
});
const environment = process.env;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  // Whatever credentials this machine has are not for this server.
  const { GOOGLE_APPLICATION_CREDENTIALS, ...rest } = environment;
  process.env = { ...rest, CLOUDSDK_CONFIG: devNull, GCE_METADATA_HOST: host, CLOUD_TASKS_EMULATOR_HOST: host };
  // Google's client is loaded once: on a busy machine that takes longer than any test may.
  answer = (_request, response) => response.end('{}');
  await new CloudTasksClient(CLIENT_SETTINGS).createDocumentProcessingTask(DOCUMENT);
}, 60_000);
afterAll(() => {
  process.env = environment;
  server.closeAllConnections();
  server.close();
});

test("Google's client sends its tasks with the service's token", async () => {
  const seen: { request: IncomingMessage; body: string }[] = [];
  answer = async (request, response) => {
    const body = await text(request);
    seen.push({ request, body });
    response.end(JSON.stringify({ name: JSON.parse(body).task.name }));
  };
  const { name } = await new CloudTasksClient(CLIENT_SETTINGS).createDocumentProcessingTask(DOCUMENT);
  expect(seen).toHaveLength(2);
  const { request, body } = seen[1] as (typeof seen)[0];
  expect(request.method).toBe('POST');
  expect(request.url).toMatch(/^\/v2\/projects\/p\/locations\/us-central1\/queues\/documents\/tasks\?/);
  expect(request.headers).toMatchObject({
    authorization: 'Bearer t0ken',
    'content-type': 'application/json',
    'x-goog-request-params': expect.stringContaining('parent='),
    'x-goog-api-client': expect.stringContaining('gax/'),
  });
  expect(JSON.parse(body).task).toMatchObject({ name, dispatchDeadline: '600s' });
});

test.each([
  [403, 7, 'The principal lacks IAM permission "cloudtasks.tasks.create".'],
  [401, 16, 'Request had invalid authentication credentials.'],
  [404, 5, 'Queue does not exist.'],
])("%i is an error of Google's client, with its code and words", async (status, code, message) => {
  answer = (request, response) => {
    request.resume();
    response.writeHead(status).end(JSON.stringify({ error: { code: status, message } }));
  };
  const creating = new CloudTasksClient(CLIENT_SETTINGS).createDocumentProcessingTask(DOCUMENT);
  await expect(creating).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
});

test('what is called with it ends with its signal', async () => {
  const controller = new AbortController();
  const reason = new Error('over');
  answer = () => controller.abort(reason);
  const init = { method: 'POST', headers: new Headers(), body: '{}', signal: controller.signal };
  await expect((await googleAuth()).fetch(`http://${process.env.GCE_METADATA_HOST}/v2`, init)).rejects.toBe(reason);
});

test('a connection that is lost is an error', async () => {
  answer = (request) => request.socket.destroy();
  const init = { method: 'POST', headers: new Headers(), body: '{}', signal: new AbortController().signal };
  await expect((await googleAuth()).fetch(`http://${process.env.GCE_METADATA_HOST}/v2`, init)).rejects.toThrow(
    'socket hang up',
  );
});

test('an answer without an end is read no further than any is long', async () => {
  answer = (_request, response) => {
    const more = () => response.write('x'.repeat(2 ** 20));
    response.on('drain', more);
    more();
  };
  const init = { method: 'POST', headers: new Headers(), body: '{}', signal: new AbortController().signal };
  const host = process.env.GCE_METADATA_HOST;
  await expect((await googleAuth()).fetch(`http://${host}/v2`, init)).rejects.toThrow(
    `${host} answered with more than 16777216 bytes.`,
  );
});

test('the token is there for other calls as well', async () => {
  await expect(accessToken()).resolves.toBe('t0ken');
});
