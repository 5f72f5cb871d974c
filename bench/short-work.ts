/**
 * A conversion that takes 10 ms: what `short-documents.ts` and its test bundle as processing of one's own (docs/own-processing.md).
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Processing } from '../handler/processing.ts';

export const alwaysExtracts = false;

export function processingOf(): Processing {
  return {
    converter: {
      async convert() {
        await delay(10);
        return { markdown: 'Hello\n', type: 'text', characters: 6, converter: 'none@1' };
      },
    },
  };
}
