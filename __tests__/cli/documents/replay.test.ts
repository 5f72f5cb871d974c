import { replayCommand } from '../../../cli/documents/replay.ts';
import { deployment, jsonLines } from './memory-deployment.ts';

const ALL = '--all-failed';

test('replays what is named, once', async () => {
  const { run, addFailed, view, created } = deployment();
  addFailed('a1', 'corrupt');
  expect(await run(replayCommand, ['a1', 'a1'])).toEqual({
    code: 0,
    out: 'a1                                PENDING     a1.pdf\n',
    err: '',
  });
  expect(view('a1')).toMatchObject({ status: 'PENDING', epoch: 1 });
  expect(created).toHaveLength(2);
});

test('--all-failed replays every FAILED document, beyond a page, and nothing else', async () => {
  const { run, add, addFailed, created, view } = deployment();
  add('waits');
  for (let number = 0; number < 1001; number++) addFailed(`d${number}`, 'error');
  const { code, out, err } = await run(replayCommand, [ALL, '--json']);
  expect(jsonLines(out)).toHaveLength(1001);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(new Set(created).size).toBe(2 * 1001);
  expect(view('waits')).toMatchObject({ epoch: 0 });
});

test('a run that Cloud Tasks cut off is finished by the same command', async () => {
  const { run, addFailed, created, refusals } = deployment();
  for (const id of ['a1', 'b2', 'c3']) addFailed(id, 'error');
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
  const { run, addFailed, reopen, claim, created } = deployment();
  addFailed('a1');
  reopen('a1');
  claim('a1');
  expect(await run(replayCommand, [ALL])).toMatchObject({ code: 0, out: '', err: '0 replayed, 0 not.\n' });
  expect(created).toEqual([]);
});

test('what cannot be replayed is one line each, and the others are replayed', async () => {
  const { run, add, addFailed, end } = deployment();
  add('done');
  end('done', {});
  addFailed('a1', 'error');
  const { code, out, err } = await run(replayCommand, ['done', 'none', 'a1', '../x']);
  expect(out).toBe('a1                                PENDING     a1.pdf\n');
  expect(err.split('\n').toSorted()).toEqual([
    '',
    '1 replayed, 3 not.',
    'The document done is COMPLETED; only a FAILED one can be replayed.',
    'There is no document ../x.',
    'There is no document none.',
  ]);
  expect(code).toBe(1);
});

test('of an outage, the reason is one line, not every try', async () => {
  const { run, addFailed, refusals } = deployment();
  addFailed('a1', 'error');
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
  const { run, addFailed, refusals } = deployment();
  addFailed('a1', 'error');
  refusals.push(Object.assign(new Error('7 PERMISSION_DENIED: no cloudtasks.tasks.create'), { code: 7 }));
  await expect(run(replayCommand, ['a1'])).rejects.toThrow('7 PERMISSION_DENIED: no cloudtasks.tasks.create');
});

test('Ctrl-C ends it', async () => {
  const { run, addFailed, created } = deployment();
  addFailed('a1', 'error');
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
