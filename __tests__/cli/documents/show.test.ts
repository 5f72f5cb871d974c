import { showCommand } from '../../../cli/documents/show.ts';
import { claim, completed, replayed, withConversion } from '../../../handler/document-record.ts';
import { deployment, jsonLines } from './memory-deployment.ts';

test('shows everything, a line each, with what there was before a replay', async () => {
  const { run, add, clock, failedBecause } = deployment();
  await add('a1', (record) => {
    const again = replayed(failedBecause('corrupt')(record), clock.now() + 1000);
    return completed(again, { markdownUri: 'gs://r/m', metadataUri: 'gs://r/j', characters: 1 }, clock.now() + 2000);
  });
  const { code, out } = await run(showCommand, ['a1']);
  expect(out.split('\n')).toEqual([
    'a1  COMPLETED',
    '  filename  a1.pdf',
    '  source    gs://p-documents/a1.pdf#1',
    '  options   method auto, ocr auto',
    '  epoch     1',
    '  attempts  0',
    '  since     2030-01-01T00:00:01.000Z',
    '  changed   2030-01-01T00:00:02.000Z',
    '  markdown  gs://r/m',
    '  metadata  gs://r/j',
    '  epoch 0   attempts 2, 2030-01-01T00:00:00.000Z to 2030-01-01T00:00:00.000Z, corrupt: No.',
    '',
  ]);
  expect(code).toBe(0);
});

test('shows who works on it, and until when', async () => {
  const { run, add, clock } = deployment();
  await add('a1', (record) => {
    const found = claim(record, record, { owner: 'one', now: clock.now(), leaseSeconds: 45 });
    return found.kind === 'claimed' ? found.record : record;
  });
  expect((await run(showCommand, ['a1'])).out).toContain('  lease     one until 2030-01-01T00:00:45.000Z\n');
});

test('shows extracted fields and what they took, or what is converted as long as there are none', async () => {
  const { run, add, clock, failedBecause } = deployment();
  const converted = { markdownUri: 'gs://r/m', metadataUri: 'gs://r/j', type: 'text', characters: 1 } as const;
  const tokens = { input: 1200, output: 30 };
  const extraction = { model: 'gemini-test', tokens, estimatedCostUsd: 0.000435, repaired: false };
  const result = { markdownUri: 'gs://r/m', metadataUri: 'gs://r/j', characters: 1, fieldsUri: 'gs://r/f', extraction };
  await add('a1', (record) => completed(record, result, clock.now()));
  await add('b2', (record) => withConversion(failedBecause('extraction-invalid')(record), converted));
  expect((await run(showCommand, ['a1'])).out).toContain(
    '  fields    gs://r/f\n  model     gemini-test, 1,200 tokens in, 30 out, about 0.000435 USD\n',
  );
  expect((await run(showCommand, ['b2'])).out).toContain('  converted gs://r/m\n');
});

test('--json prints the record', async () => {
  const { run, add } = deployment();
  const record = await add('a1');
  expect(jsonLines((await run(showCommand, ['a1', '--json'])).out)).toEqual([record]);
});

test.each(['none', '../a1', 'a\nb'])('%j is not there: a clear line, and exit code 1', async (id) => {
  const { run, add } = deployment();
  await add('a1');
  const { code, out, err } = await run(showCommand, [id, 'a1']);
  const shown = id.replace('\n', '?');
  expect(err).toBe(`${shown}: There is no document ${shown}.\n`);
  expect(out).toContain('a1  PENDING');
  expect(code).toBe(1);
});

test('without an id is a usage error', async () => {
  await expect(deployment().run(showCommand)).rejects.toThrow('Which document? Try: npm run documents -- show ID');
});
