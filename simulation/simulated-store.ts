import {
  type ListedObject,
  type ListOptions,
  type ObjectInfo,
  type ObjectStore,
  PreconditionFailedError,
  type ReadOptions,
  type RemoveOptions,
  StorageError,
  type StoredObject,
  type WriteOptions,
} from '../google/object-store.ts';
import { whileBusy } from '../google/storage-retries.ts';
import type { Profile } from './fault-profile.ts';
import type { MemoryObjectStore } from './memory-object-store.ts';
import type { Random } from './random.ts';
import type { SimulatedProcess } from './simulated-process.ts';

/** Called around each call of a process to the world, for crashes and freezes. */
export type Hazard = (process: SimulatedProcess) => void;

/** For how long Cloud Storage refuses changes of an object when it is busy, in milliseconds. */
const BUSY_MS = 5000;

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
    return this.#change(bucket, name, signal, async () => {
      const generation = await this.#shared.write(bucket, name, body, rest);
      if (!this.#random.chance(this.#profile().storageAnswerLost)) return generation;
      // The client tries again by itself: it finds its own write, is told to wait, or gives up without knowing.
      if (options.ifGenerationMatch === undefined) throw new StorageError(0, UNREACHABLE);
      throw this.#random.pick([
        new PreconditionFailedError(bucket, name),
        new StorageError(429, 'Cloud Storage answered 429'),
        new StorageError(0, UNREACHABLE),
        new StorageError(0, UNREACHABLE),
      ]);
    });
  }

  remove(bucket: string, name: string, options: RemoveOptions = {}): Promise<void> {
    const { signal } = options;
    return this.#change(bucket, name, signal, () => this.#shared.remove(bucket, name, withoutSignal(options)));
  }

  async *list(bucket: string, prefix: string, { signal }: ListOptions = {}): AsyncGenerator<ListedObject> {
    yield* await this.#call(signal, async () => {
      const objects: ListedObject[] = [];
      for await (const object of this.#shared.list(bucket, prefix)) objects.push(object);
      return objects;
    });
  }

  /** A change is refused when the object changed within the last second, or for longer: the client waits for it. */
  #change<T>(bucket: string, name: string, signal: AbortSignal | undefined, effect: () => Promise<T>): Promise<T> {
    if (this.#random.chance(this.#profile().storageBusy)) this.#shared.refuseChanges(bucket, name, BUSY_MS);
    const patience = { clock: this.#process.clock, random: this.#random.next };
    return whileBusy(patience, signal, () => this.#call(signal, effect));
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
      if (fails) throw new StorageError(this.#random.pick([500, 503]), 'Cloud Storage answered: Backend Error');
      const answer = await effect();
      // The effect is there; the process may not be any more.
      this.#hazard(this.#process);
      return answer;
    }, latencyMs);
    signal?.throwIfAborted();
    return done;
  }
}

const UNREACHABLE = 'Cloud Storage could not be reached: socket hang up';

function withoutSignal<T extends { readonly signal?: AbortSignal | undefined }>({ signal: _signal, ...options }: T) {
  return options;
}
