import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Buckets } from '../../../local/cloud-storage/buckets.ts';
import { KeptObjects } from '../../../local/cloud-storage/kept-objects.ts';
import { VirtualClock } from '../../../time/virtual-clock.ts';

const clock = new VirtualClock();
let folder: string;
let keeper: KeptObjects;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'kept-objects-'));
});
afterEach(() => {
  keeper.close();
  rmSync(folder, { recursive: true });
});

function start(): Buckets {
  keeper?.close();
  keeper = new KeptObjects(folder);
  const buckets = new Buckets(clock, { keeper, mutationLimit: false });
  buckets.createBucket('b');
  return buckets;
}

const contents = () => readdirSync(path.join(folder, 'content'));

test('objects come back whole: content, metadata and generation, which goes on from there', () => {
  const before = start().insert('b', 'a/ü.bin', Buffer.from([0, 255, 10]), {
    contentType: 'application/pdf',
    metadata: { owner: 'me' },
  });
  const after = start();
  expect(after.get('b', 'a/ü.bin')).toEqual(before);
  expect(after.insert('b', 'next', '').generation).toBeGreaterThan(before.generation);
});

test('what was replaced or deleted is gone, its content too', () => {
  const buckets = start();
  buckets.insert('b', 'replaced', 'old');
  const { generation } = buckets.insert('b', 'replaced', 'new');
  buckets.insert('b', 'deleted', '');
  buckets.delete('b', 'deleted');
  expect(contents()).toEqual([String(generation)]);
  const after = start();
  expect(after.list('b').items.map(({ name, content }) => [name, content.toString()])).toEqual([['replaced', 'new']]);
});

test('a change that is refused keeps nothing', () => {
  const buckets = start();
  expect(() => buckets.insert('b', 'a', '', { ifGenerationMatch: 1 })).toThrow();
  expect(contents()).toEqual([]);
});

test('a content that a kill left without its line is removed at the next start', () => {
  const { generation } = start().insert('b', 'a', 'kept');
  writeFileSync(path.join(folder, 'content', '17'), 'half');
  expect(start().get('b', 'a').content.toString()).toBe('kept');
  expect(contents()).toEqual([String(generation)]);
});

test('a content that is missing is one clear error', () => {
  const { generation } = start().insert('b', 'a', 'kept');
  rmSync(path.join(folder, 'content', String(generation)));
  expect(() => start()).toThrow(/^The content of gs:\/\/b\/a cannot be read: ENOENT/);
});

test('what cannot be kept is not stored', () => {
  const buckets = start();
  keeper.close();
  expect(() => buckets.insert('b', 'a', '')).toThrow('The emulator was closed: it keeps nothing any more.');
  expect(buckets.hasObject('b', 'a')).toBe(false);
});
