/**
 * What processing of one's own is written with: a module that exports `processingOf` and `alwaysExtracts`, as
 * `handler/processing.ts` does, and is bundled in its place. `docs/own-processing.md` has an example.
 */

export {
  type Conversion,
  type Converter,
  type ConvertOptions,
  type SourceDocument,
  UnconvertibleDocumentError,
} from './documents/conversion/converter.ts';
export {
  type ExtractableDocument,
  type Extraction,
  type ExtractOptions,
  type Extractor,
  UnextractableDocumentError,
} from './documents/extraction/extractor.ts';
export { type Processing, processingOf as standardProcessing } from './handler/processing.ts';
export type { Settings } from './handler/settings.ts';
