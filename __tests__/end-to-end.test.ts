import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { localDeployment } from '../cli/local-deployment.ts';
import { processFile } from '../cli/process-file.ts';
import { ResultsFolder } from '../cli/results-folder.ts';
import { type SynthesisedStack, synthesiseForThisMachine } from '../cli/synthesise.ts';
import type { Attempt } from '../local/cloud-tasks/attempt.ts';
import { type LocalGoogle, startLocalGoogle } from '../local/local-google.ts';
import { systemClock } from '../time/clock.ts';

// The real stack, the real bundle as a child process, the official client, real HTTP, real files: nothing stands in.
let stack: SynthesisedStack;
let google: LocalGoogle;
let folder: string;
const attempts: Attempt[] = [];
const log: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'end-to-end-'));
  stack = await synthesiseForThisMachine();
  google = await startLocalGoogle({
    stackFile: stack.stackFile,
    onAttempt: (attempt) => attempts.push(attempt),
    onLog: (line) => log.push(line),
  });
});

afterAll(async () => {
  await google?.close();
  await stack?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function processed(file: string, email?: string) {
  using results = ResultsFolder.take(path.join(folder, 'results'));
  return await processFile(file, path.basename(file), {
    deployment: localDeployment(google, email),
    results,
    clock: systemClock,
    onChange: () => {},
    signal: new AbortController().signal,
  });
}

/** Names of all that is stored: documents, records and results. */
async function objects(): Promise<string[]> {
  const { storage, documentsBucket, resultsBucket } = localDeployment(google);
  const names: string[] = [];
  for (const bucket of [documentsBucket, resultsBucket]) {
    for await (const name of storage.list(bucket, '')) names.push(`${bucket}/${name}`);
  }
  return names;
}

async function document(name: string, body: string | Uint8Array): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, body);
  return file;
}

test('a PDF becomes Markdown with its metadata, in one attempt', async () => {
  const outcome = await processed('samples/energy-report.pdf');
  expect(outcome).toMatchObject({
    document: 'energy-report.pdf',
    status: 'COMPLETED',
    attempts: 1,
    pages: 4,
    reason: null,
    markdown: path.join(folder, 'results', 'energy-report.pdf.md'),
  });
  expect(await readFile(outcome.markdown as string, 'utf8')).toContain('| Source | Capacity (kW) |');
  const metadata = JSON.parse(await readFile(path.join(folder, 'results', 'energy-report.pdf.json'), 'utf8'));
  expect(metadata).toMatchObject({
    filename: 'energy-report.pdf',
    sourceUri: expect.stringMatching(/^gs:\/\/local-project-documents-dev\/[0-9a-f]{32}\/energy-report\.pdf$/),
    type: 'pdf',
    pages: 4,
    converter: expect.stringMatching(/^unpdf@\d/),
    milliseconds: expect.any(Number),
  });
}, 20_000);

test.each(['project-proposal.docx', 'meeting-record.html', 'sensor-specification.md', 'tide-log.txt'])(
  '%s is COMPLETED',
  async (name) => {
    expect(await processed(`samples/${name}`)).toMatchObject({ status: 'COMPLETED', attempts: 1 });
  },
  20_000,
);

test.each([
  ['empty.txt', '', /^empty: /],
  ['picture.png', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), /^needs-ocr: /],
  ['broken.pdf', '%PDF-1.7\n1 0 obj\n<< /Type /Catalog', /^corrupt: /],
])(
  '%s is FAILED at its first attempt, with the reason',
  async (name, body, reason) => {
    const outcome = await processed(await document(name, body));
    expect(outcome).toMatchObject({ document: name, status: 'FAILED', attempts: 1, markdown: null });
    expect(outcome.reason).toMatch(reason);
  },
  20_000,
);

test('a file that is gone meanwhile is FAILED before anything is sent', async () => {
  const file = path.join(folder, 'none.pdf');
  const before = await objects();
  expect(await processed(file)).toMatchObject({
    status: 'FAILED',
    attempts: 0,
    reason: 'error: there is no such file',
  });
  expect(await objects()).toEqual(before);
});

test('a caller that the stack does not name is refused at the door', async () => {
  const file = await document('stranger.txt', 'Hello');
  const outcome = await processed(file, 'stranger@example.com');
  expect(outcome.status).toBe('FAILED');
  expect(outcome.reason).toMatch(/^error: The service answered 403: /);
});

test('Cloud Tasks called with the token of the invoker, for the service, within the deadline of the chain', () => {
  expect(attempts.length).toBeGreaterThan(0);
  for (const { request } of attempts) {
    expect(request.url).toBe(`${google.serviceUrl}/tasks/process-document`);
    expect(request.authorization).toEqual({
      kind: 'oidc',
      serviceAccountEmail: google.outputs.invoker_service_account,
      audience: google.serviceUrl,
    });
  }
});

test('the log has the attempts with document, task and trace, and no token', () => {
  const lines = log.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
  expect(lines).toContainEqual(
    expect.objectContaining({
      severity: 'INFO',
      message: 'Attempt ended',
      documentId: expect.any(String),
      taskName: expect.any(String),
      attempt: 1,
      'logging.googleapis.com/trace': expect.stringMatching(/^projects\/local-project\/traces\/[0-9a-f]{32}$/),
    }),
  );
  // How every JSON web token begins.
  expect(log.join()).not.toContain('eyJ');
});
