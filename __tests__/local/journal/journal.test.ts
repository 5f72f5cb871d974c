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

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A journal, and the state as its changes make it. */
function open(options: JournalOptions = {}) {
  const { journal, state } = Journal.open(folder, VALUES, options);
  const keep = (change: Change) => {
    journal.append(change, () => state);
    VALUES.apply(state, change);
  };
  return { journal, state, keep };
}

/** What the journal's files are called, without the lock. */
const files = () =>
  readdirSync(folder)
    .filter((name) => name !== 'lock')
    .sort();

/** Lets the event loop turn until the files are these: a snapshot is written between other work. */
async function untilFiles(...names: string[]): Promise<void> {
  while (JSON.stringify(files()) !== JSON.stringify(names)) await new Promise(setImmediate);
}

/** What a new start finds. */
function reopened(options: JournalOptions = {}): Record<string, string> {
  const { journal, state } = open(options);
  journal.close();
  return Object.fromEntries(state);
}

/** Refuses what a full disk does, after some of the bytes. */
function fullDisk(isFull: (length: number) => boolean, written = 3): NonNullable<JournalOptions['write']> {
  let failsNow = false;
  return (descriptor, bytes, offset, length, position) => {
    if (!isFull(length)) return writeSync(descriptor, bytes, offset, length, position);
    failsNow = !failsNow;
    if (failsNow) return writeSync(descriptor, bytes, offset, Math.min(length, written), position);
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  };
}

test('makes its folder, and does not grow with what has ended: a snapshot takes the place of the changes', async () => {
  const parent = folder;
  folder = path.join(parent, 'made', 'by-itself');
  const { journal, keep } = open({ smallestToCompact: 1000 });
  keep({ name: 'stays', value: 'x' });
  for (let number = 0; number < 50; number++) {
    keep({ name: `n${number}`, value: 'x'.repeat(100) });
    keep({ name: `n${number}` });
    await new Promise(setImmediate);
  }
  while (files().some((name) => name.endsWith('.next'))) await new Promise(setImmediate);
  journal.close();
  expect(files()).toHaveLength(2);
  for (const file of files()) expect(statSync(path.join(folder, file)).size).toBeLessThan(1200);
  expect(reopened()).toEqual({ stays: 'x' });
  folder = parent;
});

test('a journal that needs all of its changes is not written anew each time: its snapshots double', async () => {
  let snapshotBytes = 0;
  const write: JournalOptions['write'] = (descriptor, bytes, offset, length, position) => {
    // A line is written alone, and a snapshot in pieces of many.
    if (bytes.indexOf(10) < bytes.length - 1) snapshotBytes += length;
    return writeSync(descriptor, bytes, offset, length, position);
  };
  const { journal, keep } = open({ smallestToCompact: 1000, write });
  for (let number = 0; number < 1000; number++) {
    keep({ name: `n${number}`, value: 'x'.repeat(80) });
    await new Promise(setImmediate);
  }
  journal.close();
  expect(snapshotBytes).toBeGreaterThan(64_000);
  expect(snapshotBytes).toBeLessThan(300_000);
  expect(Object.keys(reopened())).toHaveLength(1000);
});

test('changes go on while a snapshot is written, and it holds without them', async () => {
  const { journal, keep } = open({ smallestToCompact: 3 * MEGABYTE });
  for (const name of ['a', 'b', 'c', 'd']) keep({ name, value: name.repeat(MEGABYTE) });
  // The snapshot has begun, and takes a turn for each of the three that were there.
  expect(files()).toEqual(['changes-1.jsonl', 'changes-2.jsonl', 'snapshot-2.jsonl.next']);
  await new Promise(setImmediate);
  for (const name of ['a', 'c']) keep({ name });
  keep({ name: 'b', value: 'new' });
  await untilFiles('changes-2.jsonl', 'snapshot-2.jsonl');
  keep({ name: 'e', value: '' });
  journal.close();
  expect(reopened()).toEqual({ b: 'new', d: 'd'.repeat(MEGABYTE), e: '' });
});

test('writes segments, and reads them in their order, across more of them than ten', () => {
  const { journal, keep } = open({ segmentBytes: 100 });
  for (let number = 0; number < 60; number++) keep({ name: `n${number % 20}`, value: `v${number}` });
  journal.close();
  expect(files().length).toBeGreaterThan(12);
  for (const file of files()) expect(statSync(path.join(folder, file)).size).toBeLessThan(150);
  expect(reopened({ segmentBytes: 100 })).toEqual(
    Object.fromEntries(Array.from({ length: 20 }, (_, number) => [`n${number}`, `v${number + 40}`])),
  );
});

test('whatever is kept is there after each start, in files of any size and over lines longer than a piece', async () => {
  const change = fc.record({
    name: fc.constantFrom('a', 'b', 'c'),
    value: fc.option(fc.constantFrom('', 'ü\n\u0000', 'long '.repeat(300_000)), { nil: undefined }),
  });
  const bytes = fc.integer({ min: 1, max: 200 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(change, { maxLength: 6 }), { maxLength: 4 }),
      fc.record({ segmentBytes: bytes, smallestToCompact: bytes }),
      fc.array(fc.boolean(), { minLength: 1 }),
      async (runs, options, turns) => {
        let expected = {};
        let turn = 0;
        for (const changes of runs) {
          const { journal, state, keep } = open(options);
          expect(Object.fromEntries(state)).toEqual(expected);
          for (const one of changes) {
            keep(JSON.parse(JSON.stringify(one)));
            if (turns[turn++ % turns.length]) await new Promise(setImmediate);
          }
          expected = Object.fromEntries(state);
          journal.close();
        }
        for (const file of files()) rmSync(path.join(folder, file));
      },
    ),
    { numRuns: 50 },
  );
});

test('a snapshot that was not finished does not count, and is removed', () => {
  writeFileSync(path.join(folder, 'changes-1.jsonl'), '{"name":"a","value":"kept"}\n');
  writeFileSync(path.join(folder, 'changes-2.jsonl'), '{"name":"b","value":"kept"}\n');
  writeFileSync(path.join(folder, 'snapshot-2.jsonl.next'), '{"name":"a","val');
  expect(reopened()).toEqual({ a: 'kept', b: 'kept' });
  expect(files()).toEqual(['changes-1.jsonl', 'changes-2.jsonl']);
});

test('what a newer snapshot stands for does not count, and is removed', () => {
  writeFileSync(path.join(folder, 'changes-1.jsonl'), '{"name":"gone","value":"old"}\n');
  writeFileSync(path.join(folder, 'snapshot-2.jsonl'), '{"name":"a","value":"old"}\n');
  writeFileSync(path.join(folder, 'changes-2.jsonl'), '{"name":"a","value":"new"}\n');
  expect(reopened()).toEqual({ a: 'new' });
  expect(files()).toEqual(['changes-2.jsonl', 'snapshot-2.jsonl']);
});

test('what was cut off is dropped at the very end, and damage anywhere else', () => {
  const file = (number: number) => path.join(folder, `changes-${number}.jsonl`);
  const { journal, keep } = open({ segmentBytes: 1 });
  for (const name of ['a', 'b']) keep({ name, value: '' });
  journal.close();
  appendFileSync(file(2), '{"na');
  const { journal: second, keep: keepMore, state } = open({ segmentBytes: 1000 });
  expect([...state.keys()]).toEqual(['a', 'b']);
  keepMore({ name: 'c', value: '' });
  second.close();
  expect(Object.keys(reopened())).toEqual(['a', 'b', 'c']);
  appendFileSync(file(1), '{"na');
  expect(() => open()).toThrow(
    `${file(1)} is damaged (its end: it has no newline). Restore the file, or empty its folder to start with nothing.`,
  );
});

test('a full disk names the folder; what it refuses is not kept, and what comes after it is', () => {
  let full = false;
  const { journal, state, keep } = open({ segmentBytes: 60, write: fullDisk(() => full, 40) });
  keep({ name: 'a', value: 'before' });
  full = true;
  expect(() => keep({ name: 'b', value: 'a long value that is not kept at all' })).toThrow(
    `Nothing can be kept in ${folder} (ENOSPC: no space left on device, write): make room there, or choose another folder.`,
  );
  full = false;
  for (const name of ['c', 'd', 'e', 'f']) keep({ name, value: 'after' });
  journal.close();
  expect(reopened()).toEqual(Object.fromEntries(state));
  expect([...state.keys()]).toEqual(['a', 'c', 'd', 'e', 'f']);
});

test('without room for a snapshot the lines go on in the files that are there', async () => {
  const write = fullDisk((length) => length > 200);
  const { journal, keep } = open({ smallestToCompact: 500, write });
  for (let number = 0; number < 40; number++) {
    keep({ name: `n${number}`, value: 'x'.repeat(80) });
    await new Promise(setImmediate);
  }
  journal.close();
  expect(files().filter((name) => name.startsWith('snapshot'))).toEqual([]);
  expect(Object.keys(reopened())).toHaveLength(40);
});
