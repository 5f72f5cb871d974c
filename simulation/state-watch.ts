import { isDeepStrictEqual } from 'node:util';
import type { Extraction } from '../documents/extraction/extractor.ts';
import type { WriteOptions } from '../google/object-store.ts';
import { currentEpoch, type Epoch } from '../state/document-state.ts';
import {
  type AttemptNumber,
  attemptName,
  type ConvertedDocument,
  contentOf,
  type DocumentResult,
  type End,
  folderOf,
  type Lease,
  parseStateName,
  RESULTS_PREFIX,
  STATE_PREFIX,
  type StateName,
} from '../state/state-objects.ts';
import type { Clock } from '../time/clock.ts';
import { RESULTS } from './instance.ts';
import { checkCreation, checkReplacement, require } from './invariants.ts';
import type { MemoryObjectStore } from './memory-object-store.ts';
import type { Document, DoneBefore, SimulatedWork } from './simulated-work.ts';
import { storedState } from './stored-document.ts';

/** What is watched, and who is asked. */
interface WatchedWorld {
  readonly store: MemoryObjectStore;
  readonly clock: Pick<Clock, 'now'>;
  readonly work: SimulatedWork;
  readonly documents: readonly Document[];
  promise(check: () => void): void;
}

/**
 * Watches every change of the results bucket: what was there, what is written, and whether a result is there when something says
 * so. Puts itself in place of the world's store's `write` and `remove`.
 */
export class StateWatch {
  readonly #world: WatchedWorld;
  readonly #extracts: boolean;
  readonly #clocksAgree: boolean;

  constructor(world: WatchedWorld, { extracts, clocksAgree }: { extracts: boolean; clocksAgree: boolean }) {
    this.#world = world;
    this.#extracts = extracts;
    this.#clocksAgree = clocksAgree;
    const { store } = world;
    const write = store.write.bind(store);
    store.write = async (bucket, name, body, options) => {
      const parsed = bucket === RESULTS ? parseStateName(name) : undefined;
      if (parsed === undefined) return write(bucket, name, body, options);
      const check = this.#prepare(parsed, name, options);
      const generation = await write(bucket, name, body, options);
      this.#world.promise(check);
      return generation;
    };
    const remove = store.remove.bind(store);
    store.remove = async (bucket, name, options) => {
      await remove(bucket, name, options);
      if (bucket === RESULTS && name.startsWith(RESULTS_PREFIX)) this.#world.promise(() => this.#checkRemoval(name));
    };
  }

  /** Looks at everything before the write, and returns what is to be checked when it has succeeded. */
  #prepare(parsed: StateName, name: string, { metadata = {} }: WriteOptions): () => void {
    const { objects } = this.#world.store;
    const state = storedState(objects, RESULTS, parsed.documentId);
    const lease = this.#lease(parsed);
    const content = contentOf<unknown>(name, metadata);
    if (objects.hasObject(RESULTS, name)) {
      const before = contentOf<unknown>(name, objects.get(RESULTS, name).metadata);
      return () => checkReplacement(parsed, before, content, state);
    }
    const epoch = state.epochs.find(({ task }) => task.epoch === parsed.epoch);
    if (parsed.what === undefined && epoch) {
      this.#world.work.noteClaim((content as Lease).owner, this.#doneBefore(parsed, epoch));
    }
    const { owner } = this.#world.work;
    const now = this.#world.clock.now();
    const converted = this.#convertedIn(parsed);
    return () => {
      checkCreation(parsed, content, { state, lease, converted, now, clocksAgree: this.#clocksAgree });
      const isByCaller = ['cancelled', 'deleted'].includes((content as End).error?.reason ?? '');
      if (lease && isByCaller) this.#world.work.noteStop(lease.owner);
      if (parsed.what === 'converted' && state.deletedAs === undefined) {
        this.#checkMarkdown(parsed.documentId, (content as ConvertedDocument).markdownUri);
      }
      if (parsed.what !== 'end' || (content as End).kind !== 'COMPLETED') return;
      require(owner === lease?.owner, `${parsed.documentId} is committed by the attempt that holds it`);
      this.checkResult(parsed.documentId, (content as End).result);
    };
  }

  /** URIs of the Markdown that was noted in an epoch. */
  #convertedIn({ documentId, epoch }: AttemptNumber): string[] {
    return this.#world.store.objects
      .list(RESULTS, { prefix: folderOf(STATE_PREFIX, documentId) })
      .items.filter(({ name }) => {
        const parsed = parseStateName(name);
        return parsed?.epoch === epoch && parsed.what === 'converted';
      })
      .map(({ name, metadata }) => contentOf<ConvertedDocument>(name, metadata).markdownUri);
  }

  #lease(attempt: AttemptNumber): Lease | undefined {
    const { objects } = this.#world.store;
    const name = attemptName(attempt, 'lease');
    return objects.hasObject(RESULTS, name) ? contentOf<Lease>(name, objects.get(RESULTS, name).metadata) : undefined;
  }

  /** What an earlier attempt has converted and given back, and what of it is extracted: a stalled one may still come with more. */
  #doneBefore({ documentId, epoch, number }: AttemptNumber, { ends }: Epoch): DoneBefore {
    const { objects } = this.#world.store;
    for (let earlier = number - 1; earlier > 0; earlier--) {
      const name = attemptName({ documentId, epoch, number: earlier }, 'converted');
      if (ends[earlier - 1]?.kind !== 'GIVEN-BACK' || !objects.hasObject(RESULTS, name)) continue;
      const { markdownUri } = contentOf<ConvertedDocument>(name, objects.get(RESULTS, name).metadata);
      return { isConverted: true, isExtracted: this.#fieldsBeside(markdownUri) !== undefined };
    }
    return { isConverted: false, isExtracted: false };
  }

  /** A result is whole as soon as it can be seen, and its fields are those of its own Markdown. */
  checkResult(documentId: string, result: DocumentResult | undefined): void {
    this.#checkMarkdown(documentId, result?.markdownUri);
    const metadata = this.#stored(result?.metadataUri);
    require(metadata !== undefined, `the metadata of ${documentId} are there when it is COMPLETED`);
    if (!this.#extracts) return;
    const fields = this.#fieldsBeside(result?.markdownUri);
    require(fields !== undefined, `the fields of ${documentId} are there when it is COMPLETED`);
    const extracted = JSON.parse(fields) as Extraction;
    const committed = this.#stored(result?.fieldsUri);
    require(committed === fields, `${documentId} is committed with the fields beside its Markdown`);
    const markdown = this.#stored(result?.markdownUri);
    require(isDeepStrictEqual(extracted.fields, { text: markdown }), `the fields of ${documentId} are of its Markdown`);
  }

  /** Nothing of a deleted document is left but names. */
  checkDeleted(documentId: string): void {
    const { objects } = this.#world.store;
    const names = (prefix: string) => objects.list(RESULTS, { prefix: folderOf(prefix, documentId) }).items;
    for (const prefix of [RESULTS_PREFIX, 'leases/']) {
      require(names(prefix).length === 0, `nothing under ${prefix} is left of ${documentId}`);
    }
    for (const { metadata } of names(STATE_PREFIX)) {
      const isSilent = ['deleted', 'emptied'].includes(metadata.kind ?? '') || metadata.detail?.includes('"deleted"');
      require(isSilent === true, `nothing is said any more of ${documentId}`);
    }
  }

  #checkRemoval(name: string): void {
    const documentId = /^results\/[0-9a-f]{8}-([^/]+)\//.exec(name)?.[1] ?? '';
    const state = storedState(this.#world.store.objects, RESULTS, documentId);
    const result = currentEpoch(state, this.#world.clock.now())?.outcome?.result;
    if (result) this.checkResult(documentId, result);
  }

  #checkMarkdown(documentId: string, uri: string | undefined): void {
    const expected = this.#world.documents.find(({ id }) => id === documentId)?.text;
    require(this.#stored(uri) === expected, `the Markdown of ${documentId} is there when its state says so`);
  }

  #fieldsBeside(markdownUri: string | undefined): string | undefined {
    return this.#stored(markdownUri?.replace(/document\.md$/, 'fields.json'));
  }

  #stored(uri = ''): string | undefined {
    return this.#world.store.text(RESULTS, uri.slice(`gs://${RESULTS}/`.length));
  }
}
