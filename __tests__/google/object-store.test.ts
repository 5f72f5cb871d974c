import { CloudStorage } from '../../google/cloud-storage.ts';
import {
  type ListedObject,
  type ObjectStore,
  ObjectTooLargeError,
  PreconditionFailedError,
} from '../../google/object-store.ts';
import { AccessControl } from '../../local/access-control.ts';
import { storageApi } from '../../local/cloud-storage/json-api.ts';
import { IamPolicy } from '../../local/iam-roles.ts';
import { serve } from '../../local/listen.ts';
import { MemoryObjectStore } from '../../simulation/memory-object-store.ts';
import { systemClock } from '../../time/clock.ts';

interface Opened {
  readonly store: ObjectStore;
  close(): Promise<void>;
}

async function all(objects: AsyncIterable<ListedObject>): Promise<ListedObject[]> {
  const found: ListedObject[] = [];
  for await (const object of objects) found.push(object);
  return found;
}

const namesOf = async (objects: AsyncIterable<ListedObject>) => (await all(objects)).map(({ name }) => name);

const implementations: Record<string, () => Promise<Opened>> = {
  'in memory': async () => ({ store: new MemoryObjectStore(systemClock, ['b']), close: async () => {} }),
  'Cloud Storage over HTTP': async () => {
    const { objects } = new MemoryObjectStore(systemClock, ['b']);
    const policy = new IamPolicy();
    policy.grant({
      resource: 'buckets/b',
      role: 'roles/storage.objectUser',
      member: 'serviceAccount:r@p.iam.gserviceaccount.com',
    });
    const access = new AccessControl({ whoIs: () => 'r@p.iam.gserviceaccount.com' }, policy);
    const server = await serve(storageApi({ store: objects, access }), {
      port: 0,
      what: 'Cloud Storage',
      option: 'port',
    });
    const accessToken = async () => 'token';
    const baseUrl = `http://${server.host}`;
    const store = new CloudStorage({ clock: systemClock, random: () => 0, accessToken, baseUrl });
    return { store, close: () => server.close() };
  },
};

describe.each(Object.entries(implementations))('an object store %s', (_name, open) => {
  let opened: Opened;
  beforeEach(async () => {
    opened = await open();
  });
  afterEach(() => opened.close());

  const text = { contentType: 'text/plain' };

  test('reads what was written, with its generation and type', async () => {
    const { store } = opened;
    const generation = await store.write('b', 'a/ü ?#%.txt', 'Grüße', text);
    const found = await store.read('b', 'a/ü ?#%.txt');
    expect(found).toMatchObject({ generation, size: 7, contentType: 'text/plain' });
    expect(Buffer.from(found?.bytes ?? []).toString()).toBe('Grüße');
    expect(await store.stat('b', 'a/ü ?#%.txt')).toMatchObject({ generation, size: 7, contentType: 'text/plain' });
  });

  test('has nothing where nothing was written', async () => {
    expect(await opened.store.read('b', 'none')).toBeUndefined();
    expect(await opened.store.stat('b', 'none')).toBeUndefined();
  });

  test('gives each write a higher generation, and forgets the one before', async () => {
    const { store } = opened;
    const one = await store.write('b', 'o', '1', text);
    const two = await store.write('b', 'o', '2', text);
    expect(BigInt(two) > BigInt(one)).toBe(true);
    expect(await store.read('b', 'o', { generation: one })).toBeUndefined();
    expect(await store.read('b', 'o', { generation: two })).toMatchObject({ generation: two });
  });

  test('ifGenerationMatch 0 writes only where nothing is', async () => {
    const { store } = opened;
    await store.write('b', 'o', '1', { ...text, ifGenerationMatch: '0' });
    await expect(store.write('b', 'o', '2', { ...text, ifGenerationMatch: '0' })).rejects.toThrow(
      PreconditionFailedError,
    );
  });

  test('ifGenerationMatch writes only over what was read', async () => {
    const { store } = opened;
    const one = await store.write('b', 'o', '1', text);
    const two = await store.write('b', 'o', '2', { ...text, ifGenerationMatch: one });
    const late = store.write('b', 'o', '3', { ...text, ifGenerationMatch: one });
    await expect(late).rejects.toThrow('gs://b/o has another generation than the one expected.');
    expect(await store.stat('b', 'o')).toMatchObject({ generation: two });
  });

  test('of two writers at once exactly one wins', async () => {
    const { store } = opened;
    const writes = ['1', '2', '3'].map((body) => store.write('b', 'o', body, { ...text, ifGenerationMatch: '0' }));
    const settled = await Promise.allSettled(writes);
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('refuses to read more than it may', async () => {
    const { store } = opened;
    await store.write('b', 'o', '12345', text);
    await expect(store.read('b', 'o', { maxBytes: 4 })).rejects.toThrow(ObjectTooLargeError);
    await expect(store.read('b', 'o', { maxBytes: 4 })).rejects.toThrow('gs://b/o has 5 bytes; at most 4 are taken.');
    expect(await store.read('b', 'o', { maxBytes: 5 })).toMatchObject({ size: 5 });
  });

  test('lists the names that begin with a prefix, in order, page by page', async () => {
    const { store } = opened;
    const names = Array.from({ length: 1001 }, (_, number) => `a/ü ${String(number).padStart(4, '0')}`);
    for (const name of [...names, 'b/1', 'a']) await store.write('b', name, '', text);
    expect(await namesOf(store.list('b', 'a/'))).toEqual(names);
    expect(await namesOf(store.list('b', 'c/'))).toEqual([]);
  });

  test('metadata are stored with the content, and seen without it', async () => {
    const { store } = opened;
    const before = Date.now();
    const metadata = { kind: 'accepted', detail: JSON.stringify({ a: '"ü"\r\n--' }) };
    const generation = await store.write('b', 'a/ü?', 'Grüße', { ...text, metadata, ifGenerationMatch: '0' });
    expect(await store.stat('b', 'a/ü?')).toEqual({ generation, size: 7, contentType: 'text/plain', metadata });
    expect(Buffer.from((await store.read('b', 'a/ü?'))?.bytes ?? []).toString()).toBe('Grüße');
    const [listed] = await all(store.list('b', 'a/'));
    expect(listed).toEqual({ name: 'a/ü?', generation, metadata, createdAt: expect.any(Number) });
    expect(listed?.createdAt).toBeGreaterThanOrEqual(before);
  });

  test('what is written without metadata has none, whatever was there before', async () => {
    const { store } = opened;
    const generation = await store.write('b', 'o', '', { ...text, metadata: { kind: 'old' } });
    await store.write('b', 'o', '', { ...text, ifGenerationMatch: generation });
    expect(await store.stat('b', 'o')).toMatchObject({ metadata: {} });
    expect(await all(store.list('b', 'o'))).toMatchObject([{ metadata: {} }]);
  });

  test('a removed object is gone, and removing nothing is no error', async () => {
    const { store } = opened;
    await store.write('b', 'a/ü?', '1', text);
    await store.remove('b', 'a/ü?');
    expect(await store.stat('b', 'a/ü?')).toBeUndefined();
    await store.remove('b', 'a/ü?');
  });

  test('only the generation that was asked for is removed', async () => {
    const { store } = opened;
    const one = await store.write('b', 'o', '1', text);
    const two = await store.write('b', 'o', '2', text);
    await store.remove('b', 'o', { generation: one });
    expect(await store.stat('b', 'o')).toMatchObject({ generation: two });
    await store.remove('b', 'o', { generation: two });
    expect(await store.stat('b', 'o')).toBeUndefined();
  });

  test('a bucket that does not exist has no list', async () => {
    await expect(all(opened.store.list('none', ''))).rejects.toMatchObject({ name: 'StorageError' });
  });

  test('an abort ends a list with its reason', async () => {
    const reason = new Error('over');
    const signal = AbortSignal.abort(reason);
    await expect(all(opened.store.list('b', '', { signal }))).rejects.toBe(reason);
  });

  test('a bucket that does not exist is an error for writers', async () => {
    await expect(opened.store.write('none', 'o', '1', text)).rejects.toMatchObject({ name: 'StorageError' });
  });

  test('an abort ends a call with its reason', async () => {
    const reason = new Error('over');
    const signal = AbortSignal.abort(reason);
    await expect(opened.store.read('b', 'o', { signal })).rejects.toBe(reason);
    await expect(opened.store.write('b', 'o', '1', { ...text, signal })).rejects.toBe(reason);
    await expect(opened.store.remove('b', 'o', { signal })).rejects.toBe(reason);
  });
});
