import { runInNewContext } from 'node:vm';
import type { Ajv2020, ErrorObject } from 'ajv/dist/2020.js';
import { schemaProblem } from './schema-rules.ts';

/**
 * The JSON Schema that extracted fields follow. A pure contract: `stacks/` checks it at synth, the handler at the start, and
 * there each answer of a model against it.
 */
export type FieldSchema = Readonly<Record<string, unknown>>;

/** Says what is wrong with a value, a line each; an empty list when it follows the schema. */
export type FieldCheck = (fields: unknown) => string[];

/** Cloud Run's limit for an environment variable, which carries the schema (reference: `EnvVar.value`). */
const MAX_SCHEMA_BYTES = 32_768;

/** Enough to see what is wrong; an answer of many lines could break a rule in each of them. */
const MAX_PROBLEMS = 20;

/** Letters of each: names of fields are the model's own and as long as it likes. */
const MAX_PROBLEM_LENGTH = 300;

/**
 * Far more than any check takes, also on a busy machine, but for a pattern that backtracks without end over what a document had
 * the model write.
 */
const CHECK_MILLISECONDS = 1000;

/** A schema that cannot be used. The message goes on where the schema's name ends: `is not JSON …`. */
export class InvalidFieldSchemaError extends Error {
  override readonly name = 'InvalidFieldSchemaError';
}

/**
 * Reads a schema without compiling it. Keywords and formats that nobody here knows are refused: they would be typing errors that
 * check nothing.
 *
 * @throws InvalidFieldSchemaError when it is too large, not JSON, not of an object, or breaks a rule of `schema-rules.ts`
 */
export function parseFieldSchema(text: string): FieldSchema {
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_SCHEMA_BYTES) {
    throw new InvalidFieldSchemaError(
      `has ${bytes} bytes; a variable of Cloud Run takes ${MAX_SCHEMA_BYTES}: shorten it`,
    );
  }
  let schema: unknown;
  try {
    schema = JSON.parse(text);
  } catch (error) {
    const reason = (error as Error).message.replaceAll(/\s+/g, ' ');
    throw new InvalidFieldSchemaError(`is not JSON (${reason}): write a JSON Schema`);
  }
  if (typeof schema !== 'object' || schema === null || !('type' in schema) || schema.type !== 'object') {
    throw new InvalidFieldSchemaError('is not of an object: fields have names, so begin it with "type": "object"');
  }
  const problem = schemaProblem(schema, Object.keys(FORMATS));
  if (problem !== undefined) throw new InvalidFieldSchemaError(`cannot be used (${problem}): correct it`);
  return schema as FieldSchema;
}

/**
 * Compiles a schema that {@link parseFieldSchema} has read.
 *
 * @param Ajv the class, which is loaded only where something is extracted
 * @throws InvalidFieldSchemaError when it does not compile
 */
export function compileFieldSchema(Ajv: typeof Ajv2020, { $id: _unused, ...schema }: FieldSchema): FieldCheck {
  const ajv = new Ajv({
    allErrors: true,
    strictTypes: false,
    strictTuples: false,
    // Binary fractions: 4.35 divided by 0.01 is not 435.
    multipleOfPrecision: 9,
    logger: false,
    formats: FORMATS,
    // Its rules were checked when it was read; ajv's own schema of schemas takes longer to load than the rest of the check.
    meta: false,
    validateSchema: false,
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

const DATE_TIME = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** Those that fields of documents have; ajv itself knows none. */
const FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  date: isDate,
  'date-time': (text) => isDate(DATE_TIME.exec(text)?.[1] ?? '') && !Number.isNaN(Date.parse(text)),
  email: (text) => /^[^@\s]+@[^@\s]+$/.test(text),
  uri: (text) => URL.canParse(text),
  uuid: (text) => /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(text),
};

/** Whether a text is a day of the calendar: a Date would take the 31st of February for one in March. */
function isDate(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
