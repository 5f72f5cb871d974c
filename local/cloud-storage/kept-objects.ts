import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Journal, JournalError, type Kept } from '../journal/journal.ts';
import type { ObjectKeeper, ObjectVersion } from './buckets.ts';

type Described = Omit<ObjectVersion, 'content'>;

/** One step in the life of all objects. */
type Change =
  | { readonly kind: 'stored'; readonly object: Described }
  | { readonly kind: 'removed'; readonly bucket: string; readonly name: string };

/** The live objects, by bucket and name: no bucket has a slash in its name. */
type State = Map<string, Described>;

const OBJECTS: Kept<Change, State> = {
  empty: () => new Map(),
  apply(state, change) {
    const { bucket, name } = change.kind === 'stored' ? change.object : change;
    if (change.kind === 'stored') state.set(`${bucket}/${name}`, change.object);
    else state.delete(`${bucket}/${name}`);
  },
  *changesOf(state) {
    for (const object of state.values()) yield { kind: 'stored', object };
  },
};

/** A folder that keeps objects: the content of each is a file named by its generation, everything else is in a journal. */
export class KeptObjects implements ObjectKeeper {
  readonly #contents: string;
  readonly #journal: Journal<Change, State>;
  readonly #state: State;

  /**
   * Opens a folder, and makes it where it is missing.
   *
   * @throws FolderInUseError when another process has the folder
   * @throws JournalError when its journal is damaged or a content is missing, or nothing can be kept in it
   */
  constructor(folder: string) {
    const { journal, state } = Journal.open(folder, OBJECTS);
    this.#journal = journal;
    this.#state = state;
    this.#contents = join(folder, 'content');
    try {
      mkdirSync(this.#contents, { recursive: true });
      this.#removeOrphans();
    } catch (error) {
      journal.close();
      throw error;
    }
  }

  *objects(): Generator<ObjectVersion> {
    for (const object of this.#state.values()) yield { ...object, content: this.#contentOf(object) };
  }

  /** The content comes first: what the journal names is there. */
  store({ content, ...object }: ObjectVersion): void {
    writeFileSync(this.#fileOf(object), content);
    const replaced = this.#state.get(`${object.bucket}/${object.name}`);
    this.#keep({ kind: 'stored', object });
    if (replaced) rmSync(this.#fileOf(replaced), { force: true });
  }

  remove({ bucket, name, ...object }: ObjectVersion): void {
    this.#keep({ kind: 'removed', bucket, name });
    rmSync(this.#fileOf(object), { force: true });
  }

  close(): void {
    this.#journal.close();
  }

  #keep(change: Change): void {
    this.#journal.append(change, () => this.#state);
    OBJECTS.apply(this.#state, change);
  }

  #contentOf(object: Described): Buffer {
    try {
      return readFileSync(this.#fileOf(object));
    } catch (error) {
      const { bucket, name } = object;
      throw new JournalError(`The content of gs://${bucket}/${name} cannot be read: ${(error as Error).message}.`);
    }
  }

  /** Contents that no journal names: of objects that a kill came before or after. */
  #removeOrphans(): void {
    const known = new Set(Array.from(this.#state.values(), ({ generation }) => String(generation)));
    for (const file of readdirSync(this.#contents)) {
      if (!known.has(file)) rmSync(join(this.#contents, file));
    }
  }

  #fileOf({ generation }: Pick<ObjectVersion, 'generation'>): string {
    return join(this.#contents, String(generation));
  }
}
