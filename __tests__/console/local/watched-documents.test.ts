import { WatchedDocuments } from '../../../console/local/watched-documents.ts';
import { Buckets } from '../../../local/cloud-storage/buckets.ts';
import { attemptName, metadataOf, openingName, openingOf, type StateContent } from '../../../state/state-objects.ts';
import { VirtualClock } from '../../../time/virtual-clock.ts';

const RESULTS = 'results';

function started() {
  const clock = new VirtualClock();
  const storage = new Buckets(clock, { mutationLimit: false });
  storage.createBucket(RESULTS);
  storage.createBucket('others');
  const put = (name: string, content: StateContent, bucket = RESULTS) =>
    storage.insert(bucket, name, '', { metadata: metadataOf(content) });
  const at = () => new Date(clock.now()).toISOString();
  const open = (documentId: string, epoch = 0, bucket = RESULTS) => {
    const source = {
      sourceUri: 'gs://b/o',
      generation: '1',
      filename: `${documentId}.pdf`,
      method: 'auto',
      ocr: 'auto',
    } as const;
    put(openingName(documentId, epoch), openingOf({ documentId, epoch, ...source }, 'accepted', clock.now()), bucket);
  };
  const end = (documentId: string, number: number, kind: 'COMPLETED' | 'FAILED' | 'GIVEN-BACK') =>
    put(attemptName({ documentId, epoch: 0, number }, 'end'), { kind, by: 'o', at: at(), attempts: number });
  const lease = (documentId: string, number: number) =>
    put(attemptName({ documentId, epoch: 0, number }, 'lease'), {
      owner: 'o',
      at: at(),
      expiresAt: clock.now() + 45_000,
    });
  let changes = 0;
  const watch = () => new WatchedDocuments(storage, RESULTS, clock, () => changes++);
  const ids = (documents: WatchedDocuments) => documents.index.ids({ q: '', status: '' }, clock.now());
  const status = (documents: WatchedDocuments, id: string) => documents.index.row(id, clock.now())?.status;
  return { clock, storage, open, end, lease, watch, ids, status, changes: () => changes };
}

test('knows what was there, the newest change first, and tells nobody of it', async () => {
  const { clock, open, end, watch, ids, changes } = started();
  open('a');
  open('b');
  await clock.advance(5000);
  end('a', 1, 'COMPLETED');
  expect(ids(watch())).toEqual(['a', 'b']);
  expect(changes()).toBe(0);
});

test('follows a document from its hand-in to its outcome', () => {
  const { open, lease, end, watch, status, changes } = started();
  const documents = watch();
  open('a');
  expect(status(documents, 'a')).toBe('PENDING');
  lease('a', 1);
  expect(status(documents, 'a')).toBe('PROCESSING');
  end('a', 1, 'GIVEN-BACK');
  expect(status(documents, 'a')).toBe('PENDING');
  lease('a', 2);
  end('a', 2, 'COMPLETED');
  expect(status(documents, 'a')).toBe('COMPLETED');
  expect(documents.index.row('a', 0)?.attempts).toBe(2);
  expect(changes()).toBe(5);
});

test('a document is gone with its last object', () => {
  const { storage, open, watch, ids } = started();
  const documents = watch();
  open('a');
  storage.delete(RESULTS, openingName('a', 0));
  expect(ids(documents)).toEqual([]);
});

test('what is in another bucket, or of no document, is nothing to it', () => {
  const { storage, open, watch, ids, changes } = started();
  const documents = watch();
  open('a', 0, 'others');
  storage.insert(RESULTS, 'results/x/document.md', 'text');
  expect(ids(documents)).toEqual([]);
  expect(changes()).toBe(0);
});

test('a document whose state somebody has changed is left out, and the others are not', () => {
  const { storage, open, watch, ids } = started();
  const documents = watch();
  open('a');
  storage.insert(RESULTS, openingName('b', 0), '', { metadata: { kind: 'accepted', detail: 'no JSON' } });
  expect(ids(documents)).toEqual(['a']);
});
