import fc from 'fast-check';
import { Buckets } from '../../../local/cloud-storage/buckets.ts';
import { StorageApiError } from '../../../local/cloud-storage/storage-error.ts';
import { VirtualClock } from '../../../time/virtual-clock.ts';

const clock = new VirtualClock();

/** Takes any number of changes of a name: its limit has tests of its own. */
function storeWithBucket(): Buckets {
  const store = new Buckets(clock, { mutationLimit: false });
  store.createBucket('b');
  return store;
}

test('an object is read as it was written', () => {
  const store = storeWithBucket();
  const written = store.insert('b', 'n', 'héllo', { contentType: 'text/plain', metadata: { k: 'v' } });
  expect(store.get('b', 'n')).toBe(written);
  expect(written).toMatchObject({ content: Buffer.from('héllo'), contentType: 'text/plain', metadata: { k: 'v' } });
});

test('what the writer does to its bytes later does not reach the object', () => {
  const store = storeWithBucket();
  const bytes = Buffer.from('abc');
  store.insert('b', 'n', bytes);
  bytes.fill('x');
  expect(store.get('b', 'n').content.toString()).toBe('abc');
});

const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64');

test.each([
  // RFC 3720, appendix B.4, and the check value of the polynomial.
  ['123456789', 'e3069283', '25f9e794323b453885f5181f1b624d0b'],
  ['\0'.repeat(32), '8a9136aa', '70bc8f4b72a86921468bf8e8441dce51'],
  ['', '00000000', 'd41d8cd98f00b204e9800998ecf8427e'],
])('%j has the CRC-32C %s and the MD5 %s', (content, crc32c, md5Hash) => {
  expect(storeWithBucket().insert('b', 'n', content)).toMatchObject({
    crc32c: base64(crc32c),
    md5Hash: base64(md5Hash),
  });
});

test('a generation that was replaced is gone', () => {
  const store = storeWithBucket();
  const { generation } = store.insert('b', 'n', 'one');
  store.insert('b', 'n', 'two');
  expect(() => store.get('b', 'n', { generation })).toThrow('No such object: b/n');
});

test('generations grow although the clock stands still or goes back', () => {
  let now = 1000;
  const store = new Buckets({ now: () => now }, { mutationLimit: false });
  store.createBucket('b');
  const generations = [5000, 5000, 20].map((time) => {
    now = time;
    return store.insert('b', 'n', '').generation;
  });
  expect(generations).toEqual([5_000_000, 5_000_001, 5_000_002]);
});

test('a bucket that does not exist is 404 for everything', () => {
  const store = new Buckets(clock);
  for (const call of [
    () => store.insert('none', 'n', ''),
    () => store.get('none', 'n'),
    () => store.delete('none', 'n'),
    () => store.list('none'),
  ]) {
    expect(call).toThrow('The specified bucket does not exist.');
  }
});

test('a bucket that is created again keeps its objects', () => {
  const store = storeWithBucket();
  store.insert('b', 'n', 'x');
  store.createBucket('b');
  expect(store.hasObject('b', 'n')).toBe(true);
});

test.each(['', '.', '..', 'a\nb', 'a\rb', 'é'.repeat(513), '\ud800'])('the name %j is refused', (name) => {
  expect(() => storeWithBucket().insert('b', name, '')).toThrow(/^Invalid value '.*' for name: 1 to 1024 bytes/s);
});

test.each(['é'.repeat(512), 'a/../b', '__proto__', 'a b%2F?#'])('the name %j is taken', (name) => {
  expect(storeWithBucket().insert('b', name, '').name).toBe(name);
});

/** What a caller may know of an object: whether it is there, its latest generation, or one from earlier. */
const expectation = fc.constantFrom('any', 'absent', 'latest', 'stale') as fc.Arbitrary<
  'any' | 'absent' | 'latest' | 'stale'
>;
const step = fc.record({
  action: fc.constantFrom('insert', 'delete', 'get'),
  name: fc.constantFrom('x', 'y'),
  content: fc.string({ maxLength: 4 }),
  expectation,
});

test('any sequence of calls does what a model of compare-and-swap does', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const store = storeWithBucket();
      const model = new Map<string, { content: string; generation: number }>();
      const stale = 1;
      let newest = 0;
      for (const { action, name, content, expectation } of steps) {
        const live = model.get(name);
        const wanted = { any: undefined, absent: 0, latest: live?.generation ?? 0, stale }[expectation];
        const conditions = wanted === undefined ? {} : { ifGenerationMatch: wanted };
        const holds = wanted === undefined || wanted === (live?.generation ?? 0);
        const outcome = outcomeOf(() => {
          if (action === 'insert') return store.insert('b', name, content, conditions);
          if (action === 'get') return store.get('b', name, conditions);
          return store.delete('b', name, conditions);
        });

        if (action !== 'insert' && live === undefined) expect(outcome).toBe(404);
        else if (!holds) expect(outcome).toBe(412);
        else if (action === 'delete') model.delete(name);
        else {
          const { generation, content: stored } = outcome as { generation: number; content: Buffer };
          if (action === 'insert') {
            expect(generation).toBeGreaterThan(newest);
            newest = generation;
            model.set(name, { content, generation });
          }
          expect({ content: stored.toString(), generation }).toEqual(model.get(name));
        }
        expect(store.list('b').items.map((item) => item.name)).toEqual([...model.keys()].sort());
      }
    }),
  );
});

test('who watches a bucket sees what is there, then each change, of other buckets too', () => {
  const store = new Buckets({ now: () => 0 }, { mutationLimit: false });
  store.createBucket('a');
  store.createBucket('b');
  store.insert('a', 'before', 'x');
  store.insert('b', 'unseen', 'x');
  const seen: string[] = [];
  store.watch('a', (bucket, name, object) => seen.push(`${bucket}/${name} ${object?.content ?? 'gone'}`));
  expect(seen).toEqual(['a/before x']);
  store.insert('a', 'new', 'y');
  store.insert('b', 'other', 'z');
  store.delete('a', 'before');
  expect(() => store.insert('a', 'new', 'w', { ifGenerationMatch: 0 })).toThrow();
  expect(seen.slice(1)).toEqual(['a/new y', 'b/other z', 'a/before gone']);
});

function outcomeOf(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    if (error instanceof StorageApiError) return error.code;
    throw error;
  }
}
