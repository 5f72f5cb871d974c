import { AsyncLocalStorage } from 'node:async_hooks';
import { type Conversion, type Converter, UnconvertibleDocumentError } from '../documents/conversion/converter.ts';
import { type Extraction, type Extractor, UnextractableDocumentError } from '../documents/extraction/extractor.ts';
import { require } from './invariants.ts';
import type { SimulatedProcess } from './simulated-process.ts';

/** A document of the simulation. */
export interface Document {
  readonly id: string;
  readonly sourceUri: string;
  readonly generation: string;
  readonly text: string;
  /** `poison` can never be converted. */
  readonly kind: 'good' | 'poison';
}

/** How a conversion or an extraction goes. */
export interface WorkPlan {
  readonly seconds: number;
  readonly fails?: boolean;
  readonly ignoresAbort?: boolean;
  /** Whether an extraction that fails would always fail. */
  readonly failsForGood?: boolean;
}

interface Worker {
  readonly process: SimulatedProcess;
  readonly owner: string;
}

/** What was done of a document when an attempt claimed it. */
export interface DoneBefore {
  readonly isConverted: boolean;
  readonly isExtracted: boolean;
}

/** What surrounds the work: which documents there are, how things go, and who hears what is broken. */
interface Surroundings {
  readonly documents: readonly Document[];
  /** Whether processes and storage work throughout. */
  readonly isSound: boolean;
  readonly plan: (document: Document) => WorkPlan;
  readonly planExtraction: (document: Document) => WorkPlan;
  readonly hazard: (process: SimulatedProcess) => void;
  promise(check: () => void): void;
}

/** The converter and the extractor of every process. They take their time and fail, and notice work that was done before. */
export class SimulatedWork {
  readonly #world: Surroundings;
  /** The attempt that code runs for: no converter is told. */
  readonly #attempt = new AsyncLocalStorage<string>();
  readonly #doneBefore = new Map<string, DoneBefore>();
  /** The work on each document: its signals, where it runs, and of which attempt it is. */
  readonly #working = new Map<string, Map<AbortSignal, Worker>>();
  readonly #stopped = new Set<string>();
  #owners = 0;

  constructor(world: Surroundings) {
    this.#world = world;
  }

  /** Names an attempt; all that it awaits from here on is its own. */
  readonly newOwner = (): string => {
    const owner = `owner-${++this.#owners}`;
    this.#attempt.enterWith(owner);
    return owner;
  };

  /** The attempt that this is called for. */
  get owner(): string | undefined {
    return this.#attempt.getStore();
  }

  noteClaim(owner: string, before: DoneBefore): void {
    this.#doneBefore.set(owner, before);
  }

  /** A caller has ended the attempt, which notices at its next renewal. */
  noteStop(owner: string): void {
    this.#stopped.add(owner);
  }

  /** A caller who has stopped the attempt may have deleted what was done: then all that it still does is in vain. */
  #doneBeforeAttempt(): DoneBefore {
    const { owner = '' } = this;
    const before = this.#stopped.has(owner) ? undefined : this.#doneBefore.get(owner);
    return before ?? { isConverted: false, isExtracted: false };
  }

  converterOn(process: SimulatedProcess): Converter {
    return {
      convert: async ({ bytes, filename }, { signal }): Promise<Conversion> => {
        const markdown = Buffer.from(bytes).toString();
        const document = this.#world.documents.find(({ text }) => text === markdown) as Document;
        const { isConverted } = this.#doneBeforeAttempt();
        this.#world.promise(() => require(!isConverted, `${document.id} is not converted again by a later attempt`));
        await this.#work(document, this.#world.plan(document), signal, process);
        if (document.kind === 'poison') throw new UnconvertibleDocumentError('corrupt', `${filename} is damaged.`);
        return { markdown, type: 'text', characters: markdown.length, converter: 'simulated@1' };
      },
    };
  }

  extractorOn(process: SimulatedProcess): Extractor {
    return {
      extract: async ({ markdown }, { signal }): Promise<Extraction> => {
        const document = this.#world.documents.find(({ text }) => text === markdown) as Document;
        const { isExtracted } = this.#doneBeforeAttempt();
        this.#world.promise(() => require(!isExtracted, `no model is asked again about ${document.id}`));
        const plan = this.#world.planExtraction(document);
        const usage = { model: 'simulated', tokens: { input: markdown.length, output: 1 }, estimatedCostUsd: 0 };
        try {
          await this.#work(document, plan, signal, process);
        } catch (error) {
          if (signal.aborted || !plan.failsForGood) throw error;
          throw new UnextractableDocumentError('extraction-invalid', 'It breaks the schema.', ['{}'], usage);
        }
        return { fields: { text: markdown }, repaired: false, ...usage };
      },
    };
  }

  async #work(
    { id }: Document,
    { seconds, fails = false, ignoresAbort = false }: WorkPlan,
    signal: AbortSignal,
    process: SimulatedProcess,
  ): Promise<void> {
    using _work = this.#begin(id, signal, process);
    this.#world.hazard(process);
    await new Promise<void>((resolve, reject) => {
      const timer = process.clock.setTimeout(() => resolve(), seconds * 1000);
      if (ignoresAbort) return;
      signal.addEventListener('abort', () => {
        process.clock.clearTimeout(timer);
        reject(signal.reason);
      });
    });
    if (fails) throw new Error('The model is overloaded.');
  }

  /** Where processes and storage work, the lease keeps every other attempt out. */
  #begin(id: string, signal: AbortSignal, process: SimulatedProcess): Disposable {
    const working = this.#working.get(id) ?? new Map<AbortSignal, Worker>();
    this.#working.set(id, working.set(signal, { process, owner: this.owner ?? '' }));
    // What goes on after it was told to stop is no attempt's work any more, nor is a dead or frozen process at work.
    const isAtWork = ([{ aborted }, { owner, process: at }]: [AbortSignal, Worker]) =>
      !aborted && !this.#stopped.has(owner) && at.isAlive && !at.isFrozen;
    const attempts = [...working].filter(isAtWork).length;
    const world = this.#world;
    if (world.isSound) world.promise(() => require(attempts <= 1, `${id} is worked on by one attempt at a time`));
    return { [Symbol.dispose]: () => working.delete(signal) };
  }
}
