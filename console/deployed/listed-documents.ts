import type { DocumentView } from '../../state/document-view.ts';
import type { Clock, TimerHandle } from '../../time/clock.ts';
import { DocumentIndex } from '../documents/document-index.ts';

/** Milliseconds between two readings at least, while somebody looks. Each costs a list for a thousand objects. */
const READ_EVERY_MS = 30_000;
/** How much longer than a reading took the pause after it is. */
const PAUSES = 10;
/** Documents after which the page may show what is read so far. */
const TELL_EVERY = 1000;

/** All documents, as they are listed; undefined where one is none any more, or cannot be read. */
export type Listing = (signal: AbortSignal) => AsyncIterable<DocumentView | undefined>;

/** The documents of a deployment, read again and again while somebody looks, and not otherwise. */
export class ListedDocuments {
  #index = new DocumentIndex();
  #readAt: number | undefined;
  #problem: Error | undefined;
  #watchers = 0;
  #reading: AbortController | undefined;
  #timer: TimerHandle | undefined;
  readonly #listing: Listing;
  readonly #clock: Clock;
  readonly #onChange: () => void;

  constructor(listing: Listing, clock: Clock, onChange: () => void) {
    this.#listing = listing;
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** @throws Error why they could not be read */
  get index(): DocumentIndex {
    if (this.#problem) throw this.#problem;
    return this.#index;
  }

  /** When all of them were read. */
  get readAt(): number | undefined {
    return this.#readAt;
  }

  /** One is known to have changed. */
  put(view: DocumentView): void {
    this.#index.put(view, this.#clock.now());
    this.#onChange();
  }

  /** Somebody looks. @returns what ends that */
  watch(): () => void {
    this.#watchers++;
    if (this.#watchers === 1) this.#readSoon();
    return () => {
      this.#watchers--;
      if (this.#watchers > 0) return;
      this.#reading?.abort();
      this.#reading = undefined;
      if (this.#timer) this.#clock.clearTimeout(this.#timer);
    };
  }

  /** At once, or when what was read last is old enough. */
  #readSoon(pauseMs = READ_EVERY_MS): void {
    const wait = this.#readAt === undefined ? 0 : this.#readAt + pauseMs - this.#clock.now();
    this.#timer = this.#clock.setTimeout(() => void this.#read(), wait);
  }

  async #read(): Promise<void> {
    const reading = new AbortController();
    this.#reading = reading;
    const began = this.#clock.now();
    try {
      await this.#readAll(reading.signal);
      this.#problem = undefined;
    } catch (error) {
      if (reading.signal.aborted) return;
      this.#problem = error as Error;
    }
    this.#readAt = this.#clock.now();
    this.#onChange();
    this.#readSoon(Math.max(READ_EVERY_MS, (this.#readAt - began) * PAUSES));
  }

  async #readAll(signal: AbortSignal): Promise<void> {
    const index = new DocumentIndex();
    // The first time what is there so far is better than nothing.
    if (this.#readAt === undefined) this.#index = index;
    let count = 0;
    for await (const view of this.#listing(signal)) {
      signal.throwIfAborted();
      if (view) index.put(view, this.#clock.now());
      if (++count % TELL_EVERY === 0 && this.#index === index) this.#onChange();
    }
    index.sort();
    this.#index = index;
  }
}
