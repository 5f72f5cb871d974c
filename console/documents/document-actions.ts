import { createHash } from 'node:crypto';
import { type ObjectStore, PreconditionFailedError } from '../../google/object-store.ts';
import { type CancelDependencies, cancelDocument } from '../../handler/cancel-document.ts';
import { readResultPart } from '../../handler/document-result.ts';
import { type EnqueueDependencies, enqueueDocument } from '../../handler/enqueue-document.ts';
import { RefusedRequestError } from '../../handler/http.ts';
import { type ReplayDependencies, replayDocument } from '../../handler/replay-document.ts';
import type { Settings } from '../../handler/settings.ts';
import { currentEpoch } from '../../state/document-state.ts';
import { parseSourceUri } from '../../state/document-task.ts';
import type { DocumentView } from '../../state/document-view.ts';
import type { Done } from '../actions.ts';
import { type Content, type ContentPart, RefusedActionError } from '../shown.ts';
import type { Job } from '../views.ts';

/** Documents worked on at once. */
const AT_ONCE = 8;

/** What documents are looked after with, the same as `npm run documents` has. */
export interface DocumentsOperator extends ReplayDependencies, CancelDependencies, EnqueueDependencies {
  readonly store: ObjectStore;
  readonly settings: Pick<Settings, 'documentsBucket' | 'maxDocumentBytes'>;
}

/** What can be done to documents, wherever they are. */
export class DocumentActions {
  readonly #operator: DocumentsOperator;
  readonly #onChange: (changed?: DocumentView) => void;
  #job: Job | undefined;

  /** @param onChange called with each document that was changed, and when a job has come further */
  constructor(operator: DocumentsOperator, onChange: (changed?: DocumentView) => void) {
    this.#operator = operator;
    this.#onChange = onChange;
  }

  /** What is done to many at this moment, or was done last. */
  get job(): Job | undefined {
    return this.#job;
  }

  /** Of one: done when this returns. Of several: begun, and its progress is the {@link job}. */
  async replay(ids: readonly string[]): Promise<Done> {
    const [id = ''] = ids;
    if (ids.length > 1) return this.#begin('Replaying', ids, (each) => this.#replayOne(each));
    const { epoch } = await explained(this.#replayOne(id));
    return { said: `Replayed: epoch ${epoch} has begun.`, path: `/documents/${id}` };
  }

  /**
   * @param ids of those that match now
   * @param expected how many there were when it was confirmed
   */
  async replayMatching(ids: readonly string[], expected: number): Promise<Done> {
    if (ids.length === expected) return this.replay(ids);
    throw new RefusedActionError(`There are ${ids.length} now, not ${expected}: look again.`);
  }

  async cancel(ids: readonly string[]): Promise<Done> {
    const [id = ''] = ids;
    if (ids.length > 1) return this.#begin('Cancelling', ids, (each) => this.#cancelOne(each));
    await explained(this.#cancelOne(id));
    return { said: 'Cancelled. A running attempt stops within 15 s.', path: `/documents/${id}` };
  }

  /** Uploads under a hash of the content, so that the same file again is the same document, and hands it in. */
  async take(filename: string, bytes: Uint8Array): Promise<Done> {
    const { store, settings } = this.#operator;
    const { maxDocumentBytes: most } = settings;
    if (bytes.length > most) {
      throw new RefusedActionError(`${filename} has ${bytes.length} bytes; at most ${most} are taken.`);
    }
    const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 32);
    const name = `${hash}/${filename}`;
    const options = { contentType: 'application/octet-stream', ifGenerationMatch: '0' };
    await store.write(settings.documentsBucket, name, bytes, options).catch((error: unknown) => {
      if (!(error instanceof PreconditionFailedError)) throw error;
    });
    const sourceUri = `gs://${settings.documentsBucket}/${name}`;
    const request = { sourceUri, method: 'auto', ocr: 'auto' } as const;
    const view = await explained(enqueueDocument(request, this.#operator));
    this.#onChange(view);
    const { documentId, status } = view;
    return { said: `${filename} is ${status}.`, path: `/documents/${documentId}` };
  }

  /** @returns undefined where there is no such document, or it has no such part */
  async content(documentId: string, part: ContentPart): Promise<Content | undefined> {
    const { states, clock, store } = this.#operator;
    const epoch = currentEpoch(await states.read(documentId), clock.now());
    if (epoch === undefined) return undefined;
    const { sourceUri, generation, filename } = epoch.task;
    if (part !== 'source') {
      const result = epoch.outcome?.result;
      const bytes = result && (await explained(readResultPart(result, part, { store })));
      return bytes && { filename, bytes };
    }
    const source = parseSourceUri(sourceUri);
    const stored = source && (await store.read(source.bucket, source.object, { generation }));
    return stored && { filename, bytes: stored.bytes };
  }

  async #replayOne(id: string): Promise<DocumentView> {
    const view = await replayDocument(id, this.#operator);
    this.#onChange(view);
    return view;
  }

  async #cancelOne(id: string): Promise<void> {
    const view = await cancelDocument(id, this.#operator);
    this.#onChange(view);
    const { status, error } = view;
    if (error?.reason !== 'cancelled') throw new RefusedActionError(`It is ${status} already, and stays so.`);
  }

  #begin(what: string, ids: readonly string[], each: (id: string) => Promise<unknown>): Done {
    if (this.#job && !this.#job.isOver) {
      throw new RefusedActionError(`${this.#job.what} ${this.#job.total} documents is under way: wait for its end.`);
    }
    this.#job = { what, total: ids.length, done: 0, failed: 0, isOver: false };
    const rest = ids.values();
    const work = async () => {
      for (const id of rest) await this.#step(each(id));
    };
    const all = Promise.all(Array.from({ length: AT_ONCE }, work));
    void all.then(() => this.#progress({ isOver: true }));
    return { said: `${what} ${ids.length} documents.` };
  }

  async #step(work: Promise<unknown>): Promise<void> {
    const failure = await work.then(
      () => undefined,
      (error: Error) => error.message,
    );
    const { done = 0, failed = 0 } = this.#job ?? {};
    if (failure === undefined) this.#progress({ done: done + 1 });
    else this.#progress({ failed: failed + 1, problem: failure });
  }

  #progress(change: Partial<Job>): void {
    this.#job = this.#job && { ...this.#job, ...change };
    this.#onChange();
  }
}

/** What the handler refuses is refused here in its words. */
async function explained<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof RefusedRequestError)) throw error;
    throw new RefusedActionError(error.message, error.httpStatus === 404 ? 404 : 409);
  }
}
