import { CALM } from '../../simulation/profile.ts';
import { Random } from '../../simulation/random.ts';
import type { SimulatedProcess } from '../../simulation/simulated-process.ts';
import type { Document } from '../../simulation/simulated-work.ts';
import { World } from '../../simulation/world.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** A world in which nothing goes wrong but what the scenario says. */
function calmWorld(extracts = false) {
  const world = new World(new Random(1), CALM, { extracts });
  world.plan = () => ({ seconds: 5 });
  world.planExtraction = () => ({ seconds: 5 });
  const start = world.clock.now();
  const document = world.addDocument('a');
  const secondsSinceStart = () => (world.clock.now() - start) / SECOND;
  return { world, document, secondsSinceStart };
}

/** Posts the document and lets its first attempt begin. */
async function begin(world: World, document: Document): Promise<void> {
  void world.post(document);
  await world.clock.advance(SECOND);
  expect(world.record(document.id)).toMatchObject({ status: 'PROCESSING', attempts: 1 });
}

/** Lets time pass until the document has this status, for two hours at most. */
async function until(world: World, status: string): Promise<void> {
  for (let second = 0; world.record('a')?.status !== status && second < 7200; second++)
    await world.clock.advance(SECOND);
  expect(world.record('a')?.status).toBe(status);
}

function expectKept({ broken }: World): void {
  expect(broken).toBeUndefined();
}

test('a crash at second 10 is finished by a retry within about a minute', async () => {
  const { world, document, secondsSinceStart } = calmWorld();
  let plans = 0;
  world.plan = () => ({ seconds: plans++ === 0 ? 300 : 5 });
  await begin(world, document);
  await world.clock.advance(9 * SECOND);
  for (const { process } of world.instances) process.kill();
  await until(world, 'COMPLETED');
  expect(secondsSinceStart()).toBeLessThan(90);
  expectKept(world);
});

test.each([
  ['', false],
  [' with an extraction', true],
])('a crash at every single call%s is survived, and the document COMPLETED', async (_with, extracts) => {
  // How often the undisturbed way asks the world for something.
  let calls = 0;
  const undisturbed = calmWorld(extracts);
  undisturbed.world.hazard = () => {
    calls++;
  };
  await undisturbed.world.post(undisturbed.document);
  await undisturbed.world.untilQueueIsEmpty();
  expect(calls).toBeGreaterThan(10);

  for (let fatal = 1; fatal <= calls; fatal++) {
    const { world, document } = calmWorld(extracts);
    let call = 0;
    world.hazard = (process: SimulatedProcess) => {
      if (++call === fatal) process.kill();
    };
    for (let tries = 0; tries < 5 && (await world.post(document)) !== 202; tries++) await world.clock.advance(SECOND);
    await world.untilQueueIsEmpty();
    expect({ fatal, status: world.record('a')?.status }).toEqual({ fatal, status: 'COMPLETED' });
    expectKept(world);
  }
});

test('a document whose model is overloaded for an hour is converted once', async () => {
  const { world, document } = calmWorld(true);
  let conversions = 0;
  let extractions = 0;
  world.plan = () => {
    conversions++;
    return { seconds: 300 };
  };
  world.planExtraction = () => ({ seconds: 1, fails: ++extractions < 5 });
  await world.post(document);
  await world.untilQueueIsEmpty();
  expect(world.record('a')).toMatchObject({ status: 'COMPLETED', attempts: 5 });
  expect([conversions, extractions]).toEqual([1, 5]);
  expectKept(world);
});

test('a process that stalls while it asks the model does not disturb the attempt that took over', async () => {
  const { world, document } = calmWorld(true);
  let extractions = 0;
  world.planExtraction = () => {
    if (++extractions === 1) for (const { process } of world.instances.splice(0)) process.freeze(20 * MINUTE);
    return { seconds: 5 };
  };
  void world.post(document);
  await until(world, 'COMPLETED');
  expect(world.record('a')).toMatchObject({ attempts: 2 });
  const committed = world.record('a');
  await world.untilQueueIsEmpty();
  expect(world.record('a')).toEqual(committed);
  expectKept(world);
});

test('duplicates whose 409s use up every attempt while the first delivery still runs and then fails: the watchdog notices', async () => {
  const { world, document } = calmWorld();
  world.plan = () => ({ seconds: 400, fails: true });
  // Cloud Tasks stops listening at once and tries again; the first delivery goes on.
  let deliveries = 0;
  world.onDelivery = async (request) => {
    if (!request.url.endsWith('/process-document') || ++deliveries > 1) return undefined;
    world.onDelivery = async () => undefined;
    void world.redeliver(request);
    return { kind: 'unreachable', reason: 'connection lost' };
  };
  await world.post(document);
  await world.untilQueueIsEmpty();
  expect(world.record('a')).toMatchObject({ status: 'FAILED', attempts: 1, error: { reason: 'abandoned' } });
  expectKept(world);
});

test('the last attempt killed for memory: the watchdog makes it FAILED, so that it can be replayed', async () => {
  const { world, document } = calmWorld();
  world.plan = () => {
    for (const { process } of world.instances) process.kill();
    return { seconds: 5 };
  };
  await world.post(document);
  await world.untilQueueIsEmpty();
  expect(world.record('a')).toMatchObject({ status: 'FAILED', error: { reason: 'abandoned' } });
  expectKept(world);
});

test('a task deleted by hand: the watchdog makes the document FAILED', async () => {
  const { world, document } = calmWorld();
  world.tasks.call('PauseQueue', { name: 'projects/my-project/locations/us-central1/queues/documents' }, undefined);
  await world.post(document);
  expect(world.deleteTask('a')).toBe(true);
  world.tasks.call('ResumeQueue', { name: 'projects/my-project/locations/us-central1/queues/documents' }, undefined);
  await world.untilQueueIsEmpty();
  expect(world.record('a')).toMatchObject({ status: 'FAILED', attempts: 0, error: { reason: 'abandoned' } });
  expectKept(world);
});

test("the commit's answer lost: the document is COMPLETED, once", async () => {
  for (const retryFinds412 of [true, false]) {
    const { world, document } = calmWorld();
    const write = world.store.write.bind(world.store);
    let lost = 0;
    world.store.write = async (bucket, name, body, options) => {
      const generation = await write(bucket, name, body, options);
      if (!String(body).includes('"COMPLETED"') || lost++ > 0) return generation;
      // What the client's own retry would find, or a connection that is lost for good.
      if (retryFinds412) return write(bucket, name, body, options);
      throw new Error('socket hang up');
    };
    await world.post(document);
    await world.untilQueueIsEmpty();
    expect(lost).toBe(1);
    expect(world.record('a')).toMatchObject({ status: 'COMPLETED', attempts: 1 });
    expectKept(world);
  }
});

test('a process that stalls and wakes after its lease has expired does not disturb the attempt that took over', async () => {
  const { world, document } = calmWorld();
  await begin(world, document);
  const [stalled] = world.instances;
  stalled?.process.freeze(3 * MINUTE);
  world.instances = [];
  void world.post(document);
  world.instances = [];
  await world.untilQueueIsEmpty();
  expect(world.record('a')).toMatchObject({ status: 'COMPLETED' });
  expectKept(world);
});

test('a redeploy in the middle gives the document back at once: no retry waits for a lease', async () => {
  const { world, document, secondsSinceStart } = calmWorld();
  let plans = 0;
  world.plan = () => ({ seconds: plans++ === 0 ? 300 : 5 });
  await begin(world, document);
  await world.clock.advance(9 * SECOND);
  world.redeploy();
  await world.clock.advance(SECOND);
  expect(world.record('a')).toMatchObject({ status: 'PENDING', error: { reason: 'interrupted' } });
  await until(world, 'COMPLETED');
  expect(secondsSinceStart()).toBeLessThan(40);
  expectKept(world);
});

test('a queue that is paused for a day loses nothing', async () => {
  const { world, document } = calmWorld();
  const name = 'projects/my-project/locations/us-central1/queues/documents';
  world.tasks.call('PauseQueue', { name }, undefined);
  await world.post(document);
  await world.clock.advance(24 * 60 * MINUTE);
  world.tasks.call('ResumeQueue', { name }, undefined);
  await world.untilQueueIsEmpty();
  expect(world.record('a')).toMatchObject({ status: 'COMPLETED', attempts: 1 });
  expectKept(world);
});

test('two callers that enqueue the same document at the same time: one record, one run', async () => {
  const { world, document } = calmWorld();
  expect(await Promise.all([world.post(document), world.post(document)])).toEqual([202, 202]);
  await world.untilQueueIsEmpty();
  expect(world.record('a')).toMatchObject({ status: 'COMPLETED', attempts: 1 });
  expectKept(world);
});

test('a document slower than the budget ends FAILED with the reason, after all its attempts', async () => {
  const { world, document } = calmWorld();
  world.plan = () => ({ seconds: 3600, ignoresAbort: true });
  await world.post(document);
  await world.untilQueueIsEmpty();
  expect(world.record('a')).toMatchObject({ status: 'FAILED', attempts: 5, error: { reason: 'timeout' } });
  expectKept(world);
});

test('a replay during a late attempt: the late result is not used', async () => {
  const { world, document } = calmWorld();
  await begin(world, document);
  const [late] = world.instances;
  late?.process.freeze(120 * MINUTE);
  world.instances = [];
  // Every retry dies, so that the watchdog gives the document up while the first attempt is still frozen.
  world.plan = () => {
    for (const { process } of world.instances) process.kill();
    return { seconds: 5 };
  };
  await until(world, 'FAILED');
  world.plan = () => ({ seconds: 30 });
  await world.replay('a');
  await world.clock.advance(10 * MINUTE);
  const replayed = world.record('a');
  expect(replayed).toMatchObject({ status: 'COMPLETED', epoch: 1, attempts: 1, history: [{ epoch: 0 }] });
  await world.clock.advance(120 * MINUTE);
  await world.untilQueueIsEmpty();
  expect(world.record('a')).toEqual(replayed);
  expectKept(world);
});
