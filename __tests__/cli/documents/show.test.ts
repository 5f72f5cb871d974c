import { showCommand } from '../../../cli/documents/show.ts';
import type { DocumentTask } from '../../../state/document-task.ts';
import { attemptName, openingName, openingOf } from '../../../state/state-objects.ts';
import { deployment, jsonLines } from './memory-deployment.ts';

test('shows everything, a line each, with what there was before a replay', async () => {
  const { run, addFailed, reopen, end, clock } = deployment();
  addFailed('a1', 'corrupt');
  await clock.advance(1000);
  reopen('a1');
  await clock.advance(1000);
  end('a1', { result: { markdownUri: 'gs://r/m', metadataUri: 'gs://r/j', characters: 1 } });
  const { code, out } = await run(showCommand, ['a1']);
  expect(out.split('\n')).toEqual([
    'a1  COMPLETED',
    '  filename  a1.pdf',
    '  source    gs://p-documents/a1.pdf#1',
    '  options   method auto, ocr auto',
    '  epoch     1',
    '  attempts  1',
    '  since     2030-01-01T00:00:01.000Z',
    '  changed   2030-01-01T00:00:02.000Z',
    '  markdown  gs://r/m',
    '  metadata  gs://r/j',
    '  epoch 0   attempts 2, 2030-01-01T00:00:00.000Z to 2030-01-01T00:00:00.000Z, corrupt: No.',
    '',
  ]);
  expect(code).toBe(0);
});

test('shows where the trace of its hand-in is, and the log lines under it', async () => {
  const { run, add, put, view, clock } = deployment();
  add('a1');
  const { documentId: _id, epoch: _epoch, ...source } = view('a1') as DocumentTask;
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  put(openingName('a1', 0), openingOf({ ...source, documentId: 'a1', epoch: 0, traceparent }, 'accepted', clock.now()));
  const { out } = await run(showCommand, ['a1']);
  const logs = `trace%3D%22projects%2Fmy-project%2Ftraces%2F${'a'.repeat(32)}%22`;
  expect(out).toContain(
    `  trace     https://console.cloud.google.com/traces/list?project=my-project&tid=${'a'.repeat(32)}\n` +
      `  logs      https://console.cloud.google.com/logs/query;query=${logs}?project=my-project\n`,
  );
});

test('shows who works on it, and until when', async () => {
  const { run, add, claim } = deployment();
  add('a1');
  claim('a1', 'one');
  expect((await run(showCommand, ['a1'])).out).toContain('  lease     one until 2030-01-01T00:00:45.000Z\n');
});

test('shows extracted fields and what they took, or what is converted as long as there are none', async () => {
  const { run, add, addFailed, end, put } = deployment();
  const converted = { markdownUri: 'gs://r/m', metadataUri: 'gs://r/j', type: 'text', characters: 1 } as const;
  const tokens = { input: 1200, output: 30 };
  const extraction = { model: 'gemini-test', tokens, estimatedCostUsd: 0.000435, repaired: false };
  const result = { markdownUri: 'gs://r/m', metadataUri: 'gs://r/j', characters: 1, fieldsUri: 'gs://r/f', extraction };
  add('a1');
  end('a1', { result });
  addFailed('b2', 'extraction-invalid');
  put(attemptName({ documentId: 'b2', epoch: 0, number: 1 }, 'converted'), converted);
  expect((await run(showCommand, ['a1'])).out).toContain(
    '  fields    gs://r/f\n  model     gemini-test, 1,200 tokens in, 30 out, about 0.000435 USD\n',
  );
  expect((await run(showCommand, ['b2'])).out).toContain('  converted gs://r/m\n');
});

test('--json prints the document', async () => {
  const { run, add } = deployment();
  const document = add('a1');
  expect(jsonLines((await run(showCommand, ['a1', '--json'])).out)).toEqual([document]);
});

test.each(['none', '../a1', 'a\nb'])('%j is not there: a clear line, and exit code 1', async (id) => {
  const { run, add } = deployment();
  add('a1');
  const { code, out, err } = await run(showCommand, [id, 'a1']);
  const shown = id.replace('\n', '?');
  expect(err).toBe(`There is no document ${shown}.\n`);
  expect(out).toContain('a1  PENDING');
  expect(code).toBe(1);
});

test('without an id is a usage error', async () => {
  await expect(deployment().run(showCommand)).rejects.toThrow("Missing required argument 'ID'.");
});
