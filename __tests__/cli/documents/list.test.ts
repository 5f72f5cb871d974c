import { listCommand } from '../../../cli/documents/list.ts';
import { StorageError } from '../../../google/object-store.ts';
import { openingName } from '../../../state/state-objects.ts';
import { noteCalls, RESULTS } from '../../handler/handler-in-memory.ts';
import { deployment, jsonLines } from './memory-deployment.ts';

test('shows each document with its status, attempts, last change and error', async () => {
  const { run, add, addFailed } = deployment();
  add('a1');
  addFailed('b2', 'corrupt');
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
  const { run, add, addFailed } = deployment();
  add('a1');
  const document = addFailed('b2', 'corrupt');
  const { out } = await run(listCommand, ['--status', status, '--json']);
  expect(jsonLines(out)).toEqual([document]);
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
  for (let number = 0; number < 1001; number++) add(`d${number}`);
  const { out } = await run(listCommand, ['--json']);
  expect(new Set(jsonLines(out).map(({ documentId }) => documentId)).size).toBe(1001);
  expect(jsonLines(out)).toHaveLength(1001);
});

test('a state that somebody has changed is the failure of that document', async () => {
  const { run, add, store } = deployment();
  add('a1');
  store.objects.insert(RESULTS, openingName('b2', 0), '', { metadata: { kind: 'accepted', detail: 'rubbish' } });
  const { code, out, err } = await run(listCommand);
  expect(out).toContain('a1.pdf');
  expect(err).toMatch(/^b2: /);
  expect(code).toBe(1);
});

test('a refusal ends the list: it would be the same for every document', async () => {
  const { run, add, store } = deployment();
  add('a1');
  store.list = () => {
    throw new StorageError(403, 'Cloud Storage answered 403: no storage.objects.list');
  };
  await expect(run(listCommand)).rejects.toThrow('Cloud Storage answered 403: no storage.objects.list');
});

test('a name that would move the cursor is shown harmlessly', async () => {
  const { run, add } = deployment();
  add('a1', 'a\u001b[2J\nb.pdf');
  expect((await run(listCommand)).out).toMatch(/a\?\[2J\?b\.pdf\n$/);
});

describe('from lists alone', () => {
  /** Three hundred documents: done, given back once, worked on, waiting, failed and replayed, deleted. */
  function many() {
    const parts = deployment();
    const { add, addFailed, end, claim, reopen, put, attemptOf } = parts;
    for (let number = 0; number < 50; number++) {
      for (const id of ['done', 'back', 'busy', 'waits', 'again', 'gone'].map((kind) => `${kind}-${number}`)) {
        if (id.startsWith('again') || id.startsWith('gone')) addFailed(id);
        else add(id);
        if (id.startsWith('done')) claim(id);
        if (id.startsWith('done')) end(id, {});
        if (id.startsWith('back')) claim(id);
        if (id.startsWith('back')) end(id, { kind: 'GIVEN-BACK', error: { reason: 'timeout', message: 'Late.' } });
        if (id.startsWith('busy')) claim(id, 'other');
        if (id.startsWith('again')) reopen(id);
        if (id.startsWith('gone')) put(openingName(id, attemptOf(id).epoch + 1), { kind: 'deleted', at: 'then' });
      }
    }
    return parts;
  }

  test('every document is as GET shows it, and a deleted one is left out', async () => {
    const { run, view } = many();
    const listed = jsonLines((await run(listCommand, ['--json'])).out);
    expect(listed).toHaveLength(250);
    for (const document of listed) expect(document).toEqual(view(String(document.documentId)));
    const statuses = new Set(listed.map(({ documentId, status }) => `${String(documentId).split('-')[0]} ${status}`));
    expect([...statuses].sort()).toEqual([
      'again PENDING',
      'back PENDING',
      'busy PROCESSING',
      'done COMPLETED',
      'waits PENDING',
    ]);
  });

  test.each(['PENDING', 'PROCESSING', 'COMPLETED', 'FAILED'])('--status %s', async (status) => {
    const { run } = many();
    const all = jsonLines((await run(listCommand, ['--json'])).out);
    const { out } = await run(listCommand, ['--status', status, '--json']);
    const expected = all.filter((document) => document.status === status);
    expect(out === '' ? [] : jsonLines(out)).toEqual(expected);
  });

  test('nothing is read, and the leases are listed only where they are needed', async () => {
    const { run, store } = many();
    const calls = noteCalls(store);
    await run(listCommand, ['--status', 'FAILED']);
    expect(calls.splice(0)).toEqual(['list state/']);
    await run(listCommand);
    expect(calls.sort()).toEqual(['list leases/', 'list state/']);
  });

  test('a document that went well has two objects under state/, and one more for each attempt that was given back', () => {
    const { add, end, store } = deployment();
    const objects = () => store.objects.list(RESULTS, { prefix: 'state/' }).items.length;
    add('a1');
    end('a1', {});
    expect(objects()).toBe(2);
    add('b2');
    end('b2', { kind: 'GIVEN-BACK' });
    end('b2', {});
    expect(objects()).toBe(5);
  });
});
