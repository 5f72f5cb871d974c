import type { ServiceInstance } from '../../../local/cloud-run/instance.ts';
import { Instances, type InstancesOptions, type Place } from '../../../local/cloud-run/instances.ts';
import { VirtualClock } from '../../../time/virtual-clock.ts';

const clock = new VirtualClock();
const waiting = () => new AbortController().signal;

/** An instance without a process: a test ends it. */
function fakeInstance(): ServiceInstance & { end(how: string): void } {
  let end: (how: string) => void = () => {};
  const exited = new Promise<string>((resolve) => {
    end = resolve;
  });
  return { exited, end, stop: async () => end('SIGTERM') } as unknown as ServiceInstance & { end(how: string): void };
}

/** Instances that start at once, with what was started and said. */
function service(overrides: Partial<InstancesOptions> = {}) {
  const started: ReturnType<typeof fakeInstance>[] = [];
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
