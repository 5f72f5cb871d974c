import { PubsubError, type PubsubMessage, type Topic } from '../google/pubsub.ts';
import type { Profile } from './profile.ts';
import type { Random } from './random.ts';
import type { SimulatedProcess } from './simulated-process.ts';
import type { Hazard } from './simulated-store.ts';

export interface SimulatedTopicOptions {
  readonly process: SimulatedProcess;
  readonly random: Random;
  readonly profile: () => Profile;
  readonly hazard: Hazard;
  /** Whether nothing can be published at the moment. */
  readonly isDown: () => boolean;
  /** Takes what is published. */
  readonly published: (message: PubsubMessage) => void;
  /** Whether nobody waits until it is published. @default false */
  readonly isHurried?: boolean;
}

/** Pub/Sub's topic of outcomes as one process reaches it: over a network that fails, from a process that dies. */
export class SimulatedTopic implements Topic {
  readonly #options: SimulatedTopicOptions;

  constructor(options: SimulatedTopicOptions) {
    this.#options = options;
  }

  async publish(message: PubsubMessage, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const { process, isHurried = false } = this.#options;
    if (!isHurried) return this.#publish(message, signal);
    process.clock.setTimeout(() => void this.#publish(message).catch(() => {}), 1000);
  }

  async #publish(message: PubsubMessage, signal?: AbortSignal): Promise<void> {
    const { process, random, profile, hazard, isDown, published } = this.#options;
    const { publishFails, storageTakesTime } = profile();
    hazard(process);
    const latencyMs = random.chance(storageTakesTime) ? random.between(1, 300) : 0;
    const fails = random.chance(publishFails);
    const isBefore = random.chance(0.5);
    await process.step(() => {
      if (isDown() || (fails && isBefore)) throw new PubsubError('Pub/Sub is out of reach.');
      published(message);
      // The message is out; the process may not be any more.
      hazard(process);
      if (fails) throw new PubsubError("Pub/Sub's answer was lost.");
    }, latencyMs);
    signal?.throwIfAborted();
  }
}
