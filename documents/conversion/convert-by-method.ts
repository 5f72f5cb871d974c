import {
  type Converter,
  type ConvertOptions,
  type SourceDocument,
  UnconvertibleDocumentError,
  type UnconvertibleReason,
} from './converter.ts';

/** What the deployment has. */
export interface Converters {
  readonly local: Converter;
  /** @default none: documents that need it fail and say so */
  readonly docling?: Converter | undefined;
}

/**
 * The converter that hands each document to the one that suits it:
 *
 * - `local` and `docling`: the one that is named
 * - `auto`: local, and docling where there is one and the document needs it: it has pages of images (unless `ocr` is `skip`), text
 *   that the local converter has no character maps for, or `ocr` is `force`, unless it is of a kind that docling does not take
 */
export function convertByMethod({ local, docling }: Converters): Converter {
  return {
    async convert(source, options) {
      if (options.method === 'local') return local.convert(source, options);
      if (options.method === 'docling') return (docling ?? noDocling).convert(source, options);
      if (docling === undefined) return local.convert(source, options);
      if (options.ocr !== 'force') return localOrDocling(source, options, local, docling);
      return docling.convert(source, options).catch((error: unknown) => {
        if (reasonOf(error) !== 'unsupported') throw error;
        return local.convert(source, options);
      });
    },
  };
}

/** Only the local converter knows whether a document has text of its own, and it is the quicker one. */
async function localOrDocling(source: SourceDocument, options: ConvertOptions, local: Converter, docling: Converter) {
  try {
    return await local.convert(source, options);
  } catch (error) {
    const reason = reasonOf(error);
    const mayHelp = reason === 'unsupported' || (reason === 'needs-ocr' && options.ocr !== 'skip');
    if (!mayHelp) throw error;
    return docling.convert(source, options).catch((second: unknown) => {
      // What docling does not take is what this project says it is.
      throw reasonOf(second) === 'unsupported' ? error : second;
    });
  }
}

function reasonOf(error: unknown): UnconvertibleReason | undefined {
  return error instanceof UnconvertibleDocumentError ? error.reason : undefined;
}

const noDocling: Converter = {
  async convert() {
    const message = 'This deployment has no docling-serve: enqueue the document with the method auto or local.';
    throw new UnconvertibleDocumentError('method-unavailable', message);
  },
};
