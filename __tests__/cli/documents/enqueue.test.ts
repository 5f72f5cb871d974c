import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UsageError } from '../../../cli/command-line.ts';
import { enqueueCommand } from '../../../cli/documents/enqueue.ts';
import type { ObjectInfo } from '../../../google/object-store.ts';
import { taskOf } from '../../../handler/enqueue-document.ts';
import { openingName, openingOf } from '../../../state/state-objects.ts';
import { DOCUMENTS, noteCalls, RESULTS } from '../../handler/handler-in-memory.ts';
import { deployment, jsonLines } from './memory-deployment.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'documents-enqueue-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string): string {
  const to = path.join(folder, name);
  writeFileSync(to, content);
  return to;
}

test('enqueues what is in the bucket', async () => {
  const { run, store, created } = deployment();
  store.objects.insert(DOCUMENTS, 'a.txt', 'Hello');
  const { code, out, err } = await run(enqueueCommand, [`gs://${DOCUMENTS}/a.txt`]);
  expect(out).toMatch(/^[0-9a-f]{32} {2}PENDING {5}gs:\/\/p-documents\/a\.txt\n$/);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(created).toHaveLength(2);
});

test('hands on how documents are to be converted', async () => {
  const { run, store, view } = deployment();
  store.objects.insert(DOCUMENTS, 'a.pdf', 'Hello');
  const how = ['--json', '--method', 'Docling', '--ocr=FORCE'];
  const { out } = await run(enqueueCommand, [`gs://${DOCUMENTS}/a.pdf`, file('scan.pdf', 'x'), ...how]);
  for (const { documentId } of jsonLines(out)) {
    expect(view(String(documentId))).toMatchObject({ method: 'docling', ocr: 'force' });
  }
});

test.each([
  ['method', 'magic', "--method must be one of auto, local, docling; received 'magic'."],
  ['ocr', '', "--ocr must be one of auto, force, skip; received ''."],
])('refuses --%s %j', async (option, value, message) => {
  const { run } = deployment();
  await expect(run(enqueueCommand, ['a.txt', `--${option}`, value])).rejects.toThrow(new UsageError(message));
});

test('uploads a file under a hash of its content and its own name', async () => {
  const { run, store, view } = deployment();
  const { out } = await run(enqueueCommand, [file('a.txt', 'Hello'), '--json']);
  const [name = ''] = store.names(DOCUMENTS);
  expect(name).toMatch(/^[0-9a-f]{32}\/a\.txt$/);
  expect(store.text(DOCUMENTS, name)).toBe('Hello');
  const [{ documentId } = {}] = jsonLines(out);
  expect(view(String(documentId))).toMatchObject({ filename: 'a.txt', sourceUri: `gs://${DOCUMENTS}/${name}` });
});

test('the same file again is the same document; another one of its name is another', async () => {
  const { run, store, created } = deployment();
  const ids = [];
  for (const content of ['Hello', 'Hello', 'Good bye']) {
    const { out } = await run(enqueueCommand, [file('b.txt', content), '--json']);
    ids.push(jsonLines(out)[0]?.documentId);
  }
  expect(ids[1]).toBe(ids[0]);
  expect(ids[2]).not.toBe(ids[0]);
  expect(store.names(DOCUMENTS)).toHaveLength(2);
  expect(created).toHaveLength(4);
});

test('what can never be enqueued is a line of a usage error each, and nothing is begun', async () => {
  const { run, store } = deployment();
  const words = [
    'gs://p-documents',
    'gs://elsewhere/a.txt',
    'gs://elsewhere/**',
    'none.pdf',
    folder,
    file('new\nline.txt', 'Hello'),
    file('good.txt', 'Hello'),
  ];
  const refusal = new UsageError(
    [
      'gs://p-documents: it is not gs://BUCKET/OBJECT.',
      'gs://elsewhere/a.txt: documents are read from gs://p-documents only.',
      'gs://elsewhere/**: documents are read from gs://p-documents only.',
      'none.pdf: there is no such file.',
      `${folder}: is no file.`,
      `${folder}/new?line.txt: its name has a line break, which Cloud Storage does not take: rename it.`,
    ].join('\n'),
  );
  await expect(run(enqueueCommand, words)).rejects.toThrow(refusal);
  await expect(run(enqueueCommand, [...words, '--dry-run'])).rejects.toThrow(refusal);
  expect(store.names(DOCUMENTS)).toEqual([]);
  await expect(run(enqueueCommand, [''])).rejects.toThrow('A file needs a name; received an empty one.');
});

test('what is not enqueued after all is one line each, and the others are', async () => {
  const { run } = deployment();
  const large = file('large.txt', '');
  truncateSync(large, 1001);
  const { code, err } = await run(enqueueCommand, ['gs://p-documents/none.txt', large, file('good.txt', 'Hello')]);
  const [summary, ...failures] = err.trimEnd().split('\n').reverse();
  // Documents are looked at beside each other: whichever is done first comes first.
  expect(failures.sort()).toEqual([
    `${large}: too large: it has 1001 bytes; at most 1000 are taken`,
    'gs://p-documents/none.txt does not exist. Upload the document first.',
  ]);
  expect(summary).toBe('1 enqueued, 2 not.');
  expect(code).toBe(1);
});

test('a document that has FAILED before is to be replayed', async () => {
  const { run, store, end } = deployment();
  store.objects.insert(DOCUMENTS, 'a.txt', 'Hello');
  const uri = `gs://${DOCUMENTS}/a.txt`;
  const { out } = await run(enqueueCommand, [uri, '--json']);
  const id = String(jsonLines(out)[0]?.documentId);
  end(id, { kind: 'FAILED', error: { reason: 'corrupt', message: 'No.' } });
  const { code, err } = await run(enqueueCommand, [uri]);
  expect(err).toBe(`${uri}: it has FAILED before (corrupt: No.). To try again: npm run documents -- replay ${id}\n`);
  expect(code).toBe(1);
});

test('where the upload hands itself in and fails at once, that is its outcome: it has not FAILED before', async () => {
  const { run, store, put, end, clock } = deployment();
  const { write } = store;
  // What the notification of an upload leads to, before whoever uploaded it is back.
  store.write = async (...call) => {
    const written = await write.apply(store, call);
    const [bucket, object] = call;
    if (bucket === DOCUMENTS) {
      const task = taskOf({ sourceUri: `gs://${bucket}/${object}` }, (await store.stat(bucket, object)) as ObjectInfo);
      put(openingName(task.documentId, 0), openingOf(task, 'accepted', clock.now()));
      end(task.documentId, { kind: 'FAILED', error: { reason: 'corrupt', message: 'No.' } });
    }
    return written;
  };
  const words = [file('broken.pdf', 'Broken'), '--method', 'local', '--ocr', 'skip'];
  const { code, out, err } = await run(enqueueCommand, words);
  expect(out).toMatch(/^[0-9a-f]{32} {2}FAILED {6}.*broken\.pdf\n$/);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const again = await run(enqueueCommand, words);
  expect(again).toMatchObject({ code: 1, err: expect.stringContaining('it has FAILED before (corrupt: No.)') });
});

test('a file that is to be converted in another way is another object, which says so', async () => {
  const { run, store } = deployment();
  const given = file('a.pdf', 'Hello');
  for (const how of [[], ['--method', 'docling'], ['--method', 'docling'], ['--ocr', 'force']]) {
    await run(enqueueCommand, [given, ...how]);
  }
  const metadata = await Promise.all(
    store.names(DOCUMENTS).map(async (name) => (await store.stat(DOCUMENTS, name))?.metadata),
  );
  expect(metadata).toHaveLength(3);
  expect(metadata).toEqual(expect.arrayContaining([{}, { method: 'docling' }, { ocr: 'force' }]));
});

test('without a document is a usage error', async () => {
  await expect(deployment().run(enqueueCommand)).rejects.toThrow("Missing required argument 'DOCUMENT'.");
});

test("without --method and --ocr a document is converted as its object's own metadata say", async () => {
  const { run, store, view } = deployment();
  store.objects.insert(DOCUMENTS, 'a.pdf', 'Hello', { metadata: { method: 'docling', ocr: 'sometimes' } });
  const { out } = await run(enqueueCommand, [`gs://${DOCUMENTS}/*`, `gs://${DOCUMENTS}/a.pdf`, '--json']);
  const ids = jsonLines(out).map(({ documentId }) => String(documentId));
  expect(ids).toHaveLength(2);
  expect(new Set(ids).size).toBe(1);
  expect(view(ids[0] as string)).toMatchObject({ method: 'docling', ocr: 'auto' });
});

describe('a pattern', () => {
  const fill = (store: ReturnType<typeof deployment>['store'], ...names: string[]) => {
    for (const name of names) store.objects.insert(DOCUMENTS, name, 'Hello');
  };
  const uris = (out: string) =>
    jsonLines(out).map(({ document }) => String(document).slice(`gs://${DOCUMENTS}/`.length));

  test('enqueues what fits, the same documents as by their names', async () => {
    const { run, store, created } = deployment();
    fill(store, 'in/a.txt', 'in/b/c.txt', 'out.txt', 'in/folder/');
    const { code, out, err } = await run(enqueueCommand, [`gs://${DOCUMENTS}/in/**`, '--json']);
    expect(uris(out).sort()).toEqual(['in/a.txt', 'in/b/c.txt']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const again = await run(enqueueCommand, [`gs://${DOCUMENTS}/in/a.txt`, `gs://${DOCUMENTS}/in/b/c.txt`, '--json']);
    expect(
      jsonLines(again.out)
        .map(({ documentId }) => documentId)
        .sort(),
    ).toEqual(
      jsonLines(out)
        .map(({ documentId }) => documentId)
        .sort(),
    );
    expect(created).toHaveLength(4);
  });

  test('says how many', async () => {
    const { run, store } = deployment();
    fill(store, 'a.txt', 'b.txt');
    expect((await run(enqueueCommand, [`gs://${DOCUMENTS}/*`])).err).toBe('2 enqueued, 0 not.\n');
  });

  test('says of each pattern how far it is', async () => {
    const { run, store, clock } = deployment();
    fill(store, 'a.txt', 'b.txt', 'c.txt');
    const write = store.write.bind(store);
    let turn = Promise.resolve();
    store.write = async (...given) => {
      // One after the other.
      turn = turn.then(() => clock.advance(11_000));
      await turn;
      return write(...given);
    };
    const { err } = await run(enqueueCommand, [`gs://${DOCUMENTS}/*`, `gs://${DOCUMENTS}/*`]);
    const counts = err.match(/\d+ of \d+(?= documents done)/g) ?? [];
    expect(counts).toEqual(['1 of 3', '2 of 3', '1 of 3', '2 of 3']);
  });

  test('takes no look at the sources: the list says what they are', async () => {
    const { run, store } = deployment();
    fill(store, 'a.txt', 'b.txt');
    const calls = noteCalls(store);
    await run(enqueueCommand, [`gs://${DOCUMENTS}/*`]);
    expect(calls.filter((call) => call.startsWith('stat'))).toEqual([]);
    expect(calls.filter((call) => call.startsWith('write'))).toHaveLength(2);
  });

  test('what is done already costs a refused write and a list, and no task', async () => {
    const { run, store, created, clock, end } = deployment();
    fill(store, 'a.txt');
    const { out } = await run(enqueueCommand, [`gs://${DOCUMENTS}/*`, '--json']);
    const id = String(jsonLines(out)[0]?.documentId);
    await clock.advance(1000);
    end(id, { kind: 'COMPLETED' });
    created.splice(0);
    const calls = noteCalls(store);
    const again = await run(enqueueCommand, [`gs://${DOCUMENTS}/*`, '--json']);
    expect(jsonLines(again.out)).toMatchObject([{ documentId: id, status: 'COMPLETED' }]);
    expect(calls.filter((call) => !call.startsWith('list ') || call.includes('state/'))).toEqual([
      expect.stringMatching(/^write state\/.*\.open$/),
      expect.stringMatching(/^list state\//),
    ]);
    expect(created).toEqual([]);
  });

  test('--dry-run prints what would be, and changes nothing', async () => {
    const { run, store, created } = deployment();
    fill(store, 'a.txt', 'b.txt', 'c.md');
    const words = [`gs://${DOCUMENTS}/*.txt`, `gs://${DOCUMENTS}/c.md`, '--dry-run'];
    const { code, out, err } = await run(enqueueCommand, words);
    expect(out.trimEnd().split('\n').sort()).toEqual(
      ['a.txt', 'b.txt', 'c.md'].map((name) => `gs://${DOCUMENTS}/${name}`),
    );
    expect({ code, err }).toEqual({ code: 0, err: '3 would be enqueued.\n' });
    expect(created).toEqual([]);
    expect(store.names(RESULTS)).toEqual([]);
    const { out: json } = await run(enqueueCommand, [`gs://${DOCUMENTS}/a*`, '--dry-run', '--json']);
    expect(jsonLines(json)).toEqual([
      { document: `gs://${DOCUMENTS}/a.txt`, documentId: expect.any(String), status: null, epoch: null, reason: null },
    ]);
  });

  test('--dry-run says of an object that it is not there, and gives the id of one that is', async () => {
    const { run, store } = deployment();
    fill(store, 'a.txt');
    const [there, missing] = [`gs://${DOCUMENTS}/a.txt`, `gs://${DOCUMENTS}/b.txt`];
    const { code, out, err } = await run(enqueueCommand, [there, missing, '--dry-run']);
    expect({ code, out }).toEqual({ code: 1, out: `${there}\n` });
    expect(err).toBe(`${missing} does not exist. Upload the document first.\n1 would be enqueued.\n`);
    const { out: json } = await run(enqueueCommand, [there, '--dry-run', '--json']);
    expect(jsonLines(json)).toMatchObject([{ document: there, documentId: expect.stringMatching(/^[0-9a-f]{32}$/) }]);
  });

  test('--limit enqueues so many of it', async () => {
    const { run, store } = deployment();
    fill(store, 'a.txt', 'b.txt', 'c.txt');
    const { out } = await run(enqueueCommand, [`gs://${DOCUMENTS}/*`, '--limit', '2', '--json']);
    expect(uris(out).sort()).toEqual(['a.txt', 'b.txt']);
  });

  test('that nothing fits is a failure', async () => {
    const document = `gs://${DOCUMENTS}/none/**`;
    const { out } = await deployment().run(enqueueCommand, [document, '--json']);
    expect(jsonLines(out)).toMatchObject([{ document, status: null, reason: 'no object fits the pattern' }]);
    const { code, err } = await deployment().run(enqueueCommand, [document]);
    expect(err).toBe(`gs://${DOCUMENTS}/none/**: no object fits the pattern\n0 enqueued, 1 not.\n`);
    expect(code).toBe(1);
  });

  test('is ended by an interruption, and goes on where it is called again', async () => {
    const { run, store, created } = deployment();
    fill(store, ...Array.from({ length: 100 }, (_, index) => `${index}.txt`));
    const interrupted = new AbortController();
    const { write } = store;
    let writes = 0;
    store.write = (...call) => {
      if (++writes === 40) interrupted.abort(new UsageError('Interrupted.'));
      return write.apply(store, call);
    };
    await expect(run(enqueueCommand, [`gs://${DOCUMENTS}/**`], interrupted.signal)).rejects.toThrow('Interrupted.');
    expect(created.length).toBeLessThan(2 * 72);
    await run(enqueueCommand, [`gs://${DOCUMENTS}/**`]);
    expect(new Set(created).size).toBe(200);
  });
});
