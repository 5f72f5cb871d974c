import { CALM } from '../../simulation/fault-profile.ts';
import { PARENT, RESULTS } from '../../simulation/instance.ts';
import { Random } from '../../simulation/random.ts';
import type { SimulatedProcess } from '../../simulation/simulated-process.ts';
import type { Document } from '../../simulation/simulated-work.ts';
import { World } from '../../simulation/world.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** A world in which nothing goes wrong but what the scenario says. */
function calmWorld(extracts = false, profile = CALM) {
  const world = new World(new Random(1), profile, { extracts });
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
  expect(world.view(document.id)).toMatchObject({ status: 'PROCESSING', attempts: 1 });
}

/** Lets time pass until the document has this status, for two hours at most. */
async function until(world: World, status: string): Promise<void> {
  for (let second = 0; world.view('a')?.status !== status && second < 7200; second++) await world.clock.advance(SECOND);
  expect(world.view('a')?.status).toBe(status);
}

/** Has something happen at each of the next calls to Cloud Storage, from instances that are new. */
function nextCalls(world: World, ...happen: (() => void)[]): void {
  world.instances = [];
  world.hazard = () => happen.shift()?.();
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
    expect({ fatal, status: world.view('a')?.status }).toEqual({ fatal, status: 'COMPLETED' });
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
  expect(world.view('a')).toMatchObject({ status: 'COMPLETED', attempts: 5 });
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
  expect(world.view('a')).toMatchObject({ attempts: 2 });
  const committed = world.view('a');
  await world.untilQueueIsEmpty();
  expect(world.view('a')).toEqual(committed);
  expectKept(world);
});

test('a conversion that a stalled attempt notes beside another one does not disturb who goes on from the first', async () => {
  // The least chance of a stall, as two that nobody has stopped do work beside each other here.
  const { world, document } = calmWorld(true, { ...CALM, freeze: Number.MIN_VALUE });
  const frozenFor = [90, 150];
  world.plan = () => {
    const seconds = frozenFor.shift();
    if (seconds) for (const { process } of world.instances.splice(0)) process.freeze(seconds * SECOND);
    return { seconds: 5 };
  };
  world.planExtraction = () => ({ seconds: 100 });
  let delivered: Parameters<World['redeliver']>[0] | undefined;
  world.onDelivery = async (request) => {
    delivered ??= request;
    return undefined;
  };
  void world.post(document);
  for (const pass of [60, 90]) {
    await world.clock.advance(pass * SECOND);
    if (delivered) void world.redeliver(delivered);
  }
  await until(world, 'COMPLETED');
  const noted = world.store.names(RESULTS).filter((name) => name.endsWith('.converted'));
  expect(noted).toHaveLength(2);
  expect(world.view('a')).toMatchObject({ attempts: 3 });
  expectKept(world);
  await world.untilQueueIsEmpty();
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
  expect(world.view('a')).toMatchObject({ status: 'FAILED', attempts: 1, error: { reason: 'abandoned' } });
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
  expect(world.view('a')).toMatchObject({ status: 'FAILED', error: { reason: 'abandoned' } });
  expectKept(world);
});

test('a task deleted by hand: the watchdog makes the document FAILED', async () => {
  const { world, document } = calmWorld();
  world.tasks.call('PauseQueue', { name: 'projects/my-project/locations/us-central1/queues/documents' }, undefined);
  await world.post(document);
  expect(world.deleteTask('a')).toBe(true);
  world.tasks.call('ResumeQueue', { name: 'projects/my-project/locations/us-central1/queues/documents' }, undefined);
  await world.untilQueueIsEmpty();
  expect(world.view('a')).toMatchObject({ status: 'FAILED', attempts: 0, error: { reason: 'abandoned' } });
  expectKept(world);
});

test("the commit's answer lost: the document is COMPLETED, once", async () => {
  for (const retryFinds412 of [true, false]) {
    const { world, document } = calmWorld();
    const write = world.store.write.bind(world.store);
    let lost = 0;
    world.store.write = async (bucket, name, body, options) => {
      const generation = await write(bucket, name, body, options);
      if (options.metadata?.kind !== 'COMPLETED' || lost++ > 0) return generation;
      // What the client's own retry would find, or a connection that is lost for good.
      if (retryFinds412) return write(bucket, name, body, options);
      throw new Error('socket hang up');
    };
    await world.post(document);
    await world.untilQueueIsEmpty();
    expect(lost).toBe(1);
    expect(world.view('a')).toMatchObject({ status: 'COMPLETED', attempts: 1 });
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
  expect(world.view('a')).toMatchObject({ status: 'COMPLETED' });
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
  expect(world.view('a')).toMatchObject({ status: 'PENDING', error: { reason: 'interrupted' } });
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
  expect(world.view('a')).toMatchObject({ status: 'COMPLETED', attempts: 1 });
  expectKept(world);
});

test('two callers that enqueue the same document at the same time: one opening, one run', async () => {
  const { world, document } = calmWorld();
  const both = Promise.all([world.post(document), world.post(document)]);
  // The one that comes second waits for the name: Cloud Storage refuses two changes of it within a second.
  await world.clock.advance(5 * SECOND);
  expect(await both).toEqual([202, 202]);
  await world.untilQueueIsEmpty();
  expect(world.view('a')).toMatchObject({ status: 'COMPLETED', attempts: 1 });
  expectKept(world);
});

test('a document slower than the budget ends FAILED with the reason, after all its attempts', async () => {
  const { world, document } = calmWorld();
  world.plan = () => ({ seconds: 3600, ignoresAbort: true });
  await world.post(document);
  await world.untilQueueIsEmpty();
  expect(world.view('a')).toMatchObject({ status: 'FAILED', attempts: 5, error: { reason: 'timeout' } });
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
  const replayed = world.view('a');
  expect(replayed).toMatchObject({ status: 'COMPLETED', epoch: 1, attempts: 1, history: [{ epoch: 0 }] });
  await world.clock.advance(120 * MINUTE);
  await world.untilQueueIsEmpty();
  expect(world.view('a')).toEqual(replayed);
  expectKept(world);
});

describe('cancel', () => {
  test('a document that waits is FAILED, and its task finds nothing to do', async () => {
    const { world, document } = calmWorld();
    world.tasks.call('PauseQueue', { name: PARENT }, undefined);
    await world.post(document);
    expect(await world.cancel('a')).toBe(200);
    expect(world.view('a')).toMatchObject({ status: 'FAILED', attempts: 0, error: { reason: 'cancelled' } });
    const cancelled = world.view('a');
    world.tasks.call('ResumeQueue', { name: PARENT }, undefined);
    await world.untilQueueIsEmpty();
    expect(world.view('a')).toEqual(cancelled);
    expectKept(world);
  });

  test('between a claim and its commit: the attempt stops within 15 s and leaves nothing', async () => {
    const { world, document } = calmWorld();
    let aborts = 0;
    world.plan = () => ({ seconds: 300 });
    await begin(world, document);
    world.hazard = () => {
      aborts++;
    };
    await world.clock.advance(3 * SECOND);
    expect(await world.cancel('a')).toBe(200);
    expect(world.view('a')).toMatchObject({ status: 'FAILED', attempts: 1, error: { reason: 'cancelled' } });
    await world.clock.advance(15 * SECOND);
    // Whatever the attempt had to say is said: nothing more is asked of Cloud Storage.
    const before = aborts;
    await world.clock.advance(30 * SECOND);
    // But for a retry, which finds an outcome that everybody was told of: two lists, each looked at from both sides.
    expect(aborts - before).toBeLessThanOrEqual(4);
    await world.untilQueueIsEmpty();
    expect(world.view('a')).toMatchObject({ status: 'FAILED', error: { reason: 'cancelled' } });
    expect(world.store.names(RESULTS).filter((name) => name.startsWith('results/'))).toEqual([]);
    expectKept(world);
  });

  test('of a cancel and a commit at the same time exactly one counts', async () => {
    const outcomes = new Set<string>();
    for (let ms = 4900; ms <= 5100; ms += 5) {
      const { world, document } = calmWorld();
      void world.post(document);
      world.clock.setTimeout(() => void world.cancel('a'), ms);
      await world.clock.advance(10 * SECOND);
      await world.untilQueueIsEmpty();
      const { status = '', error } = world.view('a') ?? {};
      outcomes.add(`${status} ${error?.reason ?? ''}`.trim());
      expectKept(world);
    }
    expect([...outcomes].sort()).toEqual(['COMPLETED', 'FAILED cancelled']);
  });

  test('of a document that the watchdog gives up: one of them counts, and it can be replayed', async () => {
    const { world, document } = calmWorld();
    world.tasks.call('PauseQueue', { name: PARENT }, undefined);
    await world.post(document);
    world.deleteTask('a');
    world.tasks.call('ResumeQueue', { name: PARENT }, undefined);
    // The second look comes 32 minutes after the hand-in.
    await world.clock.advance(32 * MINUTE - SECOND);
    nextCalls(
      world,
      () => {},
      () => void world.cancel('a'),
    );
    await world.untilQueueIsEmpty();
    expect(world.view('a')).toMatchObject({ status: 'FAILED' });
    await world.replay('a');
    await world.untilQueueIsEmpty();
    expect(world.view('a')).toMatchObject({ status: 'COMPLETED', epoch: 1 });
    expectKept(world);
  });

  test('during a replay: either the epoch before keeps its outcome, or the new one is cancelled', async () => {
    const { world, document } = calmWorld();
    world.plan = () => ({ seconds: 300 });
    await begin(world, document);
    await world.cancel('a');
    const replaying = world.replay('a');
    const cancelling = world.cancel('a');
    await world.clock.advance(5 * SECOND);
    await Promise.all([replaying, cancelling]);
    await world.untilQueueIsEmpty();
    expectKept(world);
    const { status, epoch, error } = world.view('a') ?? {};
    expect(epoch).toBe(1);
    expect(['COMPLETED', 'FAILED']).toContain(status);
    if (status === 'FAILED') expect(error).toMatchObject({ reason: 'cancelled' });
    expectKept(world);
  });
});

describe('delete', () => {
  /** Everything that was ever said of the document is gone, now and when all its tasks have run. */
  async function expectDeleted(world: World): Promise<void> {
    await world.untilQueueIsEmpty();
    world.promise(() => world.watch.checkDeleted('a'));
    expect(world.view('a')).toBeUndefined();
    expect(world.isDeleted('a')).toBe(true);
    expectKept(world);
  }

  test('a document that is done', async () => {
    const { world, document } = calmWorld(true);
    await world.post(document);
    await world.untilQueueIsEmpty();
    expect(world.view('a')).toMatchObject({ status: 'COMPLETED' });
    const deleting = world.delete('a');
    await world.clock.advance(5 * SECOND);
    expect(await deleting).toBe(204);
    world.promise(() => world.watch.checkDeleted('a'));
    expectKept(world);
    const posting = world.post(document);
    await world.clock.advance(5 * SECOND);
    expect(await posting).toBe(410);
    await expectDeleted(world);
  });

  test('between a claim and its commit: the running attempt stops, and its result does not come back', async () => {
    for (const extracts of [false, true]) {
      const { world, document } = calmWorld(extracts);
      world.plan = () => ({ seconds: 7 });
      await begin(world, document);
      const deleting = world.delete('a');
      await world.clock.advance(5 * SECOND);
      expect(await deleting).toBe(204);
      // The conversion ends, is stored, and finds out at its commit.
      await world.clock.advance(30 * SECOND);
      await expectDeleted(world);
    }
  });

  test('just after an attempt has seen what was converted before: it finds nothing, and all it does then is in vain', async () => {
    const { world, document } = calmWorld(true);
    world.planExtraction = () => ({ seconds: 1, fails: true });
    void world.post(document);
    await world.clock.advance(10 * SECOND);
    let isSeen = false;
    // Of instances that are new.
    world.instances = [];
    world.hazard = (process: SimulatedProcess) => {
      if (isSeen || !world.store.names(RESULTS).some((name) => name.endsWith('.00002'))) return;
      isSeen = true;
      process.freeze(10 * SECOND);
      world.instances = [];
      void world.delete('a');
    };
    await world.clock.advance(60 * SECOND);
    expect(isSeen).toBe(true);
    await expectDeleted(world);
  });

  test('an attempt that dies after the delete, before it has removed what it stored: the sweep does', async () => {
    const { world, document } = calmWorld(true);
    world.plan = () => ({ seconds: 7 });
    world.planExtraction = () => {
      for (const { process } of world.instances.splice(0)) process.kill();
      return { seconds: 60 };
    };
    await begin(world, document);
    const deleting = world.delete('a');
    await world.clock.advance(5 * SECOND);
    expect(await deleting).toBe(204);
    await world.clock.advance(10 * SECOND);
    expect(world.store.names(RESULTS).some((name) => name.startsWith('results/'))).toBe(true);
    await expectDeleted(world);
  });

  test('of a delete at any moment of the way nothing is left in the end', async () => {
    for (let ms = 0; ms <= 14_000; ms += 350) {
      const { world, document } = calmWorld(true);
      void world.post(document);
      await world.clock.advance(100);
      world.clock.setTimeout(() => void world.delete('a'), ms);
      await world.clock.advance(30 * SECOND);
      expect({ ms, deleted: [...world.deleted] }).toEqual({ ms, deleted: ['a'] });
      await expectDeleted(world);
    }
  });

  test('a delete that is cut off at every single call is finished by its repetition', async () => {
    for (let fatal = 1; fatal < 30; fatal++) {
      const { world, document } = calmWorld();
      await world.post(document);
      await world.untilQueueIsEmpty();
      let call = 0;
      world.hazard = (process: SimulatedProcess) => {
        if (++call === fatal) process.kill();
      };
      const first = world.delete('a');
      await world.clock.advance(5 * SECOND);
      expect([204, 503]).toContain(await first);
      const second = world.delete('a');
      await world.clock.advance(5 * SECOND);
      expect({ fatal, status: await second }).toEqual({ fatal, status: 204 });
      await expectDeleted(world);
    }
  });

  test('during a replay: deleted stays deleted', async () => {
    const { world, document } = calmWorld();
    world.plan = () => ({ seconds: 300 });
    await begin(world, document);
    await world.cancel('a');
    const replaying = world.replay('a').catch(() => {});
    const deleting = world.delete('a');
    await world.clock.advance(10 * SECOND);
    await Promise.all([replaying, deleting]);
    expect([...world.deleted]).toEqual(['a']);
    await world.clock.advance(10 * MINUTE);
    await expectDeleted(world);
  });

  test('while the watchdog gives the document up', async () => {
    const { world, document } = calmWorld();
    world.tasks.call('PauseQueue', { name: PARENT }, undefined);
    await world.post(document);
    world.deleteTask('a');
    world.tasks.call('ResumeQueue', { name: PARENT }, undefined);
    await world.clock.advance(32 * MINUTE - SECOND);
    nextCalls(
      world,
      () => {},
      () => void world.delete('a'),
    );
    await world.clock.advance(10 * SECOND);
    expect([...world.deleted]).toEqual(['a']);
    await expectDeleted(world);
  });
});

describe('Cloud Storage refuses a second change of an object within a second', () => {
  test('no document that goes well ever notices, however short its work', async () => {
    for (const extracts of [false, true]) {
      const { world } = calmWorld(extracts);
      world.plan = () => ({ seconds: 0 });
      world.planExtraction = () => ({ seconds: 0 });
      const documents = Array.from({ length: 20 }, (_, index) => world.addDocument(`short-${index}`));
      await Promise.all(documents.map((document) => world.post(document)));
      await world.untilQueueIsEmpty();
      for (const { id } of documents) expect(world.view(id)).toMatchObject({ status: 'COMPLETED', attempts: 1 });
      expect(world.store.refusals).toBe(0);
      expectKept(world);
    }
  });

  test.each([
    ['the lease', 'leases/'],
    ['the outcome', '.end'],
    ['the Markdown', 'document.md'],
  ])('five seconds of it on %s cost five seconds and no attempt', async (_what, part) => {
    const { world, document } = calmWorld();
    const write = world.store.write.bind(world.store);
    let isRefused = false;
    world.store.write = (bucket, name, body, options) => {
      if (!isRefused && name.includes(part)) {
        isRefused = true;
        world.store.refuseChanges(bucket, name, 5 * SECOND);
      }
      return write(bucket, name, body, options);
    };
    await world.post(document);
    await world.clock.advance(13 * SECOND);
    expect(world.store.refusals).toBeGreaterThan(2);
    expect(world.view('a')).toMatchObject({ status: 'COMPLETED', attempts: 1 });
    expectKept(world);
  });
});
