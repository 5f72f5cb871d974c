import {
  type ObjectInfo,
  type ObjectStore,
  PreconditionFailedError,
  type ReadOptions,
  StorageError,
  type StoredObject,
  type WriteOptions,
} from '../google/object-store.ts';
import type { MemoryObjectStore } from './memory-object-store.ts';
import type { Profile } from './profile.ts';
import type { Random } from './random.ts';
import type { SimulatedProcess } from './simulated-process.ts';

/** Called around each call of a process to the world, for crashes and freezes. */
export type Hazard = (process: SimulatedProcess) => void;

/** Cloud Storage as one process reaches it: over a network that fails, from a process that dies. */
export class SimulatedStore implements ObjectStore {
  readonly #shared: MemoryObjectStore;
  readonly #process: SimulatedProcess;
  readonly #random: Random;
  readonly #profile: () => Profile;
  readonly #hazard: Hazard;

  constructor(
    shared: MemoryObjectStore,
    process: SimulatedProcess,
    random: Random,
    profile: () => Profile,
    hazard: Hazard,
  ) {
    this.#shared = shared;
    this.#process = process;
    this.#random = random;
    this.#profile = profile;
    this.#hazard = hazard;
  }

  stat(bucket: string, name: string, options: ReadOptions = {}): Promise<ObjectInfo | undefined> {
    return this.#call(options.signal, () => this.#shared.stat(bucket, name, withoutSignal(options)));
  }

  read(bucket: string, name: string, options: ReadOptions = {}): Promise<StoredObject | undefined> {
    return this.#call(options.signal, () => this.#shared.read(bucket, name, withoutSignal(options)));
  }

  write(bucket: string, name: string, body: string | Uint8Array, options: WriteOptions): Promise<string> {
    const { signal, ...rest } = options;
    return this.#call(signal, async () => {
      const generation = await this.#shared.write(bucket, name, body, rest);
      if (!this.#random.chance(this.#profile().storageAnswerLost)) return generation;
      // The client tries again by itself: it finds its own write, or gives up without knowing.
      if (options.ifGenerationMatch !== undefined && this.#random.chance(0.5))
        throw new PreconditionFailedError(bucket, name);
      throw new StorageError(0, 'Cloud Storage could not be reached: socket hang up');
    });
  }

  async #call<T>(signal: AbortSignal | undefined, effect: () => Promise<T>): Promise<T> {
    signal?.throwIfAborted();
    const { storageFails, storageHangs, storageTakesTime } = this.#profile();
    this.#hazard(this.#process);
    if (this.#random.chance(storageHangs) && signal) {
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    }
    const latencyMs = this.#random.chance(storageTakesTime) ? this.#random.between(1, 300) : 0;
    const fails = this.#random.chance(storageFails);
    const done = await this.#process.step(async () => {
      if (fails) throw new StorageError(this.#random.pick([429, 500, 503]), 'Cloud Storage answered: Backend Error');
      const answer = await effect();
      // The effect is there; the process may not be any more.
      this.#hazard(this.#process);
      return answer;
    }, latencyMs);
    signal?.throwIfAborted();
    return done;
  }
}

function withoutSignal({ signal: _signal, ...options }: ReadOptions): ReadOptions {
  return options;
}
