import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, request as send } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { closeServer, listen } from '../../local/listen.ts';
import { type LocalGoogle, startLocalGoogle } from '../../local/local-google.ts';
import type { LocalGoogleOptions } from '../../local/local-google-options.ts';
import type { PushedMessage } from '../../local/pubsub/subscription.ts';
import { Lines } from './cloud-run/lines.ts';
import { isAlive } from './cloud-run/processes.ts';
import { CALLER, INVOKER, PROJECT, QUEUE, RUNTIME, SERVICE_URL, stackJson, writeStack } from './fixtures/stack.ts';

const folder = mkdtempSync(join(tmpdir(), 'local-google-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const start = (options: Partial<LocalGoogleOptions> = {}, json: object = stackJson()) =>
  startLocalGoogle({ stackFile: writeStack(folder, json), variables: { project_id: PROJECT }, ...options });

/** The stack with a service that is a script of one line. */
function runningScript(script: string): object {
  const json = stackJson();
  for (const container of json.resource.google_cloud_run_v2_service.service.template.containers) {
    container.args = ['-e', script];
  }
  return json;
}

/** A task for the service, as a client over REST sends it. */
function createTask(google: LocalGoogle, bearer: string, path = '/tasks/demo', email = INVOKER): Promise<Response> {
  const oidcToken = { serviceAccountEmail: email, audience: google.serviceUrl };
  const httpRequest = { url: `${google.serviceUrl}${path}`, body: Buffer.from('hello').toString('base64'), oidcToken };
  return fetch(`http://${google.addresses.tasks}/v2/${QUEUE}/tasks`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${bearer}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ task: { httpRequest } }),
  });
}

/** An access token of the account that a metadata server speaks for. */
async function tokenFrom(metadataHost: string): Promise<string> {
  const url = `http://${metadataHost}/computeMetadata/v1/instance/service-accounts/default/token`;
  const response = await fetch(url, { headers: { 'Metadata-Flavor': 'Google' } });
  return ((await response.json()) as { access_token: string }).access_token;
}

interface Echo {
  headers: Record<string, string>;
  environment: Record<string, string>;
  argv: string[];
  body: string;
}

describe('a running local Google', () => {
  const lines = new Lines();
  const attempts: number[] = [];
  let google: LocalGoogle;
  let echo: Echo;

  beforeAll(async () => {
    google = await start({
      mutationLimit: true,
      onLog: lines.add,
      onAttempt: ({ answer }) => attempts.push(answer.kind === 'response' ? answer.status : 0),
    });
    const token = await google.idToken({ email: CALLER, audience: SERVICE_URL });
    const response = await fetch(google.frontDoorUrl, { headers: { Authorization: `Bearer ${token}` } });
    echo = (await response.json()) as Echo;
  });
  afterAll(() => google.close());

  test("the service has the stack's environment, Cloud Run's and the way to the local Google, and nothing else", () => {
    expect(echo.environment).toEqual({
      QUEUE: 'demo',
      URL: SERVICE_URL,
      HOST: '127.0.0.1',
      K_SERVICE: 'demo',
      K_REVISION: 'demo-00001-loc',
      K_CONFIGURATION: 'demo',
      PORT: expect.stringMatching(/^\d+$/),
      PATH: process.env.PATH,
      HOME: expect.stringContaining('local-google-'),
      CLOUD_TASKS_EMULATOR_HOST: google.addresses.tasks,
      STORAGE_EMULATOR_HOST: `http://${google.addresses.storage}`,
      PUBSUB_EMULATOR_HOST: google.addresses.storage,
      GCE_METADATA_HOST: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      OIDC_JWKS_URL: `http://${google.addresses.storage}/oauth2/v3/certs`,
    });
  });

  test('the service runs from a volume with the object of its bucket', () => {
    expect(echo.argv[1]).toBe(join(echo.environment.HOME as string, `${PROJECT}-code`, 'handler.mjs'));
  });

  test("the service's identity may write where the stack lets it, and nowhere else", async () => {
    const token = await tokenFrom(echo.environment.GCE_METADATA_HOST as string);
    const upload = (bucket: string) =>
      fetch(`${google.environment.STORAGE_EMULATOR_HOST}/upload/storage/v1/b/${bucket}/o?uploadType=media&name=n`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}` },
        body: 'x',
      });
    expect((await upload(`${PROJECT}-results`)).status).toBe(200);
    expect(google.storage.get(`${PROJECT}-results`, 'n').content.toString()).toBe('x');
    expect((await upload(`${PROJECT}-code`)).status).toBe(403);
  });

  test('Cloud Storage refuses a second change of one object within a second, where that is asked for', () => {
    google.storage.insert(`${PROJECT}-results`, 'twice', 'x');
    expect(() => google.storage.insert(`${PROJECT}-results`, 'twice', 'x')).toThrow(/exceeded the rate limit/);
  });

  test("a task of the service's identity comes back to it with the invoker's token", async () => {
    const response = await createTask(google, await tokenFrom(echo.environment.GCE_METADATA_HOST as string));
    expect(response.status).toBe(200);
    await google.tasks.drain();
    const { name } = (await response.json()) as { name: string };
    const answers = google.tasks.attempts(name).map(({ answer }) => answer);
    expect(answers).toEqual([expect.objectContaining({ kind: 'response', status: 200 })]);
    const [answer] = answers as { body: Uint8Array }[];
    const { headers, body } = JSON.parse(Buffer.from(answer?.body ?? []).toString()) as Echo;
    const [, claims] = (headers.authorization ?? '').split('.');
    expect(JSON.parse(Buffer.from(claims as string, 'base64url').toString())).toMatchObject({
      email: INVOKER,
      aud: SERVICE_URL,
    });
    expect(headers.host).toBe(new URL(SERVICE_URL).host);
    expect(headers['x-cloudtasks-queuename']).toBe('demo');
    expect(body).toBe('hello');
    expect(attempts).toEqual([200]);
  });

  test('a task with an account that does not exist is refused', async () => {
    const response = await createTask(google, google.ownerToken(), '/', `nobody@${PROJECT}.iam.gserviceaccount.com`);
    expect(response.status).toBe(404);
  });

  test('a token for another audience does not get in', async () => {
    const token = await google.idToken({ email: CALLER, audience: google.frontDoorUrl });
    expect((await fetch(google.frontDoorUrl, { headers: { Authorization: `Bearer ${token}` } })).status).toBe(401);
  });

  test('the runtime identity may not call its own service', async () => {
    const token = await google.idToken({ email: RUNTIME, audience: SERVICE_URL });
    expect((await fetch(google.frontDoorUrl, { headers: { Authorization: `Bearer ${token}` } })).status).toBe(403);
    await lines.until(`403 for GET /: ${RUNTIME} has no roles/run.invoker on the service`);
  });

  test("the environment points a developer's clients here, as the owner", async () => {
    const { environment } = google;
    expect(environment).toMatchObject({ GOOGLE_CLOUD_PROJECT: PROJECT, GCE_METADATA_HOST: google.addresses.metadata });
    const token = await tokenFrom(google.addresses.metadata);
    const headers = { Authorization: `Bearer ${token}` };
    expect((await fetch(`${environment.STORAGE_EMULATOR_HOST}/storage/v1/b/${PROJECT}-code`, { headers })).status).toBe(
      200,
    );
  });

  describe('out of reach of web pages', () => {
    /** What a browser sends for a page, over a connection of its own. */
    async function asPage(
      host: string,
      path: string,
      headers: Record<string, string>,
      body?: string,
    ): Promise<Response> {
      const [hostname, port] = host.split(':');
      const method = body === undefined ? 'GET' : 'POST';
      const request = send({ hostname, port, path, method, headers, agent: false }).end(body);
      const [answer] = (await once(request, 'response')) as [IncomingMessage];
      return new Response(await new Response(answer as never).text(), { status: answer.statusCode as number });
    }
    const EVIL = { Origin: 'https://evil.example', 'Content-Type': 'text/plain' };

    test('a page whose name leads here gets neither a token nor a listing', async () => {
      const rebound = (address: string) => `evil.example:${address.split(':')[1]}`;
      const { metadata, storage } = google.addresses;
      const token = await asPage(metadata, '/computeMetadata/v1/instance/service-accounts/default/token', {
        Host: rebound(metadata),
        'Metadata-Flavor': 'Google',
      });
      expect([token.status, await token.text()]).toEqual([
        403,
        `Refused: this server is localhost:${metadata.split(':')[1]}; received a request for the host "${rebound(metadata)}".\n`,
      ]);
      const listing = await asPage(storage, `/storage/v1/b/${PROJECT}-code/o`, {
        Host: rebound(storage),
        Authorization: `Bearer ${google.ownerToken()}`,
      });
      expect(listing.status).toBe(403);
    });

    test('a page of another site neither creates a task nor purges a queue', async () => {
      const url = 'http://127.0.0.1:1/';
      const headers = { Authorization: `Bearer ${google.ownerToken()}`, ...EVIL };
      const task = JSON.stringify({ task: { httpRequest: { url, headers: { 'Metadata-Flavor': 'Google' } } } });
      for (const [path, body] of [
        [`/v2/${QUEUE}/tasks`, task],
        [`/v2/${QUEUE}:purge`, ''],
      ] as const) {
        const answer = await asPage(google.addresses.tasks, path, headers, body);
        expect([answer.status, await answer.text()]).toEqual([
          403,
          'Refused: web pages of other origins may not call this server; received the origin "https://evil.example".\n',
        ]);
      }
      const queue = google.tasks.call('GetQueue', { name: QUEUE }, `Bearer ${google.ownerToken()}`);
      expect([queue.size, queue.purgeTime]).toEqual([0, undefined]);
    });

    test('the front door takes no page without a token for a caller', async () => {
      const answer = await asPage(google.addresses.run, '/', EVIL, 'x');
      expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining('"https://evil.example"')]);
    });
  });

  test('tokens verify with the keys at OIDC_JWKS_URL', async () => {
    const keys = createRemoteJWKSet(new URL(google.environment.OIDC_JWKS_URL as string));
    const { payload } = await jwtVerify(await google.idToken({ email: CALLER, audience: 'a' }), keys, {
      audience: 'a',
    });
    expect(payload.email).toBe(CALLER);
  });
});

test('nothing runs, listens or lies about after it was closed', async () => {
  const program =
    'console.log(process.cwd()); require("node:http").createServer((_, r) => r.end()).listen(process.env.PORT)';
  const lines = new Lines();
  const google = await start({ onLog: lines.add }, runningScript(program));
  await lines.until('local-google-');
  const pids = google.instancePids();
  expect(pids).toHaveLength(1);
  expect(pids.map(isAlive)).toEqual([true]);
  await google.close();
  expect(pids.map(isAlive)).toEqual([false]);
  for (const address of Object.values(google.addresses)) {
    await expect(fetch(`http://${address}/`)).rejects.toThrow('fetch failed');
  }
  expect(lines.all.map((line) => existsSync(line))).toEqual([false]);
});

test("a developer of one's own has tokens of that account", async () => {
  const google = await start({ developer: CALLER });
  const url = `http://${google.addresses.metadata}/computeMetadata/v1/instance/service-accounts/default/email`;
  expect(await (await fetch(url, { headers: { 'Metadata-Flavor': 'Google' } })).text()).toBe(CALLER);
  await google.close();
});

test('with a folder for its data, objects and tasks are there at the next start', async () => {
  const data = join(folder, 'data');
  const first = await start({ data });
  const bearer = `Bearer ${first.ownerToken()}`;
  const name = `${QUEUE}/tasks/later`;
  const task = { name, httpRequest: { url: 'http://127.0.0.1:1/' }, scheduleTime: Date.now() + 3_600_000 };
  first.tasks.call('CreateTask', { parent: QUEUE, task }, bearer);
  const object = first.storage.insert(`${PROJECT}-code`, 'mine.txt', 'hello');
  await expect(start({ data })).rejects.toThrow(`Process ${process.pid} uses ${join(data, 'cloud-storage')} already`);
  await first.close();

  const second = await start({ data });
  expect(second.storage.get(`${PROJECT}-code`, 'mine.txt')).toEqual(object);
  expect(second.tasks.call('GetTask', { name }, `Bearer ${second.ownerToken()}`).task.name).toBe(name);
  await second.close();
});

test('with a folder for its data, a push that was on its way is repeated once the service is there, and no more', async () => {
  const data = join(folder, 'pushes');
  const topic = `projects/${PROJECT}/topics/told`;
  const pushing = (json: object) => {
    const push_config = {
      push_endpoint: `${SERVICE_URL}/told`,
      oidc_token: { service_account_email: INVOKER, audience: SERVICE_URL },
    };
    const resource = {
      ...(json as { resource: object }).resource,
      google_pubsub_topic: { told: { name: 'told' } },
      google_pubsub_subscription: { told: { name: 'told', topic: 'told', push_config } },
    };
    return { ...json, resource };
  };
  const hanging =
    'require("node:http").createServer((q, r) => q.url === "/told" ? console.log("told") : r.end()).listen(process.env.PORT)';
  const lines = new Lines();
  const first = await start({ data, onLog: lines.add }, pushing(runningScript(hanging)));
  const messageId = first.pubsub.publish(topic, { data: 'aGk=' });
  await lines.until('told');
  await first.close();

  const answered = Promise.withResolvers<PushedMessage>();
  const second = await start({ data, onPush: answered.resolve }, pushing(stackJson()));
  expect(await answered.promise).toMatchObject({ messageId, delivery: 2, outcome: 'acknowledged' });
  expect(second.pubsub.waiting(`projects/${PROJECT}/subscriptions/told`)).toBe(0);
  await second.close();
});

describe('a grant that the stack lacks', () => {
  test.each([
    ['the enqueuer', 'google_cloud_tasks_queue_iam_member', 'cloudtasks.tasks.create'],
    ['the service account user', 'google_service_account_iam_member', 'iam.serviceAccounts.actAs'],
  ] as const)('without %s no task can be created', async (_what, type, permission) => {
    const json = stackJson();
    delete (json.resource as Partial<typeof json.resource>)[type];
    const google = await start({ developer: RUNTIME }, json);
    const response = await createTask(google, await tokenFrom(google.addresses.metadata));
    const { error } = (await response.json()) as { error: { status: string; message: string } };
    expect([response.status, error.status]).toEqual([403, 'PERMISSION_DENIED']);
    expect(error.message).toContain(permission);
    await google.close();
  });

  test('without the invoker a task is delivered to a closed door', async () => {
    const json = stackJson();
    json.resource.google_cloud_run_v2_service_iam_binding.invokers.members.splice(0, 1);
    const statuses = new Lines();
    const google = await start(
      { onAttempt: ({ answer }) => statuses.add(answer.kind === 'response' ? String(answer.status) : '') },
      json,
    );
    await createTask(google, google.ownerToken());
    await statuses.until('403');
    await google.close();
  });

  test('without objectViewer on the code bucket the service does not start', async () => {
    const json = stackJson();
    delete (json.resource.google_storage_bucket_iam_member as { code_reader?: object }).code_reader;
    await expect(start({}, json)).rejects.toThrow(
      `demo cannot mount the bucket ${PROJECT}-code: its identity needs storage.objects.list; received no grant of it for ` +
        `${RUNTIME}. Grant roles/storage.objectViewer on the bucket.`,
    );
  });
});

describe('what cannot start', () => {
  test('a stack without a service', async () => {
    const { google_cloud_run_v2_service: _none, ...resource } = stackJson().resource;
    await expect(start({}, { ...stackJson(), resource })).rejects.toThrow(
      'The local Google runs one google_cloud_run_v2_service; the stack has none.',
    );
  });

  test('a container that ends at once leaves nothing behind', async () => {
    const lines = new Lines();
    const json = runningScript('console.log(process.cwd()); process.exitCode = 1');
    await expect(start({ onLog: lines.add }, json)).rejects.toThrow('it ended before it was ready (exit code 1)');
    await lines.until('local-google-');
    expect(existsSync(lines.all.find((line) => line.includes('local-google-')) ?? '')).toBe(false);
  });

  test.each([
    ['tasks', 'Cloud Tasks'],
    ['storage', 'Cloud Storage'],
    ['metadata', 'the metadata server'],
    ['run', "Cloud Run's front door"],
  ] as const)('a port in use, for %s', async (option, what) => {
    const taken = createServer();
    const port = await listen(taken, { port: 0, what: '', option: '' });
    await expect(start({ ports: { [option]: port } })).rejects.toThrow(
      `Port ${port} for ${what} is in use: end what listens there, or choose another port with ${option === 'tasks' ? 'port (in a local Google: ports.tasks)' : `ports.${option}`}.`,
    );
    await closeServer(taken);
  });
});
