import { isDeepStrictEqual } from 'node:util';
import type { PubsubMessage } from '../google/pubsub.ts';
import type { Buckets } from '../local/cloud-storage/buckets.ts';
import type { Epoch } from '../state/document-state.ts';
import type { DocumentView } from '../state/document-view.ts';
import { RESULTS } from './instance.ts';
import { require } from './invariants.ts';
import { storedState } from './stored-document.ts';

type Body = DocumentView & { readonly version: number };

/** Watches what is published of outcomes: each is one that is stored, and in the end none is left untold. */
export class OutcomeWatch {
  readonly #objects: Buckets;
  /** How often each outcome was told, by document and epoch. */
  readonly #told = new Map<string, number>();

  constructor(objects: Buckets) {
    this.#objects = objects;
  }

  /** Events so far. */
  get events(): number {
    return [...this.#told.values()].reduce((sum, times) => sum + times, 0);
  }

  timesTold(documentId: string, epoch = 0): number {
    return this.#told.get(`${documentId} ${epoch}`) ?? 0;
  }

  /** @throws BrokenPromise when it tells of what did not happen */
  published({ attributes, data }: PubsubMessage): void {
    const { version, documentId, epoch: number, status, error, result } = JSON.parse(data) as Body;
    const key = `${documentId} ${number}`;
    this.#told.set(key, (this.#told.get(key) ?? 0) + 1);
    require(version === 1, 'an event says of which version it is');
    // What was deleted after it was looked at cannot be compared any more.
    if (storedState(this.#objects, RESULTS, documentId).deletedAs !== undefined) return;
    const outcome = this.#epoch(documentId, number)?.outcome;
    require(outcome !== undefined, `no outcome of ${documentId} is told before it is stored`);
    const isSame = outcome.kind === status && isDeepStrictEqual([outcome.error, outcome.result], [error, result]);
    require(isSame, `the outcome of ${documentId} is told as it is stored`);
    const reason = error ? { reason: error.reason } : {};
    const expected = { documentId, status, epoch: String(number), ...reason };
    require(isDeepStrictEqual(
      { ...attributes },
      expected,
    ), `the attributes of an event of ${documentId} are what its body says`);
  }

  /** @throws BrokenPromise when a task is acknowledged whose outcome nobody was told of */
  checkAcknowledged({ documentId, epoch: number }: { readonly documentId: string; readonly epoch: number }): void {
    const epoch = this.#epoch(documentId, number);
    const isTold = epoch?.outcome === undefined || this.timesTold(documentId, number) > 0;
    require(isTold, `the outcome of ${documentId} is told before its task is acknowledged`);
  }

  /** @throws BrokenPromise when an outcome of a document was never told */
  checkEnd(documentId: string): void {
    for (const { task, outcome } of storedState(this.#objects, RESULTS, documentId).epochs) {
      const isTold = outcome === undefined || this.timesTold(documentId, task.epoch) > 0;
      require(isTold, `the outcome of epoch ${task.epoch} of ${documentId} is told in the end`);
    }
  }

  #epoch(documentId: string, number: number): Epoch | undefined {
    const { epochs, deletedAs } = storedState(this.#objects, RESULTS, documentId);
    return deletedAs === undefined ? epochs.find(({ task }) => task.epoch === number) : undefined;
  }
}
