import { convertByType } from '../../../documents/conversion/convert-by-type.ts';
import { type Conversion, UnconvertibleDocumentError } from '../../../documents/conversion/converter.ts';
import { type ConversionLimits, DEFAULT_LIMITS } from '../../../documents/conversion/limits.ts';

export function utf8(text: string): Uint8Array {
  return Buffer.from(text);
}

/** Converts on this thread, with the default limits but for the given ones. */
export function convert(
  bytes: Uint8Array,
  filename: string,
  limits: Partial<ConversionLimits> = {},
): Promise<Conversion> {
  return convertByType({ bytes, filename }, 'auto', { ...DEFAULT_LIMITS, ...limits });
}

/** What a document was refused for, as `reason: message`. */
export async function refusal(conversion: Promise<unknown>): Promise<string> {
  try {
    await conversion;
  } catch (error) {
    if (error instanceof UnconvertibleDocumentError) return `${error.reason}: ${error.message}`;
    throw error;
  }
  throw new Error('The document was converted, although it should have been refused.');
}
