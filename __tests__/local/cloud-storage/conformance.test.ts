import { Buckets } from '../../../local/cloud-storage/buckets.ts';
import { storageApi } from '../../../local/cloud-storage/json-api.ts';
import { VirtualClock } from '../../../time/virtual-clock.ts';

// What the real service does about changes of one object's name, fact by fact, over the wire.

let clock: VirtualClock;
let store: Buckets;
let api: ReturnType<typeof storageApi>;

beforeEach(() => {
  clock = new VirtualClock();
  store = new Buckets(clock, { mutationLimit: true });
  store.createBucket('b');
  api = storageApi({ store, access: { check: () => 'allowed', emailOf: () => undefined } });
});

async function upload(name: string, query = ''): Promise<{ status: number; json: unknown }> {
  const path = `/upload/storage/v1/b/b/o?uploadType=media&name=${name}${query}`;
  const response = await api.request(path, { method: 'POST', body: 'x' });
  return { status: response.status, json: await response.json() };
}

const remove = async (name: string, query = '') =>
  (await api.request(`/storage/v1/b/b/o/${name}${query}`, { method: 'DELETE' })).status;

const facts: [fact: string, source: string, check: () => Promise<void>][] = [
  [
    'one name takes one change a second',
    'quotas: "Maximum rate of writes to the same object name"',
    async () => {
      expect((await upload('n')).status).toBe(200);
      await clock.advance(999);
      expect((await upload('n')).status).toBe(429);
      await clock.advance(1);
      expect((await upload('n')).status).toBe(200);
    },
  ],
  [
    'the refusal has reason rateLimitExceeded of the domain usageLimits, and names the object',
    'recorded: trinodb/trino #19943',
    async () => {
      await upload('folder/n');
      const message =
        'The object b/folder/n exceeded the rate limit for object mutation operations (create, update, and delete). ' +
        'Please reduce your request rate. See https://cloud.google.com/storage/docs/gcs429.';
      expect(await upload('folder/n')).toEqual({
        status: 429,
        json: {
          error: { code: 429, message, errors: [{ message, domain: 'usageLimits', reason: 'rateLimitExceeded' }] },
        },
      });
    },
  ],
  [
    'deletions are changes too',
    "the refusal's own words",
    async () => {
      await upload('n');
      expect(await remove('n')).toBe(429);
      await clock.advance(1000);
      expect(await remove('n')).toBe(204);
      expect((await upload('n')).status).toBe(429);
    },
  ],
  [
    'a refused change has no effect and does not count',
    'gcs429: retried with a backoff, a change passes in the end',
    async () => {
      await upload('n');
      const { generation } = store.get('b', 'n');
      await clock.advance(600);
      await upload('n');
      await remove('n');
      expect(store.get('b', 'n').generation).toBe(generation);
      await clock.advance(400);
      expect((await upload('n')).status).toBe(200);
    },
  ],
  [
    'of two creations the second may be told so with 429 in place of 412',
    'recorded: delta-io/delta-rs #2451; that the rate comes first always is our choice',
    async () => {
      expect((await upload('n', '&ifGenerationMatch=0')).status).toBe(200);
      expect((await upload('n', '&ifGenerationMatch=0')).status).toBe(429);
      expect(await remove('n', '?ifGenerationMatch=1')).toBe(429);
      await clock.advance(1000);
      expect((await upload('n', '&ifGenerationMatch=0')).status).toBe(412);
    },
  ],
  [
    'a change whose precondition fails is none',
    'our reading of "mutation"',
    async () => {
      expect((await upload('n', '&ifGenerationMatch=7')).status).toBe(412);
      expect(await remove('n')).toBe(404);
      expect((await upload('n')).status).toBe(200);
    },
  ],
  [
    'other names are not held up, however many',
    'quotas: the rate of a bucket is no limit of one name',
    async () => {
      for (let i = 0; i < 2000; i++) expect((await upload(`n${i}`)).status).toBe(200);
    },
  ],
  [
    'reads are not limited',
    'quotas: "Maximum rate of reads" is of a bucket',
    async () => {
      await upload('n');
      expect((await api.request('/storage/v1/b/b/o/n')).status).toBe(200);
      expect((await api.request('/storage/v1/b/b/o/n?alt=media')).status).toBe(200);
    },
  ],
];

test.each(facts)('%s (%s)', (_fact, _source, check) => check());

test('a fault on demand refuses one name for a while, with the limit or without', async () => {
  for (const mutationLimit of [true, false]) {
    store = new Buckets(clock, { mutationLimit });
    store.createBucket('b');
    store.refuseChanges('b', 'busy', 5000);
    expect(() => store.insert('b', 'busy', '')).toThrow(/^The object b\/busy exceeded the rate limit/);
    expect(store.insert('b', 'other', '').name).toBe('other');
    await clock.advance(5000);
    expect(store.insert('b', 'busy', '').name).toBe('busy');
  }
});
