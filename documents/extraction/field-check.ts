import { runInNewContext } from 'node:vm';
import type { ErrorObject } from 'ajv/dist/2020.js';
import { type FieldSchema, InvalidFieldSchemaError } from './field-schema.ts';
import { FORMATS } from './schema-keywords.ts';

/** Says what is wrong with a value, a line each; an empty list when it follows the schema. */
export type FieldCheck = (fields: unknown) => string[];

/** Enough to see what is wrong; an answer of many lines could break a rule in each of them. */
const MAX_PROBLEMS = 20;

/** Letters of each: names of fields are the model's own and as long as it likes. */
const MAX_PROBLEM_LENGTH = 300;

/**
 * Far more than any check takes, also on a busy machine, but for a pattern that backtracks without end over what a document had
 * the model write.
 */
const CHECK_MILLISECONDS = 1000;

/**
 * Compiles a schema that `field-schema.ts` has read. ajv is loaded here, where something is extracted, and not at the start.
 *
 * @throws InvalidFieldSchemaError when it does not compile
 */
export async function compileFieldCheck({ $id: _unused, ...schema }: FieldSchema): Promise<FieldCheck> {
  const [{ Ajv2020 }, { fullFormats }] = await Promise.all([
    import('ajv/dist/2020.js'),
    import('ajv-formats/dist/formats.js'),
  ]);
  const ajv = new Ajv2020({
    allErrors: true,
    strictTypes: false,
    strictTuples: false,
    // Binary fractions: 4.35 divided by 0.01 is not 435.
    multipleOfPrecision: 9,
    logger: false,
    formats: Object.fromEntries(FORMATS.map((name) => [name, fullFormats[name]])),
    // Its rules were checked when it was read; ajv's own schema of schemas takes longer to load than the rest of the check.
    meta: false,
    validateSchema: false,
    // Each schema is compiled once: written out at each reference, 22 KB of schema took twelve seconds.
    inlineRefs: false,
  });
  // Gemini's own, which says nothing about what is valid.
  ajv.addKeyword('propertyOrdering');
  try {
    // Without its name, as each reference begins at the top: ajv does not take every URL.
    const validate = ajv.compile(schema);
    return (fields) => {
      const failure = failureOf(() => validate(fields));
      return failure === undefined
        ? (validate.errors ?? []).slice(0, MAX_PROBLEMS).map(problemOf)
        : [`The answer cannot be checked: ${failure}`];
    };
  } catch (error) {
    throw new InvalidFieldSchemaError(`does not compile (${(error as Error).message}): correct it`);
  }
}

/** Why a check came to no end; undefined when it did. It holds up everything else meanwhile. */
function failureOf(check: () => void): string | undefined {
  try {
    // Nothing else ends what runs on this thread.
    runInNewContext('check()', { check }, { timeout: CHECK_MILLISECONDS });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function problemOf({ instancePath, keyword, message, params }: ErrorObject): string {
  const details: Record<string, unknown> = {
    additionalProperties: params.additionalProperty,
    const: params.allowedValue,
    enum: params.allowedValues,
  };
  const detail = details[keyword] === undefined ? '' : `: ${JSON.stringify(details[keyword])}`;
  return `${instancePath || 'The answer'} ${message}${detail}`.slice(0, MAX_PROBLEM_LENGTH);
}
