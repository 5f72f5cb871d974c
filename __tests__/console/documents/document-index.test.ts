import { DocumentIndex } from '../../../console/documents/document-index.ts';
import type { DocumentView } from '../../../state/document-view.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const ALL = { q: '', status: '', page: 0 };

function document(documentId: string, more: Partial<DocumentView> = {}): DocumentView {
  return {
    documentId,
    sourceUri: `gs://documents/${documentId}`,
    generation: '1',
    filename: `${documentId}.pdf`,
    method: 'auto',
    ocr: 'auto',
    epoch: 0,
    status: 'PENDING',
    attempts: 0,
    createdAt: '2026-03-01T11:00:00.000Z',
    updatedAt: '2026-03-01T11:00:00.000Z',
    ...more,
  };
}

function indexOf(...documents: DocumentView[]): DocumentIndex {
  const index = new DocumentIndex();
  for (const one of documents) index.put(one, NOW);
  return index;
}

const ids = (index: DocumentIndex, query: Partial<typeof ALL>) => index.ids({ ...ALL, ...query }, NOW);
const CORRUPT = { status: 'FAILED', error: { reason: 'corrupt', message: 'No PDF header.' } } as const;

test('the newest change comes first', () => {
  const index = indexOf(document('a'), document('b'));
  index.put(document('a', { status: 'COMPLETED' }), NOW);
  expect(ids(index, {})).toEqual(['a', 'b']);
});

test('what was read in another order can be put in order', () => {
  const index = indexOf(document('new', { updatedAt: '2026-03-01T11:30:00.000Z' }), document('old'));
  index.sort();
  expect(ids(index, {})).toEqual(['new', 'old']);
});

test.each([
  ['its name', 'A.PDF'],
  ['its id', 'a'],
  ['its reason', 'corrupt'],
  ['words of its message in any order', 'header pdf'],
])('a document is found by %s', (_what, q) => {
  const index = indexOf(document('a', CORRUPT), document('x', { filename: 'x.txt' }));
  expect(ids(index, { q })).toEqual(['a']);
});

test('status and words hold together; the counts are of all', () => {
  const index = indexOf(document('a', CORRUPT), document('b', CORRUPT), document('c', { status: 'COMPLETED' }));
  const view = index.view({ ...ALL, q: 'a.pdf', status: 'FAILED' }, NOW);
  expect(view.rows.map(({ id }) => id)).toEqual(['a']);
  expect(view.counts).toEqual({ PENDING: 0, PROCESSING: 0, COMPLETED: 1, FAILED: 2 });
});

test('says how many FAILED ones match, whatever the status that is shown', () => {
  const index = indexOf(document('a', CORRUPT), document('b', CORRUPT), document('c', { status: 'COMPLETED' }));
  expect(index.view({ ...ALL, status: 'COMPLETED' }, NOW).failed).toBe(2);
});

test('who works on it is not working any more when its lease has run out', () => {
  const lease = { owner: 'o', at: '2026-03-01T12:00:00.000Z', expiresAt: NOW + 45_000 };
  const index = indexOf(document('a', { status: 'PROCESSING', lease }));
  expect(index.row('a', NOW)?.status).toBe('PROCESSING');
  expect(index.row('a', NOW + 60_000)?.status).toBe('PENDING');
  expect(index.view(ALL, NOW + 60_000).counts.PENDING).toBe(1);
});

test('the oldest that waits is the one that was handed in first', () => {
  const index = indexOf(document('young'), document('old', { createdAt: '2026-03-01T10:00:00.000Z' }));
  expect(index.view(ALL, NOW).oldestWaiting).toEqual({ id: 'old', since: Date.parse('2026-03-01T10:00:00Z') });
});

test('an outcome counts once, however often it is seen', () => {
  const index = new DocumentIndex();
  const done = document('a', { status: 'COMPLETED', updatedAt: new Date(NOW).toISOString() });
  index.put(done, NOW);
  index.put(done, NOW);
  const [completed] = index.view(ALL, NOW).done.lines;
  expect(completed?.values.reduce((sum, value) => sum + value)).toBe(1);
});

test('shows a page of a hundred, the last one where there are fewer pages than asked for', () => {
  const index = indexOf(...Array.from({ length: 250 }, (_, n) => document(`d${n}`)));
  expect(index.view({ ...ALL, page: 1 }, NOW)).toMatchObject({ total: 250, page: 1, pageSize: 100 });
  expect(index.view({ ...ALL, page: 9 }, NOW).rows).toHaveLength(50);
});

test('a removed document is not there any more', () => {
  const index = indexOf(document('a'));
  index.remove('a');
  expect(index.row('a', NOW)).toBeUndefined();
  expect(index.view(ALL, NOW).total).toBe(0);
});
