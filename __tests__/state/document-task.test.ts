import fc from 'fast-check';
import { documentIdFor, documentTaskSchema, parseSourceUri, taskIdFor } from '../../state/document-task.ts';

const task = { documentId: 'a1', sourceUri: 'gs://documents/a.pdf', generation: '1', filename: 'a.pdf' };

test('options that a task leaves out have defaults', () => {
  expect(documentTaskSchema.parse(task)).toEqual({ ...task, method: 'auto', ocr: 'auto', epoch: 0 });
});

test('unknown fields are ignored, so that tasks of another version still run', () => {
  expect(documentTaskSchema.parse({ ...task, priority: 'high' })).not.toHaveProperty('priority');
});

test.each([
  ['documentId', '../other', 'must be 1 to 128 letters, digits, hyphens or underscores'],
  ['documentId', '', 'must be 1 to 128 letters, digits, hyphens or underscores'],
  ['sourceUri', 'https://documents/a.pdf', 'must be gs://bucket/object'],
  ['sourceUri', 'gs://documents/', 'must be gs://bucket/object'],
  ['sourceUri', `gs://documents/${'é'.repeat(600)}`, 'must be gs://bucket/object'],
  ['generation', '1e9', "must be an object's generation: a string of digits"],
  ['method', 'magic', 'Invalid option: expected one of "auto"|"local"|"docling"'],
  ['epoch', -1, 'Too small: expected number to be >=0'],
])('%s refuses %j', (field, value, message) => {
  const { error } = documentTaskSchema.safeParse({ ...task, [field]: value });
  expect(error?.issues).toEqual([expect.objectContaining({ path: [field], message })]);
});

test('a source splits into bucket and object, whatever the object is called', () => {
  expect(parseSourceUri('gs://my-bucket/a/b c?#.pdf')).toEqual({ bucket: 'my-bucket', object: 'a/b c?#.pdf' });
});

test('the same document always has the same id, and another generation has another', () => {
  const reference = documentTaskSchema.parse(task);
  expect(documentIdFor(reference)).toBe(documentIdFor({ ...reference }));
  expect(documentIdFor(reference)).not.toBe(documentIdFor({ ...reference, generation: '2' }));
});

test('task ids are valid for Cloud Tasks, lead with a hash and differ between documents and epochs', () => {
  const ids = fc.stringMatching(/^[A-Za-z0-9_-]{1,128}$/);
  const epochs = fc.nat(1_000_000);
  fc.assert(
    fc.property(ids, epochs, ids, epochs, (documentId, epoch, otherId, otherEpoch) => {
      const id = taskIdFor({ documentId, epoch });
      expect(id).toMatch(/^[0-9a-f]{32}-[A-Za-z0-9_-]{1,467}$/);
      const same = documentId === otherId && epoch === otherEpoch;
      expect(taskIdFor({ documentId: otherId, epoch: otherEpoch }) === id).toBe(same);
    }),
  );
});
