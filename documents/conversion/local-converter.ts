import { ConversionThreads } from './conversion-threads.ts';
import { type Converter, type SourceDocument, UnconvertibleDocumentError } from './converter.ts';
import { type ConversionLimits, DEFAULT_LIMITS } from './limits.ts';

/**
 * The converter that needs no account, no network and no model. Every document has a thread to itself while it is converted: parsing
 * never blocks the event loop, an abort ends it at once, and a document that takes too much memory takes only its thread down.
 *
 * Too much memory counts as the document's own fault (`too-large`): the thread's heap is its own and always the same size, so a
 * retry would end there again.
 *
 * @param limits those that differ from the defaults
 */
export function createLocalConverter(limits: Partial<ConversionLimits> = {}): Converter {
  const threads = new ConversionThreads({ limits: { ...DEFAULT_LIMITS, ...limits } });
  return {
    async convert(source, { signal, ocr }) {
      signal.throwIfAborted();
      const outcome = await threads.convert({ source: detached(source), ocr }, signal);
      if ('conversion' in outcome) return outcome.conversion;
      throw new UnconvertibleDocumentError(outcome.unconvertible.reason, outcome.unconvertible.message);
    },
  };
}

/** A copy that can be handed over: the caller keeps its bytes, and one copy is quicker than cloning. */
function detached({ bytes, filename, contentType }: SourceDocument): SourceDocument {
  return { bytes: new Uint8Array(bytes), filename, ...(contentType !== undefined && { contentType }) };
}
