import { type ObjectStore, PreconditionFailedError } from '../google/object-store.ts';
import { parseSourceUri } from '../state/document-task.ts';
import { folderOf, RESULTS_PREFIX } from '../state/state-objects.ts';

/** The objects that one attempt stores: under a name of its own, so that no other attempt's can be taken for them. */
export class ResultFolder {
  readonly #store: ObjectStore;
  readonly #bucket: string;
  /** With a slash at its end. */
  readonly #path: string;
  /** Names that are this attempt's alone. */
  readonly #own = new Set<string>();

  private constructor(store: ObjectStore, bucket: string, path: string) {
    this.#store = store;
    this.#bucket = bucket;
    this.#path = path;
  }

  /** The folder of a new attempt. */
  static of(store: ObjectStore, bucket: string, documentId: string, owner: string): ResultFolder {
    return new ResultFolder(store, bucket, `${folderOf(RESULTS_PREFIX, documentId)}${owner}/`);
  }

  /** The folder that an object is in already. */
  static around(store: ObjectStore, uri: string): ResultFolder {
    const { bucket, object } = parseSourceUri(uri) ?? { bucket: '', object: '' };
    return new ResultFolder(store, bucket, object.slice(0, object.lastIndexOf('/') + 1));
  }

  /** `gs://` URI of an object in it. */
  uri(name: string): string {
    return `gs://${this.#bucket}/${this.#path}${name}`;
  }

  /** Whether something is stored under a name. */
  async has(name: string, signal: AbortSignal): Promise<boolean> {
    return (await this.#store.stat(this.#bucket, `${this.#path}${name}`, { signal })) !== undefined;
  }

  /** What is stored under a name, as text; undefined when there is nothing. */
  async read(name: string, signal: AbortSignal): Promise<string | undefined> {
    const stored = await this.#store.read(this.#bucket, `${this.#path}${name}`, { signal });
    return stored && Buffer.from(stored.bytes).toString();
  }

  /**
   * Writes an object where there is none.
   *
   * @returns false when there is one: of this very write, whose answer was lost, or of another attempt in the same folder
   */
  async write(name: string, body: string, contentType: string, signal: AbortSignal): Promise<boolean> {
    this.#own.add(name);
    try {
      const options = { contentType, ifGenerationMatch: '0', signal };
      await this.#store.write(this.#bucket, `${this.#path}${name}`, body, options);
      return true;
    } catch (error) {
      if (!(error instanceof PreconditionFailedError)) throw error;
      return false;
    }
  }

  /** What is stored so far may be what other attempts go on from: it is not this one's to discard any more. */
  share(): void {
    this.#own.clear();
  }

  /** Removes what this attempt has stored and nobody else can know of. */
  async discard(signal: AbortSignal): Promise<void> {
    for (const name of this.#own) await this.#store.remove(this.#bucket, this.#path + name, { signal });
  }
}

/** JSON as people read it too. */
export function prettyJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
