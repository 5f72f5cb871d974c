import { ListedDocuments } from '../../../console/deployed/listed-documents.ts';
import type { DocumentView } from '../../../state/document-view.ts';
import { VirtualClock } from '../../../time/virtual-clock.ts';

const ALL = { q: '', status: '', page: 0 };

function document(documentId: string): DocumentView {
  const at = '2029-12-31T00:00:00.000Z';
  const task = {
    documentId,
    sourceUri: 'gs://b/o',
    generation: '1',
    filename: documentId,
    method: 'auto',
    ocr: 'auto',
  } as const;
  return { ...task, epoch: 0, status: 'FAILED', attempts: 1, createdAt: at, updatedAt: at };
}

function started(read: () => AsyncIterable<DocumentView> | Iterable<DocumentView>) {
  const clock = new VirtualClock();
  let readings = 0;
  let changes = 0;
  const listing = async function* () {
    readings++;
    yield* read();
  };
  const documents = new ListedDocuments(listing, clock, () => changes++);
  const ids = () => documents.index.ids(ALL, clock.now());
  return { clock, documents, ids, readings: () => readings, changes: () => changes };
}

test('reads nothing while nobody looks', async () => {
  const { clock, readings } = started(() => [document('a')]);
  await clock.advance(3_600_000);
  expect(readings()).toBe(0);
  expect(clock.pendingTimers).toBe(0);
});

test('reads at once when somebody looks, and every 30 s from then on', async () => {
  const { clock, documents, ids, readings } = started(() => [document('a')]);
  documents.watch();
  await clock.advance(0);
  expect(ids()).toEqual(['a']);
  expect(documents.readAt).toBe(clock.now());
  await clock.advance(29_999);
  expect(readings()).toBe(1);
  await clock.advance(1);
  expect(readings()).toBe(2);
});

test('one who comes back soon sees what was read last', async () => {
  const { clock, documents, readings } = started(() => [document('a')]);
  const leave = documents.watch();
  await clock.advance(0);
  leave();
  expect(clock.pendingTimers).toBe(0);
  await clock.advance(10_000);
  documents.watch();
  await clock.advance(19_999);
  expect(readings()).toBe(1);
  await clock.advance(1);
  expect(readings()).toBe(2);
});

test('pauses for ten times as long as a reading took', async () => {
  const { clock, documents, readings } = started(async function* () {
    await new Promise<void>((resolve) => clock.setTimeout(resolve, 20_000));
    yield document('a');
  });
  documents.watch();
  await clock.advance(20_000);
  await clock.advance(199_999);
  expect(readings()).toBe(1);
  await clock.advance(1);
  expect(readings()).toBe(2);
});

test('what is not listed any more is gone', async () => {
  let listed = ['a', 'b'];
  const { clock, documents, ids } = started(() => listed.map(document));
  documents.watch();
  await clock.advance(0);
  listed = ['b'];
  await clock.advance(30_000);
  expect(ids()).toEqual(['b']);
});

test('the first time what was read so far is shown, each thousand', async () => {
  const { clock, documents, ids, changes } = started(async function* () {
    for (let n = 0; n < 1500; n++) yield document(`d${n}`);
    await new Promise<void>((resolve) => clock.setTimeout(resolve, 1000));
  });
  documents.watch();
  await clock.advance(1);
  expect(ids()).toHaveLength(1500);
  expect(changes()).toBe(1);
  expect(documents.readAt).toBeUndefined();
});

test('says why nothing can be read, until it can', async () => {
  let refusal: Error | undefined = new Error('403: no permission to list.');
  const { clock, documents, ids } = started(() => {
    if (refusal) throw refusal;
    return [document('a')];
  });
  documents.watch();
  await clock.advance(0);
  expect(() => documents.index).toThrow('403: no permission to list.');
  refusal = undefined;
  await clock.advance(30_000);
  expect(ids()).toEqual(['a']);
});
