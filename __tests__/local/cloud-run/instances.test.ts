import type { ServiceInstance } from '../../../local/cloud-run/instance.ts';
import { Instances, type InstancesOptions, type Place } from '../../../local/cloud-run/instances.ts';
import { VirtualClock } from '../../../time/virtual-clock.ts';

const clock = new VirtualClock();
const waiting = () => new AbortController().signal;

type FakeInstance = ServiceInstance & { end(how: string): void; readonly did: string[] };

/** An instance without a process: a test ends it, and sees what was done to it. */
function fakeInstance(): FakeInstance {
  let end: (how: string) => void = () => {};
  const exited = new Promise<string>((resolve) => {
    end = resolve;
  });
  const did: string[] = [];
  const [pause, resume] = ['pause', 'resume'].map((what) => () => did.push(what));
  return { exited, end, did, pause, resume, stop: async () => end('SIGTERM') } as unknown as FakeInstance;
}

/** Instances that start at once, with what was started and said. */
function service(overrides: Partial<InstancesOptions> = {}) {
  const started: FakeInstance[] = [];
  const log: string[] = [];
  const instances = new Instances({
    start: async () => {
      const instance = fakeInstance();
      started.push(instance);
      return instance;
    },
    concurrency: 2,
    minInstances: 0,
    maxInstances: 2,
    clock,
    onLog: (line) => log.push(line),
    ...overrides,
  });
  return { instances, started, log };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

test('a deployment starts one instance, or the minimum', async () => {
  const { instances } = service();
  await instances.deploy();
  expect(instances.instances).toHaveLength(1);
  const warm = service({ minInstances: 2 });
  await warm.instances.deploy();
  expect(warm.instances.instances).toHaveLength(2);
});

test('a deployment of a container that does not start fails with its reason', async () => {
  const { instances, log } = service({ start: () => Promise.reject(new Error('The container did not start: x.')) });
  await expect(instances.deploy()).rejects.toThrow('The container did not start: x.');
  expect(log).toEqual(['The container did not start: x.']);
});

test('requests fill the instance with the fewest, and start more only when all are full', async () => {
  const { instances, started } = service();
  await instances.deploy();
  const places = await Promise.all([1, 2, 3].map(() => instances.acquire(waiting())));
  expect(started).toHaveLength(2);
  expect(places.map(({ instance }) => started.indexOf(instance as never))).toEqual([0, 0, 1]);
  places[0]?.release();
  places[1]?.release();
  expect((await instances.acquire(waiting())).instance).toBe(started[0]);
});

test('there are never more instances than the maximum, nor more requests in one than its concurrency', async () => {
  const { instances, started } = service();
  const places: Place[] = [];
  const all = Array.from({ length: 7 }, () => instances.acquire(waiting()).then((place) => places.push(place)));
  await settle();
  expect(started).toHaveLength(2);
  expect(places).toHaveLength(4);
  while (places.length > 0) {
    places.shift()?.release();
    await settle();
  }
  await Promise.all(all);
  expect(started).toHaveLength(2);
});

test('a place that is given back twice is one place', async () => {
  const { instances } = service({ concurrency: 1, maxInstances: 1 });
  const place = await instances.acquire(waiting());
  const next = [instances.acquire(waiting()), instances.acquire(waiting())];
  place.release();
  place.release();
  await next[0];
  expect(await Promise.race([next[1], settle().then(() => 'waits')])).toBe('waits');
});

test('a request that found no place for ten seconds gets 429', async () => {
  const { instances } = service({ concurrency: 1, maxInstances: 1 });
  await instances.acquire(waiting());
  const refused = expect(instances.acquire(waiting())).rejects.toMatchObject({
    status: 429,
    message: 'No instance was free within 10 s.',
  });
  await clock.advance(10_000);
  await refused;
});

test('a caller who leaves gives up its turn', async () => {
  const { instances } = service({ concurrency: 1, maxInstances: 1 });
  const place = await instances.acquire(waiting());
  const caller = new AbortController();
  const left = expect(instances.acquire(caller.signal)).rejects.toThrow('The caller waits no longer.');
  const next = instances.acquire(waiting());
  caller.abort();
  await left;
  place.release();
  await expect(next).resolves.toMatchObject({ instance: place.instance });
});

test('an instance that ends by itself is replaced', async () => {
  const { instances, started, log } = service();
  await instances.deploy();
  await instances.acquire(waiting());
  started[0]?.end('SIGKILL');
  await settle();
  expect(instances.instances).toEqual([started[1]]);
  expect(log).toEqual(['An instance ended by itself (SIGKILL) with 1 requests.']);
});

test('a request waits 3.5 times as long as an instance takes to start, where that is more', async () => {
  const { instances } = service({
    concurrency: 1,
    maxInstances: 1,
    start: () => new Promise((resolve) => clock.setTimeout(() => resolve(fakeInstance()), 4000)),
  });
  const deployed = instances.deploy();
  await clock.advance(4000);
  await deployed;
  await instances.acquire(waiting());
  const refused = expect(instances.acquire(waiting())).rejects.toThrow('No instance was free within 14 s.');
  await clock.advance(14_000);
  await refused;
});

describe('as on Cloud Run', () => {
  const MINUTE = 60_000;

  test('an instance without a request for 15 minutes is ended, and the next request starts one', async () => {
    const { instances, started, log } = service({ whenIdle: { cpuIdle: false } });
    await instances.deploy();
    await clock.advance(10 * MINUTE);
    (await instances.acquire(waiting())).release();
    await clock.advance(15 * MINUTE - 1);
    expect(instances.instances).toEqual(started);
    await clock.advance(1);
    expect(instances.instances).toEqual([]);
    await expect(started[0]?.exited).resolves.toBe('SIGTERM');
    expect(log).toEqual(['An instance without requests for 15 minutes is ended.']);
    const place = await instances.acquire(waiting());
    expect(started.indexOf(place.instance as FakeInstance)).toBe(1);
  });

  test('the minimum of instances stays, and whoever has a request', async () => {
    const { instances, started } = service({ whenIdle: { cpuIdle: false }, minInstances: 1, maxInstances: 3 });
    await instances.deploy();
    const places = await Promise.all(Array.from({ length: 5 }, () => instances.acquire(waiting())));
    for (const place of places.slice(0, -1)) place.release();
    await clock.advance(20 * MINUTE);
    expect(started).toHaveLength(3);
    expect(instances.instances).toEqual([places.at(-1)?.instance]);
    places.at(-1)?.release();
    await clock.advance(60 * MINUTE);
    expect(instances.instances).toEqual([places.at(-1)?.instance]);
  });

  test('an instance has its CPU while it has a request, and none soon after', async () => {
    const { instances, started } = service({ whenIdle: { cpuIdle: true } });
    await instances.deploy();
    const [instance] = started as [FakeInstance];
    await clock.advance(49);
    expect(instance.did).toEqual([]);
    await clock.advance(1);
    expect(instance.did).toEqual(['pause']);
    const places = [await instances.acquire(waiting()), await instances.acquire(waiting())];
    places[0]?.release();
    await clock.advance(MINUTE);
    expect(instance.did).toEqual(['pause', 'resume', 'resume']);
    places[1]?.release();
    places[1]?.release();
    await clock.advance(50);
    expect(instance.did).toEqual(['pause', 'resume', 'resume', 'pause']);
  });

  test('an instance with CPU all the time keeps it', async () => {
    const { instances, started } = service({ whenIdle: { cpuIdle: false } });
    await instances.deploy();
    (await instances.acquire(waiting())).release();
    await clock.advance(MINUTE);
    expect(started[0]?.did).toEqual([]);
  });

  test('one that ended by itself is replaced when a request comes, or for the minimum', async () => {
    for (const [minInstances, then] of [
      [0, 1],
      [1, 2],
    ] as const) {
      const { instances, started } = service({ whenIdle: { cpuIdle: true }, minInstances });
      await instances.deploy();
      started[0]?.end('SIGKILL');
      await settle();
      expect(started).toHaveLength(then);
      await instances.acquire(waiting());
      expect(started).toHaveLength(2);
    }
  });

  test('nothing more happens to one that ended by itself when its request ends', async () => {
    const { instances, started, log } = service({ whenIdle: { cpuIdle: true }, minInstances: 1 });
    await instances.deploy();
    const place = await instances.acquire(waiting());
    started[0]?.end('SIGKILL');
    await settle();
    place.release();
    (await instances.acquire(waiting())).release();
    await clock.advance(20 * MINUTE);
    expect(started[0]?.did).toEqual(['resume']);
    expect(log).toEqual(['An instance ended by itself (SIGKILL) with 1 requests.']);
  });

  test('nothing waits any more after a stop', async () => {
    const before = clock.pendingTimers;
    const { instances } = service({ whenIdle: { cpuIdle: true } });
    await instances.deploy();
    expect(clock.pendingTimers).toBe(before + 2);
    await instances.stop();
    expect(clock.pendingTimers).toBe(before);
  });
});

test('otherwise instances are kept, with their CPU', async () => {
  const { instances, started } = service();
  await Promise.all([1, 2, 3].map(() => instances.acquire(waiting()).then((place) => place.release())));
  await clock.advance(24 * 3_600_000);
  expect(instances.instances).toEqual(started);
  expect(started.flatMap(({ did }) => did)).toEqual([]);
});

test('when no instance starts, those that wait get 503, and the next request tries again', async () => {
  let broken = true;
  const { instances } = service({
    start: async () => {
      if (broken) throw new Error('no');
      return fakeInstance();
    },
  });
  await expect(instances.acquire(waiting())).rejects.toMatchObject({
    status: 503,
    message: 'No instance could be started.',
  });
  broken = false;
  await expect(instances.acquire(waiting())).resolves.toBeDefined();
});

test('a stop ends all instances, also one that was still starting, and refuses the requests that wait', async () => {
  const instance = fakeInstance();
  let ready: (instance: ServiceInstance) => void = () => {};
  const { instances } = service({ start: () => new Promise<ServiceInstance>((resolve) => (ready = resolve)) });
  const refused = expect(instances.acquire(waiting())).rejects.toMatchObject({
    status: 503,
    message: 'The service is stopping.',
  });
  const stopped = instances.stop();
  await refused;
  ready(instance);
  await stopped;
  await expect(instance.exited).resolves.toBe('SIGTERM');
  await expect(instances.acquire(waiting())).rejects.toThrow('The service is stopping.');
});

test('says how busy it is: the requests of each instance, those that wait, and what starts', async () => {
  const { instances } = service({ start: async () => fakeInstance(), concurrency: 1, maxInstances: 1 });
  const place = await instances.acquire(waiting());
  const second = instances.acquire(waiting());
  expect(instances.load).toMatchObject({
    running: [{ active: 1 }],
    starting: 0,
    waiting: 1,
    concurrency: 1,
    maxInstances: 1,
  });
  place.release();
  await second;
  expect(instances.load).toMatchObject({ running: [{ active: 1 }], waiting: 0 });
});
