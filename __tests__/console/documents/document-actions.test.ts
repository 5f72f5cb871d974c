import { DocumentActions } from '../../../console/documents/document-actions.ts';
import { deployment } from '../../cli/documents/memory-deployment.ts';
import { DOCUMENTS } from '../../handler/handler-in-memory.ts';

function started() {
  const deployed = deployment();
  const changed: (string | undefined)[] = [];
  let onOver = () => {};
  const over = new Promise<void>((resolve) => {
    onOver = resolve;
  });
  const actions = new DocumentActions(deployed.operator, (view) => {
    changed.push(view?.documentId);
    if (actions.job?.isOver) onOver();
  });
  return { ...deployed, actions, changed, over };
}

test('a replay of one ends on its new epoch', async () => {
  const { actions, addFailed, view, changed } = started();
  addFailed('a');
  expect(await actions.replay(['a'])).toEqual({ said: 'Replayed: epoch 1 has begun.', path: '/documents/a' });
  expect(view('a')).toMatchObject({ epoch: 1, status: 'PENDING' });
  expect(changed).toEqual(['a']);
});

test('a replay of several is done behind, and says how far it is', async () => {
  const { actions, addFailed, add, end, view, over } = started();
  const ids = Array.from({ length: 20 }, (_, n) => `d${n}`);
  for (const id of ids) addFailed(id);
  add('done');
  end('done', { kind: 'COMPLETED' });
  expect(await actions.replay([...ids, 'done'])).toEqual({ said: 'Replaying 21 documents.' });
  expect(actions.job).toMatchObject({ what: 'Replaying', total: 21, isOver: false });
  await over;
  expect(actions.job).toEqual({
    what: 'Replaying',
    total: 21,
    done: 20,
    failed: 1,
    isOver: true,
    problem: 'The document done is COMPLETED; only a FAILED one can be replayed.',
  });
  expect(ids.map((id) => view(id)?.epoch)).toEqual(ids.map(() => 1));
});

test('one at a time: what is under way is not joined by another', async () => {
  const { actions, addFailed, over } = started();
  addFailed('a');
  addFailed('b');
  await actions.replay(['a', 'b']);
  await expect(actions.cancel(['a', 'b'])).rejects.toThrow('Replaying 2 documents is under way: wait for its end.');
  await over;
  await expect(actions.replay(['a', 'b'])).resolves.toEqual({ said: 'Replaying 2 documents.' });
});

test('what cannot be replayed is refused in words', async () => {
  const { actions, add, end } = started();
  add('done');
  end('done', { kind: 'COMPLETED' });
  const message = 'There is no document nobody.';
  await expect(actions.replay(['nobody'])).rejects.toMatchObject({ message, status: 404 });
  await expect(actions.cancel(['nobody'])).rejects.toMatchObject({ message, status: 404 });
  await expect(actions.replay(['done'])).rejects.toMatchObject({ status: 409 });
});

test('a cancel of one that waits makes it FAILED; one that is done stays', async () => {
  const { actions, add, end, view } = started();
  add('waits');
  add('done');
  end('done', { kind: 'COMPLETED' });
  await actions.cancel(['waits']);
  expect(view('waits')).toMatchObject({ status: 'FAILED', error: { reason: 'cancelled' } });
  await expect(actions.cancel(['done'])).rejects.toThrow('It is COMPLETED already, and stays so.');
});

test('a file is uploaded under a hash and handed in; the same again is the same document', async () => {
  const { actions, store, created } = started();
  const first = await actions.take('a.md', Buffer.from('text'));
  expect(first).toEqual({ said: 'a.md is PENDING.', path: expect.stringMatching(/^\/documents\/[0-9a-f]{32}$/) });
  expect(await actions.take('a.md', Buffer.from('text'))).toEqual(first);
  expect(store.objects.list(DOCUMENTS).items.map(({ name }) => name)).toEqual([
    expect.stringMatching(/^[0-9a-f]{32}\/a\.md$/),
  ]);
  // The task and its watchdog.
  expect(created).toHaveLength(2);
});

test('the source is what was handed in, of a result there is none without an outcome', async () => {
  const { actions } = started();
  const { path = '' } = await actions.take('a.md', Buffer.from('text'));
  const id = path.split('/').at(-1) ?? '';
  const source = await actions.content(id, 'source');
  expect(source?.filename).toBe('a.md');
  expect(Buffer.from(source?.bytes ?? []).toString()).toBe('text');
  expect(await actions.content(id, 'markdown')).toBeUndefined();
  expect(await actions.content('nobody', 'source')).toBeUndefined();
});

test('a file that the service would not take is not uploaded', async () => {
  const { actions, store } = started();
  await expect(actions.take('large.md', new Uint8Array(1001))).rejects.toThrow(
    'large.md has 1001 bytes; at most 1000 are taken.',
  );
  expect(store.objects.list(DOCUMENTS).items).toEqual([]);
});
