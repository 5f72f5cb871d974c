import { replayCommand } from '../../../cli/documents/replay.ts';
import { claim, completed, replayed } from '../../../handler/document-record.ts';
import { deployment, jsonLines } from './memory-deployment.ts';

const ALL = '--all-failed';

test('replays what is named, once', async () => {
  const { run, add, records, created, failedBecause } = deployment();
  await add('a1', failedBecause('corrupt'));
  expect(await run(replayCommand, ['a1', 'a1'])).toEqual({
    code: 0,
    out: 'a1                                PENDING     a1.pdf\n',
    err: '',
  });
  expect((await records.read('a1'))?.record).toMatchObject({ status: 'PENDING', epoch: 1 });
  expect(created).toHaveLength(2);
});

test('--all-failed replays every FAILED document, beyond a page, and nothing else', async () => {
  const { run, add, created, failedBecause, records } = deployment();
  await add('waits');
  for (let number = 0; number < 1001; number++) await add(`d${number}`, failedBecause('error'));
  const { code, out, err } = await run(replayCommand, [ALL, '--json']);
  expect(jsonLines(out)).toHaveLength(1001);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(new Set(created).size).toBe(2 * 1001);
  expect((await records.read('waits'))?.record).toMatchObject({ epoch: 0 });
});

test('a run that Cloud Tasks cut off is finished by the same command', async () => {
  const { run, add, created, refusals, failedBecause } = deployment();
  for (const id of ['a1', 'b2', 'c3']) await add(id, failedBecause('error'));
  const unavailable = () => Object.assign(new Error('The service is unavailable.'), { code: 14 });
  refusals.push(unavailable(), unavailable(), unavailable());
  const first = await run(replayCommand, [ALL]);
  expect(first.code).toBe(1);
  expect(first.err).toContain('a1: The service is unavailable.\n');
  const second = await run(replayCommand, [ALL]);
  expect({ code: second.code, err: second.err }).toEqual({ code: 0, err: '3 replayed, 0 not.\n' });
  expect(created.filter((name) => /-1(-check-0)?$/.test(name))).toHaveLength(6);
});

test('a document that is being worked on in its new epoch is left alone', async () => {
  const { run, add, clock, failedBecause, created } = deployment();
  await add('a1', (record) => {
    const again = replayed(failedBecause('error')(record), clock.now());
    const found = claim(again, again, { owner: 'one', now: clock.now(), leaseSeconds: 45 });
    return found.kind === 'claimed' ? found.record : record;
  });
  expect(await run(replayCommand, [ALL])).toMatchObject({ code: 0, out: '', err: '0 replayed, 0 not.\n' });
  expect(created).toEqual([]);
});

test('what cannot be replayed is one line each, and the others are replayed', async () => {
  const { run, add, clock, failedBecause } = deployment();
  await add('done', (record) =>
    completed(record, { markdownUri: 'gs://r/m', metadataUri: 'gs://r/j', characters: 1 }, clock.now()),
  );
  await add('a1', failedBecause('error'));
  const { code, out, err } = await run(replayCommand, ['done', 'none', 'a1', '../x']);
  expect(out).toBe('a1                                PENDING     a1.pdf\n');
  expect(err.split('\n').toSorted()).toEqual([
    '',
    '../x: There is no document ../x.',
    '1 replayed, 3 not.',
    'done: The document done is COMPLETED; only a FAILED one can be replayed.',
    'none: There is no document none.',
  ]);
  expect(code).toBe(1);
});

test('of an outage, the reason is one line, not every try', async () => {
  const { run, add, refusals, failedBecause } = deployment();
  await add('a1', failedBecause('error'));
  const message =
    'Total timeout exceeded 30000 milliseconds retrying error Error: connect ECONNREFUSED 127.0.0.1:1  before any response ' +
    'was received. : Previous errors : [{message: connect ECONNREFUSED 127.0.0.1:1, code: 14}]';
  refusals.push(Object.assign(new Error(message), { code: 4 }));
  const { err } = await run(replayCommand, ['a1']);
  expect(err).toBe(
    'a1: Total timeout exceeded 30000 milliseconds retrying error Error: connect ECONNREFUSED 127.0.0.1:1\n',
  );
});

test('--json has a line for failures too', async () => {
  const { run } = deployment();
  const { out, err } = await run(replayCommand, ['none', '--json']);
  expect(jsonLines(out)).toEqual([
    { document: 'none', documentId: null, status: null, epoch: null, reason: 'There is no document none.' },
  ]);
  expect(err).toBe('');
});

test('a refusal ends everything: it would be the same for every document', async () => {
  const { run, add, refusals, failedBecause } = deployment();
  await add('a1', failedBecause('error'));
  refusals.push(Object.assign(new Error('7 PERMISSION_DENIED: no cloudtasks.tasks.create'), { code: 7 }));
  await expect(run(replayCommand, ['a1'])).rejects.toThrow('7 PERMISSION_DENIED: no cloudtasks.tasks.create');
});

test('Ctrl-C ends it', async () => {
  const { run, add, failedBecause, created } = deployment();
  await add('a1', failedBecause('error'));
  const reason = new Error('Interrupted.');
  await expect(run(replayCommand, ['a1'], AbortSignal.abort(reason))).rejects.toBe(reason);
  expect(created).toEqual([]);
});

test.each([
  [[], 'Either name documents or say --all-failed. Try: npm run documents -- replay --help'],
  [['a1', ALL], 'Either name documents or say --all-failed, not both. Try: npm run documents -- replay --help'],
])('%j is a usage error', async (words, message) => {
  await expect(deployment().run(replayCommand, words)).rejects.toThrow(message);
});
