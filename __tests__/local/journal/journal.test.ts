import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { Journal, type JournalOptions, type Kept } from '../../../local/journal/journal.ts';

/** Values by name: the smallest thing that can be kept. */
type State = Map<string, string>;
type Change = { readonly name: string; readonly value?: string };
const VALUES: Kept<Change, State> = {
  empty: () => new Map(),
  apply(state, { name, value }) {
    if (value === undefined) state.delete(name);
    else state.set(name, value);
  },
  *changesOf(state) {
    for (const [name, value] of state) yield { name, value };
  },
};

const MEGABYTE = 1024 * 1024;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'journal-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** A journal, and the state as its changes make it. */
function open(options: JournalOptions = {}) {
  const { journal, state } = Journal.open(folder, VALUES, options);
  const keep = (change: Change) => {
    journal.append(change, () => state);
    VALUES.apply(state, change);
  };
  return { journal, state, keep };
}

const files = () =>
  readdirSync(folder)
    .filter((name) => name.startsWith('journal'))
    .sort();

/** Fails as a full disk does, after some of the bytes. */
function fullDisk(isFull: () => boolean, written = 3): NonNullable<JournalOptions['write']> {
  let failsNow = false;
  return (descriptor, bytes, offset, length, position) => {
    if (!isFull()) return writeSync(descriptor, bytes, offset, length, position);
    failsNow = !failsNow;
    if (failsNow) return writeSync(descriptor, bytes, offset, Math.min(length, written), position);
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  };
}

test('makes its folder, and does not grow with what has ended: it is written anew, and nothing is lost', () => {
  folder = path.join(folder, 'made', 'by-itself');
  const { journal, keep } = open();
  for (let number = 0; number < 40; number++) {
    keep({ name: `n${number}`, value: 'x'.repeat(MEGABYTE) });
    if (number > 0) keep({ name: `n${number}` });
  }
  journal.close();
  expect(files()).toHaveLength(1);
  expect(statSync(path.join(folder, files()[0] ?? '')).size).toBeLessThan(18 * MEGABYTE);
  const { journal: reopened, state } = open();
  expect([...state]).toEqual([['n0', 'x'.repeat(MEGABYTE)]]);
  reopened.close();
  folder = path.join(folder, '..', '..');
});

test('writes segments, and reads them in their order, across more of them than ten', () => {
  const { journal, keep } = open({ segmentBytes: 100 });
  for (let number = 0; number < 60; number++) keep({ name: `n${number % 20}`, value: `v${number}` });
  journal.close();
  expect(files().length).toBeGreaterThan(12);
  for (const file of files()) expect(statSync(path.join(folder, file)).size).toBeLessThan(150);
  const { journal: reopened, state } = open({ segmentBytes: 100 });
  expect(Object.fromEntries(state)).toEqual(
    Object.fromEntries(Array.from({ length: 20 }, (_, number) => [`n${number}`, `v${number + 40}`])),
  );
  reopened.close();
});

test('whatever is kept is there after each start, in segments of any size and over lines longer than a piece', () => {
  const change = fc.record({
    name: fc.constantFrom('a', 'b', 'c'),
    value: fc.option(fc.constantFrom('', 'ü\n\u0000', 'long '.repeat(300_000)), { nil: undefined }),
  });
  fc.assert(
    fc.property(
      fc.array(fc.array(change, { maxLength: 4 }), { maxLength: 4 }),
      fc.integer({ min: 1, max: 200 }),
      (runs, segmentBytes) => {
        let expected: [string, string][] = [];
        for (const changes of runs) {
          const { journal, state, keep } = open({ segmentBytes });
          expect([...state]).toEqual(expected);
          for (const one of changes) keep(JSON.parse(JSON.stringify(one)));
          expected = [...state];
          journal.close();
        }
        for (const file of files()) rmSync(path.join(folder, file));
      },
    ),
    { numRuns: 30 },
  );
});

test('a snapshot that was not finished does not count, and is removed', () => {
  const { journal, keep } = open();
  keep({ name: 'a', value: 'kept' });
  journal.close();
  writeFileSync(path.join(folder, 'journal-2-0.jsonl.next'), '{"name":"a","value":"half"}\n');
  writeFileSync(path.join(folder, 'journal-2-1.jsonl'), '{"name":"b","value":"half"}\n');
  const { journal: reopened, state } = open();
  expect([...state]).toEqual([['a', 'kept']]);
  reopened.close();
  expect(files()).toEqual(['journal-2-0.jsonl']);
});

test('a generation that a kill left behind the newest one does not count, and is removed', () => {
  writeFileSync(path.join(folder, 'journal-1-0.jsonl'), '{"name":"a","value":"old"}\n');
  writeFileSync(path.join(folder, 'journal-2-0.jsonl'), '{"name":"a","value":"new"}\n');
  const { journal, state } = open();
  expect([...state]).toEqual([['a', 'new']]);
  journal.close();
  expect(files()).toEqual(['journal-3-0.jsonl']);
});

test('what was cut off is dropped at the very end, and damage anywhere else', () => {
  const { journal, keep } = open({ segmentBytes: 1 });
  for (const name of ['a', 'b', 'c']) keep({ name, value: '' });
  journal.close();
  appendFileSync(path.join(folder, 'journal-1-2.jsonl'), '{"na');
  const { journal: reopened, state } = open({ segmentBytes: 1 });
  expect([...state.keys()]).toEqual(['a', 'b', 'c']);
  reopened.close();
  const first = path.join(folder, 'journal-2-0.jsonl');
  appendFileSync(first, '{"na');
  writeFileSync(path.join(folder, 'journal-2-1.jsonl'), '{"name":"d","value":""}\n');
  expect(() => open()).toThrow(
    `${first} is damaged (its end: it has no newline). Restore the file, or empty its folder to start with nothing.`,
  );
});

test('a full disk at the start names the folder, and leaves what was kept', () => {
  const { journal, keep } = open();
  keep({ name: 'a', value: 'kept' });
  journal.close();
  expect(() => open({ write: fullDisk(() => true) })).toThrow(
    `Nothing can be kept in ${folder} (ENOSPC: no space left on device, write): make room there, or choose another folder.`,
  );
  const { journal: reopened, state } = open();
  expect([...state]).toEqual([['a', 'kept']]);
  reopened.close();
});

test('what a full disk refuses is not kept, and what comes after it is', () => {
  let full = false;
  const { journal, state, keep } = open({ segmentBytes: 60, write: fullDisk(() => full, 40) });
  keep({ name: 'a', value: 'before' });
  full = true;
  expect(() => keep({ name: 'b', value: 'a long value that is not kept at all' })).toThrow('Nothing can be kept in');
  full = false;
  for (const name of ['c', 'd', 'e', 'f']) keep({ name, value: 'after' });
  journal.close();
  const { journal: reopened, state: after } = open();
  expect([...after]).toEqual([...state]);
  expect([...after.keys()]).toEqual(['a', 'c', 'd', 'e', 'f']);
  reopened.close();
});

test('without room for a snapshot the lines go on in the files that are there', () => {
  const sizes = () => files().map((name) => statSync(path.join(folder, name)).size);
  const write: JournalOptions['write'] = (descriptor, bytes, offset, length, position) => {
    const taken = sizes().reduce((sum, size) => sum + size, 0);
    if (taken + length > 26 * MEGABYTE) throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
    return writeSync(descriptor, bytes, offset, length, position);
  };
  const { journal, keep } = open({ write });
  // All of it is still needed: there is no room for twice as much.
  for (let number = 0; number < 20; number++) keep({ name: `n${number}`, value: 'x'.repeat(MEGABYTE) });
  journal.close();
  expect(files()).toEqual(['journal-1-0.jsonl']);
  const { journal: reopened, state } = open();
  expect(state.size).toBe(20);
  reopened.close();
});
