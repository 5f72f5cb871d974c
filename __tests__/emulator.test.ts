import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import { type CloudTasks, startCloudTasks } from '../emulator.ts';
import { closeServer, listen } from '../local/listen.ts';
import { documentationExample, PROJECT, page } from './documentation.ts';

// The clients of docs/emulator.md, as they stand there but for the two ports.

const QUEUE = 'projects/local-project/locations/us-central1/queues/default';
const target = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  response.end();
  target.emit('received', { url: request.url, body: Buffer.concat(chunks).toString() });
});
let targetPort: number;
let tasks: CloudTasks;

beforeAll(async () => {
  targetPort = await listen(target, { port: 0, what: 'the target', option: '' });
  tasks = await startCloudTasks({ queues: [{ name: QUEUE }] });
});
afterAll(async () => {
  await tasks.close();
  await closeServer(target);
});

const withPorts = (text: string) => text.replaceAll(':3000', `:${targetPort}`).replaceAll('8123', String(tasks.port));

const NODE = documentationExample('docs/emulator.md', 'new CloudTasksClient', 'js');
const OVER_REST = NODE.replace(/^ {2}sslCreds: .*$/m, "  fallback: true,\n  protocol: 'http',");

test.each([
  ['gRPC', NODE],
  ['REST', OVER_REST],
])(
  'the example for Node reaches the target over %s',
  async (_wire, code) => {
    const received = once(target, 'received');
    const words = ['--no-warnings', '--input-type=module', '--eval', withPorts(code)];
    await promisify(execFile)(process.execPath, words, { cwd: PROJECT });
    expect(await received).toEqual([{ url: '/work', body: 'hello' }]);
  },
  30_000,
);

test('the example for curl reaches the target', async () => {
  const [, url = '', body = ''] = /^ {4}curl (\S+) \\\n +-d '(.*)'$/m.exec(page('docs/emulator.md')) ?? [];
  const received = once(target, 'received');
  expect((await fetch(withPorts(url), { method: 'POST', body: withPorts(body) })).status).toBe(200);
  expect(await received).toEqual([{ url: '/work', body: '' }]);
});
