import { deleteCommand } from '../../../cli/documents/delete.ts';
import { listCommand } from '../../../cli/documents/list.ts';
import { StorageError } from '../../../google/object-store.ts';
import { DOCUMENTS } from '../../handler/handler-in-memory.ts';
import { deployment, jsonLines } from './memory-deployment.ts';

test('deletes what is named, once, and leaves the source', async () => {
  const { run, add, addFailed, view, store, created } = deployment();
  add('a1');
  addFailed('b2');
  store.objects.insert(DOCUMENTS, 'a1.pdf', 'Hello');
  const { out, ...rest } = await run(deleteCommand, ['a1', 'b2', 'a1']);
  const line = (id: string) => `${id}                                DELETED`;
  expect(out.trimEnd().split('\n').toSorted()).toEqual([line('a1'), line('b2')]);
  expect(rest).toEqual({ code: 0, err: '' });
  expect([view('a1'), view('b2')]).toEqual([undefined, undefined]);
  expect((await run(listCommand)).err).toBe('There are no documents.\n');
  expect(store.objects.hasObject(DOCUMENTS, 'a1.pdf')).toBe(true);
  expect(created.map((name) => name.slice(33)).toSorted()).toEqual(['a1-1-sweep', 'b2-1-sweep']);
});

test('--source removes the very object that was accepted', async () => {
  const { run, add, store, operator } = deployment();
  const { generation } = store.objects.insert(DOCUMENTS, 'a1.pdf', 'Hello');
  add('a1');
  const removed: unknown[] = [];
  const remove = store.remove.bind(store);
  store.remove = async (bucket, name, options) => {
    if (bucket === DOCUMENTS) removed.push([name, options?.generation]);
    return remove(bucket, name, options);
  };
  expect(await run(deleteCommand, ['a1', '--source'])).toMatchObject({ code: 0, err: '' });
  expect(removed).toEqual([['a1.pdf', '1']]);
  expect(generation).not.toBe(1);
  expect(operator.settings.documentsBucket).toBe(DOCUMENTS);
});

test('a source that the caller may not remove is one line, and the same again once it is allowed does the rest', async () => {
  const { run, add, store, view, clock } = deployment();
  store.objects.insert(DOCUMENTS, 'a1.pdf', 'Hello');
  add('a1');
  const remove = store.remove.bind(store);
  store.remove = async (bucket, ...rest) => {
    if (bucket === DOCUMENTS) throw new StorageError(403, 'Cloud Storage answered 403: no access.');
    return remove(bucket, ...rest);
  };
  const reason = `Document a1 is deleted, but its source is not. Remove gs://${DOCUMENTS}/a1.pdf yourself. (Cloud Storage answered 403: no access.)`;
  expect(await run(deleteCommand, ['a1', '--source'])).toEqual({ code: 1, out: '', err: `${reason}\n` });
  expect(view('a1')).toBeUndefined();
  store.remove = remove;
  await clock.advance(1000);
  expect(await run(deleteCommand, ['a1', '--source'])).toMatchObject({ code: 0, err: '' });
});

test('a document that is not there is one line, and the others are deleted', async () => {
  const { run, add } = deployment();
  add('a1');
  expect(await run(deleteCommand, ['none', '../x', 'a1'])).toEqual({
    code: 1,
    out: 'a1                                DELETED\n',
    err: expect.stringMatching(/^(There is no document none\.\n|There is no document \.\.\/x\.\n){2}$/),
  });
});

test('--json prints a line for each', async () => {
  const { run, add } = deployment();
  add('a1');
  expect(jsonLines((await run(deleteCommand, ['a1', '--json'])).out)).toEqual([
    { document: 'a1', documentId: 'a1', status: 'DELETED', epoch: null, reason: null },
  ]);
});

test('without an id is a usage error', async () => {
  await expect(deployment().run(deleteCommand)).rejects.toThrow("Missing required argument 'ID'.");
});
