import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CloudTasksClient } from '@google-cloud/tasks';
import { devWelcome, nodeLines, variablesOf } from '../../cli/dev-welcome.ts';
import { type LocalGoogle, startLocalGoogle } from '../../local/local-google.ts';
import { PROJECT, QUEUE, stackJson, writeStack } from '../local/fixtures/stack.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'dev-welcome-'));
const environment = process.env;
const PLACES = { console: 'http://127.0.0.1:8084/#token=t', sourceUri: 'gs://b/o', data: undefined };
let google: LocalGoogle;

beforeAll(async () => {
  google = await startLocalGoogle({ stackFile: writeStack(folder, stackJson()), variables: { project_id: PROJECT } });
});
afterAll(async () => {
  process.env = environment;
  await google.close();
  rmSync(folder, { recursive: true });
});

test('the variables are set in a shell of their own, and gone when that ends', () => {
  const [command = ''] = /^ {2}env \\\n(?: {4}.*\n)+/m.exec(devWelcome(google, PLACES)) ?? [];
  // For a shell, what shows its environment.
  const script = `SHELL=/usr/bin/env\n${command}echo "after: $GOOGLE_CLOUD_PROJECT"`;
  const { GOOGLE_CLOUD_PROJECT: _project, ...env } = environment;
  const shown = execFileSync('sh', ['-c', script], { env, encoding: 'utf8' }).trim().split('\n');
  expect(shown).toEqual(expect.arrayContaining(variablesOf(google).map(([name, value]) => `${name}=${value}`)));
  expect(shown).toContain(`GCE_METADATA_IP=${google.addresses.metadata}`);
  expect(shown.at(-1)).toBe('after:');
});

test("Google's Cloud Tasks client works by its line, as the owner", async () => {
  const line = nodeLines(google).split('\n').at(-1) ?? '';
  process.env = { ...environment, ...google.environment };
  const client: CloudTasksClient = new Function('CloudTasksClient', `return ${line}`)(CloudTasksClient);
  const [queue] = await client.getQueue({ name: QUEUE });
  expect(queue.name).toBe(QUEUE);
  await client.close();
});

test('says whether anything is kept', () => {
  expect(devWelcome(google, PLACES)).toContain('\nNothing is kept: what is in it is gone then.');
  expect(devWelcome(google, { ...PLACES, data: '/data' })).toContain('\nWhat is in it is kept in /data.\n');
});

test('begins with the address of the console', () => {
  expect(devWelcome(google, PLACES).trimStart()).toMatch(/^Console {2}http:\/\/127\.0\.0\.1:8084\/#token=t\n/);
});
