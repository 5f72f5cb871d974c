import { DOCLING_CONTAINER } from '../stacks/options/docling-sidecar.ts';
import { UsageError } from './command-line.ts';
import type { ConversionOptions } from './conversion-options.ts';

/**
 * What somebody has to know who runs a stack with docling-serve here: its container is an image, and does not run.
 *
 * @param sidecars names of the containers that do not run here
 * @param url where a docling-serve runs instead, if there is one
 */
export function doclingNote(sidecars: readonly string[], url: string | undefined): string | undefined {
  if (url || !sidecars.includes(DOCLING_CONTAINER)) return undefined;
  return (
    'The stack has docling-serve, which does not run here: documents that need it fail. ' +
    'Set DOCLING_URL to a running one, such as http://localhost:5001.'
  );
}

/** @throws UsageError for what only docling-serve can do, where there is none */
export function requireDoclingFor({ method, ocr }: ConversionOptions, url: string | undefined): void {
  if (url) return;
  const needs =
    'needs a running docling-serve: set DOCLING_URL to its address, such as http://localhost:5001, or choose';
  if (method === 'docling') throw new UsageError(`--method docling ${needs} auto or local.`);
  if (ocr === 'force') throw new UsageError(`--ocr force ${needs} auto or skip.`);
}
