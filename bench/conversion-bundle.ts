import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleHandler } from '../bundle.ts';
import type { Converter, SourceDocument } from '../documents/conversion/converter.ts';

/** The local converter with its thread's code packed, as it is in the handler's bundle. */
interface ConverterBundle {
  readonly file: string;
  readonly converter: Converter;
  /** Converts on the thread that calls it. */
  convertHere(source: SourceDocument): Promise<unknown>;
}

/** Writes it into a folder and loads it. */
export async function bundleConverter(folder: string): Promise<ConverterBundle> {
  const file = path.join(folder, 'converter.mjs');
  await bundleHandler(file, { entryPoint: 'bench/documents/converter.ts' });
  const { convertByType, createLocalConverter, DEFAULT_LIMITS } = (await import(
    pathToFileURL(file).href
  )) as typeof import('./documents/converter.ts');
  return {
    file,
    converter: createLocalConverter(),
    convertHere: (source) => convertByType(source, 'auto', DEFAULT_LIMITS),
  };
}
