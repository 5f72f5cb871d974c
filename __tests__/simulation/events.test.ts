import { PROCESS_DOCUMENT_PATH } from '../../handler/cloud-tasks-client.ts';
import { CALM, type Profile } from '../../simulation/fault-profile.ts';
import { RESULTS } from '../../simulation/instance.ts';
import { Random } from '../../simulation/random.ts';
import { storedState } from '../../simulation/stored-document.ts';
import { World } from '../../simulation/world.ts';

const SECOND = 1000;
const HOUR = 3600 * SECOND;

/** A world in which nothing goes wrong but what the scenario says. */
function calmWorld(profile: Partial<Profile> = {}) {
  const world = new World(new Random(1), { ...CALM, ...profile });
  world.plan = () => ({ seconds: 5 });
  return { world, document: world.addDocument('a') };
}

const isToldNoted = (world: World, epoch = 0) =>
  storedState(world.store.objects, RESULTS, 'a').epochs[epoch]?.isTold === true;

function expectKept({ broken }: World): void {
  expect(broken).toBeUndefined();
}

describe('an outcome', () => {
  test('is told once, before its task is acknowledged, however often that comes', async () => {
    const { world, document } = calmWorld();
    let delivered: Parameters<World['redeliver']>[0] | undefined;
    world.onDelivery = async (request) => {
      if (request.url.endsWith(PROCESS_DOCUMENT_PATH)) delivered = request;
      return undefined;
    };
    await world.post(document);
    await world.clock.advance(10 * SECOND);
    expect(world.outcomes.timesTold('a')).toBe(1);
    if (delivered) await world.redeliver(delivered);
    await world.untilQueueIsEmpty();
    expect(world.outcomes.timesTold('a')).toBe(1);
    expectKept(world);
  });

  test('is told at a crash at every single call, and stays what it is', async () => {
    let calls = 0;
    const undisturbed = calmWorld();
    undisturbed.world.hazard = () => {
      calls++;
    };
    await undisturbed.world.post(undisturbed.document);
    await undisturbed.world.untilQueueIsEmpty();
    const timesTold: number[] = [];
    for (let fatal = 1; fatal <= calls; fatal++) {
      const { world, document } = calmWorld();
      let call = 0;
      world.hazard = (process) => {
        if (++call === fatal) process.kill();
      };
      for (let tries = 0; tries < 5 && (await world.post(document)) !== 202; tries++) await world.clock.advance(SECOND);
      await world.untilQueueIsEmpty();
      expect({ fatal, status: world.view('a')?.status, noted: isToldNoted(world) }).toEqual({
        fatal,
        status: 'COMPLETED',
        noted: true,
      });
      timesTold.push(world.outcomes.timesTold('a'));
      expectKept(world);
    }
    // Twice where the crash was between the publishing and the note of it: there are two such moments.
    expect(new Set(timesTold)).toEqual(new Set([1, 2]));
    expect(timesTold.filter((times) => times === 2).length).toBeLessThanOrEqual(3);
  });

  test('is neither lost nor late where nothing can be published for three hours: the watchdog tells it then', async () => {
    const { world, document } = calmWorld();
    world.topicDownUntil = world.clock.now() + 3 * HOUR;
    await world.post(document);
    await world.clock.advance(6 * SECOND);
    expect(world.view('a')?.status).toBe('COMPLETED');
    expect(world.outcomes.timesTold('a')).toBe(0);
    await world.untilQueueIsEmpty();
    expect(world.outcomes.timesTold('a')).toBe(1);
    expectKept(world);
  });

  test('is told where its hand-in was cut off between its tasks, and repeated when it was there', async () => {
    const { world, document } = calmWorld();
    world.topicDownUntil = world.clock.now() + 3 * HOUR;
    const { tasks } = world;
    const call = tasks.call.bind(tasks);
    let created = 0;
    tasks.call = ((...args: Parameters<typeof call>) => {
      if (args[0] === 'CreateTask' && ++created === 2) throw Object.assign(new Error('Unavailable'), { code: 14 });
      return call(...args);
    }) as typeof call;
    expect(await world.post(document)).toBe(500);
    await world.clock.advance(60 * SECOND);
    expect(await world.post(document)).toBe(202);
    await world.untilQueueIsEmpty();
    expect(world.view('a')?.status).toBe('COMPLETED');
    expect(world.outcomes.timesTold('a')).toBe(1);
    expectKept(world);
  });

  test('is told within a minute where publishing failed once', async () => {
    const { world, document } = calmWorld();
    world.topicDownUntil = world.clock.now() + 6 * SECOND;
    await world.post(document);
    await world.clock.advance(60 * SECOND);
    expect(world.outcomes.timesTold('a')).toBe(1);
    expectKept(world);
  });

  test('of a document that was replayed before anybody was told is told all the same, and the new one as well', async () => {
    const { world, document } = calmWorld();
    world.topicDownUntil = world.clock.now() + HOUR;
    await world.post(document);
    await world.clock.advance(SECOND);
    expect(await world.cancel('a')).toBe(200);
    await world.clock.advance(60 * SECOND);
    await world.replay('a');
    await world.untilQueueIsEmpty();
    expect([world.outcomes.timesTold('a', 0), world.outcomes.timesTold('a', 1)]).toEqual([1, 1]);
    expect(world.view('a')).toMatchObject({ status: 'COMPLETED', epoch: 1 });
    expectKept(world);
  });

  test('that a caller brought about by cancelling is told at once', async () => {
    const { world, document } = calmWorld();
    await world.post(document);
    await world.clock.advance(SECOND);
    await world.cancel('a');
    expect(world.outcomes.timesTold('a')).toBe(1);
    expectKept(world);
  });

  test('that the watchdog brought about is told', async () => {
    const { world, document } = calmWorld();
    world.onDelivery = async ({ url }) =>
      url.endsWith(PROCESS_DOCUMENT_PATH) ? { kind: 'unreachable', reason: 'nobody answers' } : undefined;
    await world.post(document);
    await world.untilQueueIsEmpty();
    expect(world.view('a')).toMatchObject({ status: 'FAILED', error: { reason: 'abandoned' } });
    expect(world.outcomes.timesTold('a')).toBe(1);
    expectKept(world);
  });

  test('of a deleted document is told no more', async () => {
    const { world, document } = calmWorld();
    world.topicDownUntil = world.clock.now() + HOUR;
    await world.post(document);
    await world.clock.advance(10 * SECOND);
    expect(await world.delete('a')).toBe(204);
    await world.untilQueueIsEmpty();
    expect(world.outcomes.events).toBe(0);
    expectKept(world);
  });
});

describe('an upload', () => {
  test('is a document with its outcome and its event, and nobody hands it in', async () => {
    const { world } = calmWorld();
    const { id } = world.upload('b');
    await world.clock.advance(20 * SECOND);
    expect(world.view(id)).toMatchObject({ status: 'COMPLETED', filename: 'b.txt' });
    expect(world.outcomes.timesTold(id)).toBe(1);
    expectKept(world);
  });

  test('is the same document where a caller hands it in too, and where it is told of twice', async () => {
    const { world } = calmWorld({ duplicate: 1 });
    const upload = world.upload('b');
    expect(await world.post(upload)).toBe(202);
    await world.untilQueueIsEmpty();
    expect(world.view(upload.id)).toMatchObject({ status: 'COMPLETED', epoch: 0 });
    expect(world.store.names(RESULTS).filter((name) => name.endsWith('.open'))).toHaveLength(1);
    expectKept(world);
  });

  test('that is overwritten before anybody looks is ignored, and what is there now is not', async () => {
    const { world } = calmWorld();
    const old = world.upload('b');
    await Promise.resolve();
    const now = world.upload('b', old);
    await world.clock.advance(20 * SECOND);
    expect(world.view(old.id)).toBeUndefined();
    expect(world.view(now.id)?.status).toBe('COMPLETED');
    expectKept(world);
  });

  test('is taken by a retry where the service was out of order', async () => {
    const { world } = calmWorld();
    let isOutOfOrder = true;
    world.onDelivery = async () =>
      isOutOfOrder ? { kind: 'response', status: 503, headers: {}, body: Buffer.of() } : undefined;
    const { id } = world.upload('b');
    await world.clock.advance(100 * SECOND);
    expect(world.view(id)).toBeUndefined();
    isOutOfOrder = false;
    await world.clock.advance(200 * SECOND);
    expect(world.view(id)?.status).toBe('COMPLETED');
    expectKept(world);
  });

  test('is kept as a dead letter where the service stays so, and is no document', async () => {
    const { world } = calmWorld();
    world.onDelivery = async () => ({ kind: 'unreachable', reason: 'nobody answers' });
    const upload = world.upload('b');
    await world.clock.advance(2 * HOUR);
    expect(world.uploads.deadLetters).toBe(1);
    expect(world.view(upload.id)).toBeUndefined();
    world.promise(() => world.uploads.checkEnd([upload]));
    expectKept(world);
  });
});
