import { RefusedRequestError } from '../handler/http.ts';
import { PROFILES, type Profile } from './fault-profile.ts';
import { PARENT } from './instance.ts';
import { BrokenPromise, require } from './invariants.ts';
import { Random } from './random.ts';
import type { Sabotage } from './sabotage.ts';
import type { Document } from './simulated-work.ts';
import { World } from './world.ts';

type ProfileName = keyof typeof PROFILES;
const NAMES = Object.keys(PROFILES) as ProfileName[];

/** How a run ended. */
export interface Run {
  readonly seed: number;
  readonly profile: ProfileName;
  readonly accepted: number;
  readonly completed: number;
  readonly failed: number;
  /** Events of outcomes. */
  readonly events: number;
  /** What was broken; undefined when every promise was kept. */
  readonly broken: Error | undefined;
}

/** For how long things go wrong, in seconds of virtual time. */
const TROUBLE_SECONDS = 3600;
/** Seconds after it until the last push has come: the longest backoff, and the last delays. */
const LAST_PUSH_SECONDS = 800;

/**
 * One run: some documents, their callers, an hour of trouble, and then whatever it takes until the queue is empty. The seed alone
 * decides everything.
 */
export async function simulate(seed: number, sabotage?: Sabotage): Promise<Run> {
  const profile = NAMES[seed % NAMES.length] as ProfileName;
  const random = new Random(seed);
  // Every other four seeds, so that each profile has runs with an extraction and without.
  const extracts = seed % (2 * NAMES.length) >= NAMES.length;
  const world = new World(random, PROFILES[profile], { extracts, sabotage });
  world.clock.setTimeout(() => world.calmDown(), TROUBLE_SECONDS * 1000);
  for (let index = 0; index < 5; index++) {
    if (index > 0 && random.chance(0.3)) {
      upload(world, `upload-${index}`);
      continue;
    }
    const document = world.addDocument(`document-${index}`, random.chance(0.15) ? 'poison' : 'good');
    for (let caller = 0; caller < random.pick([1, 1, 2]); caller++) void enqueue(world, document);
  }
  disturb(world, PROFILES[profile]);
  // A paused queue counts as empty, and goes on only after the trouble; so does a push that waits.
  await world.clock.advance((TROUBLE_SECONDS + LAST_PUSH_SECONDS) * 1000);
  await world.untilQueueIsEmpty();
  world.promise(() => checkEnd(world));
  const statuses = [...world.accepted].map((id) => world.view(id)?.status);
  return {
    seed,
    profile,
    accepted: world.accepted.size,
    completed: statuses.filter((status) => status === 'COMPLETED').length,
    failed: statuses.filter((status) => status === 'FAILED').length,
    events: world.outcomes.events,
    broken: world.broken,
  };
}

/** A caller that tries again until it is told 202, or gives up; some make the task themselves. */
async function enqueue(world: World, document: Document): Promise<void> {
  const { random, clock } = world;
  const pass = (ms: number) => new Promise<void>((resolve) => clock.setTimeout(resolve, ms));
  await pass(random.between(0, 30_000));
  const isDirect = random.chance(0.2);
  for (let tries = 0; tries < 8; tries++) {
    if (isDirect) {
      const isMade = await world.createTaskDirectly(document).then(
        () => true,
        () => false,
      );
      if (isMade) return;
    } else if ([202, 410].includes(await world.post(document))) {
      return;
    }
    await pass(random.between(1_000, 30_000));
  }
}

/** A file that is uploaded, and perhaps again in another version; some callers hand it in as well. */
function upload(world: World, name: string): void {
  const { random, clock } = world;
  clock.setTimeout(
    () => {
      const document = world.upload(name);
      if (random.chance(0.3)) void enqueue(world, document);
      if (random.chance(0.3)) clock.setTimeout(() => world.upload(name, document), random.between(1_500, 60_000));
    },
    random.between(0, 30_000),
  );
}

/** What people and platforms do to a running system. */
function disturb(world: World, { disturbance }: Profile): void {
  const { random, clock, tasks } = world;
  const sometime = (action: () => void) => {
    if (random.chance(disturbance)) clock.setTimeout(action, random.between(0, 600_000));
  };
  sometime(() => {
    tasks.call('PauseQueue', { name: PARENT }, undefined);
    clock.setTimeout(() => tasks.call('ResumeQueue', { name: PARENT }, undefined), random.between(10_000, 3_000_000));
  });
  sometime(() => world.redeploy());
  sometime(() => {
    world.topicDownUntil = clock.now() + random.between(10_000, 3_000_000);
  });
  sometime(() => {
    const { id } = random.pick(world.documents);
    // Before it is accepted nobody knows of the document yet: what is deleted then was never there.
    if (world.view(id) !== undefined) world.deleteTask(id);
  });
  const until = async (action: () => Promise<number>, ...done: number[]) => {
    // Whoever is not told that it is done tries again: only then is anything promised.
    while (!done.includes(await action())) {
      await new Promise<void>((resolve) => clock.setTimeout(resolve, random.between(1_000, 20_000)));
    }
  };
  sometime(() => {
    const { id } = random.pick(world.documents);
    void until(() => world.cancel(id), 200, 404);
  });
  sometime(() => {
    const { id } = random.pick(world.documents);
    void until(() => world.delete(id), 204, 404);
  });
  for (const { id } of world.documents) {
    sometime(() => void until(() => replay(world, id), 200, 404, 409));
  }
}

/** @returns the HTTP status that would say how it went */
async function replay(world: World, id: string): Promise<number> {
  try {
    await world.replay(id);
    return 200;
  } catch (error) {
    return error instanceof RefusedRequestError ? error.httpStatus : 500;
  }
}

/** The promises at the end: one outcome for everything that was accepted, and the right one where nothing stood in its way. */
function checkEnd(world: World): void {
  world.uploads.checkEnd(world.documents.filter(({ id }) => !id.startsWith('document-')));
  for (const { id, kind } of world.documents) {
    if (world.deleted.has(id)) world.watch.checkDeleted(id);
    const document = world.view(id);
    if (!world.accepted.has(id) || world.isDeleted(id)) continue;
    world.outcomes.checkEnd(id);
    const { status } = document ?? {};
    require(status === 'COMPLETED' || status === 'FAILED', `${id} has an outcome in the end; it is ${status}`);
    require(!(kind === 'poison' && status === 'COMPLETED'), `${id} cannot be converted`);
    if (status === 'COMPLETED') world.watch.checkResult(id, document?.result);
  }
}

/** Says how to see a failure again. */
export function describeRun({ seed, profile, broken }: Run): string {
  const what = broken instanceof BrokenPromise ? `broken: ${broken.message}` : String(broken?.stack);
  return `seed ${seed} (${profile}): ${what}. Alone: npm run simulate -- --seed ${seed}`;
}
