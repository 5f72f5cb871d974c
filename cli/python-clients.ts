/** `npm run python`: Google's Python clients against the emulator and the local Google, by the lines that documentation and welcome give. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { startCloudTasks } from '../local/cloud-tasks/cloud-tasks.ts';
import { listen } from '../local/listen.ts';
import { startLocalGoogle } from '../local/local-google.ts';
import { newCommand, runCommand } from './command-line.ts';
import { pythonLines } from './dev-welcome.ts';
import { synthesiseForThisMachine } from './synthesise.ts';

const IMPORTS = 'import google.auth; from google.cloud import storage, tasks_v2';
const QUEUE = 'projects/local-project/locations/us-central1/queues/default';
const EMULATOR_PAGE = path.join(import.meta.dirname, '..', 'docs', 'emulator.md');

const command = newCommand(
  'npm run python --',
  "Has Google's Python clients call the emulator and the local Google, by the lines that docs/emulator.md and npm run dev give.\n" +
    'Exit code: 0 when they reach both, and when the clients are not to be had here, which a line says; 1 when not.',
);

await runCommand(command, tryPython);

async function tryPython(): Promise<number> {
  if (spawnSync('python3', ['-c', IMPORTS]).status !== 0) {
    console.log('Not run: python3 with google-cloud-tasks and google-cloud-storage is not there.');
    return 0;
  }
  await tryEmulator();
  await tryLocalGoogle();
  return 0;
}

/** The page's lines make a task, and its target receives it. */
async function tryEmulator(): Promise<void> {
  const received: string[] = [];
  const target = createServer((request, response) => {
    request.on('data', (chunk) => received.push(`${request.method} ${request.url} ${chunk}`));
    request.on('end', () => response.end());
  });
  const targetPort = await listen(target, { port: 0, what: 'the target', option: '' });
  const tasks = await startCloudTasks({ queues: [{ name: QUEUE }] });
  try {
    const page = await readFile(EMULATOR_PAGE, 'utf8');
    const [, example = ''] = /^```python\n(.*?)^```$/ms.exec(page) ?? [];
    await python(example.replaceAll(':8123', `:${tasks.port}`).replace(':3000', `:${targetPort}`));
    await tasks.drain();
    requireThat(
      received.join() === 'POST /work hello',
      `the target to receive one task; received '${received.join()}'`,
    );
    console.log("Python's Cloud Tasks client created a task in the emulator over gRPC, and its target received it.");
  } finally {
    await tasks.close();
    target.close();
  }
}

/** The welcome's lines, each used once. */
async function tryLocalGoogle(): Promise<void> {
  await using stack = await synthesiseForThisMachine();
  const google = await startLocalGoogle({ stackFile: stack.stackFile });
  try {
    const { documents_bucket: bucket, queue_ids: queues } = google.outputs;
    const [queue] = [queues].flat();
    const script = `
${IMPORTS}
${pythonLines(google)
  .replace(/^storage\.Client/m, 'objects = storage.Client')
  .replace(/^tasks_v2\./m, 'tasks = tasks_v2.')}
blob = objects.bucket("${bucket}").blob("from python.txt")
blob.upload_from_string("hello")
assert blob.download_as_text() == "hello"
assert [found.name for found in objects.list_blobs("${bucket}")] == ["from python.txt"]
assert list(tasks.list_tasks(parent="${queue}")) == []
assert project == "local-project"`;
    await python(script, google.environment);
    console.log("Python's google.auth, Cloud Storage and Cloud Tasks clients reached the local Google.");
  } finally {
    await google.close();
  }
}

async function python(script: string, environment: Readonly<Record<string, string>> = {}): Promise<void> {
  const env = { ...process.env, ...environment };
  const child = spawn('python3', ['-c', script], { env, stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = await once(child, 'exit');
  requireThat(code === 0, `python3 to end with 0; it ended with ${code}`);
}

function requireThat(holds: boolean, what: string): void {
  if (!holds) throw new Error(`Expected ${what}.`);
}
