import * as z from 'zod';
import { type InvalidFieldSchemaError, parseFieldSchema } from '../documents/extraction/field-schema.ts';
import { type ExtractionSettings, MODEL_LOCATION, MODEL_NAME } from '../documents/extraction/vertex-model.ts';
import type { SettingName } from './setting-names.ts';

/** Those that turn the extraction on, all together. */
const REQUIRED = [
  'EXTRACTION_SCHEMA',
  'EXTRACTION_MODEL',
  'EXTRACTION_INPUT_PRICE',
  'EXTRACTION_OUTPUT_PRICE',
] as const satisfies readonly SettingName[];

const OPTIONAL = ['EXTRACTION_LOCATION', 'EXTRACTION_INPUT'] as const satisfies readonly SettingName[];

const PRICE = 'must be USD for a million tokens, such as 0.30';
const price = z
  .string()
  // As String() writes a number: Number() takes a blank for 0, and more that nobody means.
  .refine((text) => /^\d[\d.]*(e-\d+)?$/.test(text) && Number(text) < 1e6, { error: PRICE })
  .transform(Number)
  .optional();

/** The rules of each variable by itself. */
export const extractionVariables = {
  EXTRACTION_SCHEMA: z
    .string()
    .transform((text, context) => {
      try {
        return parseFieldSchema(text);
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as InvalidFieldSchemaError).message });
        return z.NEVER;
      }
    })
    .optional(),
  EXTRACTION_MODEL: z
    .string()
    .regex(MODEL_NAME, { error: 'must be the name of a Gemini model without its publisher, such as gemini-3-flash' })
    .optional(),
  EXTRACTION_LOCATION: z
    .string()
    .regex(MODEL_LOCATION, {
      error: 'must be a region, such as us-central1, or us, eu or global',
    })
    .optional(),
  EXTRACTION_INPUT: z.enum(['text', 'pdf'], { error: 'must be text or pdf' }).default('text'),
  EXTRACTION_INPUT_PRICE: price,
  EXTRACTION_OUTPUT_PRICE: price,
};

/** The rule that the variables have together: all that turn the extraction on, or none. */
export function extractionProblems(set: Partial<Record<SettingName, string>>): string[] {
  if (![...REQUIRED, ...OPTIONAL].some((name) => set[name] !== undefined)) return [];
  const missing: string[] = [...REQUIRED, 'GCP_PROJECT_ID' as const].filter((name) => set[name] === undefined);
  if (set.EXTRACTION_LOCATION === undefined && set.GCP_LOCATION === undefined) missing.push('EXTRACTION_LOCATION');
  if (missing.length === 0) return [];
  return [`Extraction needs ${REQUIRED.join(', ')}, a project and a location; missing: ${missing.join(', ')}.`];
}

/** @param values of the variables, after their rules; with a location in any case */
export function extractionSettings(
  values: z.output<z.ZodObject<typeof extractionVariables>> & { readonly GCP_LOCATION: string },
): ExtractionSettings | undefined {
  const { EXTRACTION_SCHEMA: schema, EXTRACTION_MODEL: model, EXTRACTION_INPUT: input } = values;
  const { EXTRACTION_INPUT_PRICE: inputPrice, EXTRACTION_OUTPUT_PRICE: outputPrice } = values;
  if (schema === undefined || model === undefined || inputPrice === undefined || outputPrice === undefined) {
    return undefined;
  }
  return { schema, model, location: values.EXTRACTION_LOCATION ?? values.GCP_LOCATION, input, inputPrice, outputPrice };
}
