/** What this deployment does with a document. `docs/own-processing.md` says how to have something of one's own in its place. */
import { convertByMethod } from '../documents/conversion/convert-by-method.ts';
import type { Converter } from '../documents/conversion/converter.ts';
import { createLocalConverter } from '../documents/conversion/local-converter.ts';
import { GeminiExtractor } from '../documents/extraction/gemini-extractor.ts';
import { accessToken } from '../google/google-auth.ts';
import { systemClock } from '../time/clock.ts';
import type { ProcessingDependencies } from './process-document.ts';
import type { Settings } from './settings.ts';

/** Who converts, and who extracts where fields are wanted. */
export type Processing = Pick<ProcessingDependencies, 'converter' | 'extractor'>;

/** Whether fields are extracted whatever the settings say: the extraction then has its part of every deadline. */
export const alwaysExtracts = false;

export function processingOf(settings: Settings): Processing {
  const { extraction, projectId } = settings;
  const { GOOGLE_VERTEX_BASE_URL: baseUrl } = process.env;
  return {
    converter: convertByMethod({ local: createLocalConverter(), docling: doclingOf(settings) }),
    extractor: extraction && new GeminiExtractor({ ...extraction, projectId, accessToken, baseUrl }),
  };
}

/** The converter by docling-serve, where the deployment has one. Loaded when a document needs it: no start waits for it. */
function doclingOf({ doclingUrl: url, deadlines }: Settings): Converter | undefined {
  if (url === '') return undefined;
  const client = { url, timeoutSeconds: deadlines.doclingSeconds, clock: systemClock };
  return {
    async convert(source, options) {
      const { createDoclingConverter } = await import('../documents/conversion/docling/docling-converter.ts');
      return createDoclingConverter(client).convert(source, options);
    },
  };
}
