import { PubsubError, type PubsubMessage, type Topic } from '../google/pubsub.ts';
import type { Clock } from '../time/clock.ts';
import type { Profile } from './fault-profile.ts';
import type { OutcomeWatch } from './outcome-watch.ts';
import type { Random } from './random.ts';
import type { SimulatedProcess } from './simulated-process.ts';
import type { Hazard } from './simulated-store.ts';

/** What the topic stands in. */
interface TopicWorld {
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Random;
  readonly profile: Profile;
  readonly hazard: Hazard;
  /** Until when nothing can be published, in milliseconds since the epoch. */
  readonly topicDownUntil: number;
  readonly outcomes: OutcomeWatch;
  promise(check: () => void): void;
}

/** Pub/Sub's topic of outcomes as one process reaches it: over a network that fails, from a process that dies. */
export class SimulatedTopic implements Topic {
  readonly #process: SimulatedProcess;
  readonly #world: TopicWorld;
  readonly #isHurried: boolean;

  /** @param isHurried whether nobody waits until it is published */
  constructor(process: SimulatedProcess, world: TopicWorld, isHurried: boolean) {
    this.#process = process;
    this.#world = world;
    this.#isHurried = isHurried;
  }

  async publish(message: PubsubMessage, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (!this.#isHurried) return this.#publish(message, signal);
    this.#process.clock.setTimeout(() => void this.#publish(message).catch(() => {}), 1000);
  }

  async #publish(message: PubsubMessage, signal?: AbortSignal): Promise<void> {
    const [process, world] = [this.#process, this.#world];
    const { random, profile, clock } = world;
    world.hazard(process);
    const latencyMs = random.chance(profile.storageTakesTime) ? random.between(1, 300) : 0;
    const fails = random.chance(profile.publishFails);
    const isBefore = random.chance(0.5);
    await process.step(() => {
      const isDown = clock.now() < world.topicDownUntil;
      if (isDown || (fails && isBefore)) throw new PubsubError('Pub/Sub is out of reach.');
      world.promise(() => world.outcomes.published(message));
      // The message is out; the process may not be any more.
      world.hazard(process);
      if (fails) throw new PubsubError("Pub/Sub's answer was lost.");
    }, latencyMs);
    signal?.throwIfAborted();
  }
}
