import { type ObjectStore, PreconditionFailedError } from '../google/object-store.ts';
import { parseSourceUri } from './document-task.ts';

/** The objects that one attempt stores: under a name of its own, so that no other attempt's can be taken for them. */
export class ResultFolder {
  readonly #store: ObjectStore;
  readonly #bucket: string;
  readonly #path: string;

  private constructor(store: ObjectStore, bucket: string, path: string) {
    this.#store = store;
    this.#bucket = bucket;
    this.#path = path;
  }

  /** The folder of a new attempt. */
  static of(store: ObjectStore, bucket: string, documentId: string, owner: string): ResultFolder {
    return new ResultFolder(store, bucket, `results/${documentId}/${owner}`);
  }

  /** The folder that an object is in already. */
  static around(store: ObjectStore, uri: string): ResultFolder {
    const { bucket, object } = parseSourceUri(uri) ?? { bucket: '', object: '' };
    return new ResultFolder(store, bucket, object.slice(0, object.lastIndexOf('/')));
  }

  /** `gs://` URI of an object in it. */
  uri(name: string): string {
    return `gs://${this.#bucket}/${this.#path}/${name}`;
  }

  /** Whether something is stored under a name. */
  async has(name: string, signal: AbortSignal): Promise<boolean> {
    return (await this.#store.stat(this.#bucket, `${this.#path}/${name}`, { signal })) !== undefined;
  }

  /** What is stored under a name, as text; undefined when there is nothing. */
  async read(name: string, signal: AbortSignal): Promise<string | undefined> {
    const stored = await this.#store.read(this.#bucket, `${this.#path}/${name}`, { signal });
    return stored && Buffer.from(stored.bytes).toString();
  }

  /**
   * Writes an object where there is none.
   *
   * @returns false when there is one: of this very write, whose answer was lost, or of another attempt in the same folder
   */
  async write(name: string, body: string, contentType: string, signal: AbortSignal): Promise<boolean> {
    try {
      const options = { contentType, ifGenerationMatch: '0', signal };
      await this.#store.write(this.#bucket, `${this.#path}/${name}`, body, options);
      return true;
    } catch (error) {
      if (!(error instanceof PreconditionFailedError)) throw error;
      return false;
    }
  }
}

/** JSON as people read it too. */
export function prettyJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
