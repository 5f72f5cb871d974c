import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyBucket, localPaths } from '../../../local/cloud-run/volumes.ts';
import { Buckets } from '../../../local/cloud-storage/buckets.ts';
import { VirtualClock } from '../../../time/virtual-clock.ts';

const mounts = [
  { path: '/code', folder: '/tmp/x/code' },
  { path: '/code/lib', folder: '/tmp/x/$&lib' },
];

test.each([
  ['/code/handler.mjs', '/tmp/x/code/handler.mjs'],
  ['/code', '/tmp/x/code'],
  ['/code/lib/a', '/tmp/x/$&lib/a'],
  ['--import=/code/a.mjs', '--import=/tmp/x/code/a.mjs'],
  ['/code:/code/lib', '/tmp/x/code:/tmp/x/$&lib'],
  ['/codes/handler.mjs', '/codes/handler.mjs'],
  ['gs://bucket/code/a', 'gs://bucket/code/a'],
  ['https://example.com/code', 'https://example.com/code'],
])('%s is %s on this machine', (text, local) => {
  expect(localPaths(text, mounts)).toBe(local);
});

describe('copyBucket', () => {
  const folder = mkdtempSync(join(tmpdir(), 'volumes-'));
  const store = new Buckets(new VirtualClock());
  store.createBucket('b');
  afterAll(() => rmSync(folder, { recursive: true }));

  test('makes a file of each object, in folders by its slashes', async () => {
    store.insert('b', 'a/b/c.txt', 'deep');
    store.insert('b', 'a/', '');
    await copyBucket(store, 'b', join(folder, 'ok'));
    expect(readFileSync(join(folder, 'ok/a/b/c.txt'), 'utf8')).toBe('deep');
  });

  test('refuses a name that leads out of the volume', async () => {
    store.insert('b', 'a/../../evil', 'x');
    await expect(copyBucket(store, 'b', join(folder, 'bad'))).rejects.toThrow(
      "A mounted object must stay below its volume; received the name 'a/../../evil' in b: rename it.",
    );
  });
});
