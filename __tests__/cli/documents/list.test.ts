import { listCommand } from '../../../cli/documents/list.ts';
import { StorageError } from '../../../google/object-store.ts';
import { RESULTS } from '../../handler/handler-in-memory.ts';
import { deployment, jsonLines } from './memory-deployment.ts';

test('shows each document with its status, attempts, last change and error', async () => {
  const { run, add, failedBecause } = deployment();
  await add('a1');
  await add('b2', failedBecause('corrupt'));
  const { code, out, err } = await run(listCommand);
  expect(out.split('\n')).toEqual([
    'ID                                STATUS      ATTEMPTS  CHANGED                   DOCUMENT',
    'a1                                PENDING            0  2030-01-01T00:00:00.000Z  a1.pdf',
    'b2                                FAILED             2  2030-01-01T00:00:00.000Z  b2.pdf  corrupt: No.',
    '',
  ]);
  expect({ code, err }).toEqual({ code: 0, err: '' });
});

test.each(['FAILED', 'failed'])('--status %s leaves the others out', async (status) => {
  const { run, add, failedBecause } = deployment();
  await add('a1');
  const record = await add('b2', failedBecause('corrupt'));
  const { out } = await run(listCommand, ['--status', status, '--json']);
  expect(jsonLines(out)).toEqual([record]);
});

test('a status that is none is a usage error', async () => {
  await expect(deployment().run(listCommand, ['--status', 'LOST'])).rejects.toThrow(
    "--status must be one of PENDING, PROCESSING, COMPLETED, FAILED; received 'LOST'.",
  );
});

test('says when there is nothing to show, to people only', async () => {
  const { run } = deployment();
  expect(await run(listCommand)).toEqual({ code: 0, out: '', err: 'There are no documents.\n' });
  expect((await run(listCommand, ['--status', 'FAILED'])).err).toBe('No document is FAILED.\n');
  expect(await run(listCommand, ['--json'])).toEqual({ code: 0, out: '', err: '' });
});

test('lists beyond a page, each document once', async () => {
  const { run, add } = deployment();
  for (let number = 0; number < 1001; number++) await add(`d${number}`);
  const { out } = await run(listCommand, ['--json']);
  expect(new Set(jsonLines(out).map(({ documentId }) => documentId)).size).toBe(1001);
  expect(jsonLines(out)).toHaveLength(1001);
});

test('a record that is none is the failure of that document', async () => {
  const { run, add, store } = deployment();
  await add('a1');
  store.objects.insert(RESULTS, 'records/b2.json', 'rubbish');
  const { code, out, err } = await run(listCommand);
  expect(out).toContain('a1.pdf');
  expect(err).toMatch(/^b2: /);
  expect(code).toBe(1);
});

test('a refusal ends the list: it would be the same for every document', async () => {
  const { run, add, store } = deployment();
  await add('a1');
  store.read = async () => {
    throw new StorageError(403, 'Cloud Storage answered 403: no storage.objects.get');
  };
  await expect(run(listCommand)).rejects.toThrow('Cloud Storage answered 403: no storage.objects.get');
});

test('a name that would move the cursor is shown harmlessly', async () => {
  const { run, add } = deployment();
  await add('a1', (record) => ({ ...record, filename: 'a\u001b[2J\nb.pdf' }));
  expect((await run(listCommand)).out).toMatch(/a\?\[2J\?b\.pdf\n$/);
});
