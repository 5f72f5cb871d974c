import { cancelCommand } from '../../../cli/documents/cancel.ts';
import { deployment, jsonLines } from './memory-deployment.ts';

test('ends what waits and what is worked on', async () => {
  const { run, add, claim, view } = deployment();
  add('a1');
  add('b2');
  claim('b2');
  expect(await run(cancelCommand, ['a1', 'b2'])).toEqual({
    code: 0,
    out: 'a1                                FAILED      a1.pdf\nb2                                FAILED      b2.pdf\n',
    err: '',
  });
  expect(view('a1')).toMatchObject({ status: 'FAILED', attempts: 0, error: { reason: 'cancelled' } });
  expect(view('b2')).toMatchObject({ status: 'FAILED', attempts: 1, error: { reason: 'cancelled' } });
});

test('again is nothing more', async () => {
  const { run, add } = deployment();
  add('a1');
  await run(cancelCommand, ['a1']);
  expect(await run(cancelCommand, ['a1'])).toMatchObject({ code: 0, err: '' });
});

test('what is over already is one line each, and the others are cancelled', async () => {
  const { run, add, addFailed, end } = deployment();
  add('done');
  end('done', {});
  addFailed('failed');
  add('a1');
  const { code, out, err } = await run(cancelCommand, ['done', 'failed', 'none', '../x', 'a1']);
  expect(out).toBe('a1                                FAILED      a1.pdf\n');
  expect(err.split('\n').toSorted()).toEqual([
    '',
    'There is no document ../x.',
    'There is no document none.',
    'done: it is COMPLETED already, and stays so',
    'failed: it is FAILED already, and stays so',
  ]);
  expect(code).toBe(1);
});

test('--json prints a line for each', async () => {
  const { run, add } = deployment();
  add('a1');
  expect(jsonLines((await run(cancelCommand, ['a1', '--json'])).out)).toEqual([
    { document: 'a1', documentId: 'a1', status: 'FAILED', epoch: 0, reason: null },
  ]);
});

test('without an id is a usage error', async () => {
  await expect(deployment().run(cancelCommand)).rejects.toThrow("Missing required argument 'ID'.");
});
