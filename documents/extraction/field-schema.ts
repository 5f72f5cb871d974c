import { schemaProblem } from './schema-keywords.ts';

/**
 * The JSON Schema that extracted fields follow. A pure contract: `stacks/` checks it at synth, the handler at the start; there
 * `field-check.ts` checks each answer of a model against it.
 */
export type FieldSchema = Readonly<Record<string, unknown>>;

/** Cloud Run's limit for an environment variable, which carries the schema (reference: `EnvVar.value`). */
const MAX_SCHEMA_BYTES = 32_768;

/** A schema that cannot be used. The message goes on where the schema's name ends: `is not JSON …`. */
export class InvalidFieldSchemaError extends Error {
  override readonly name = 'InvalidFieldSchemaError';
}

/**
 * Reads a schema without compiling it. Keywords and formats that nobody here knows are refused: they would be typing errors that
 * check nothing.
 *
 * @throws InvalidFieldSchemaError when it is too large, not JSON, not of an object, or breaks a rule of `schema-keywords.ts`
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
  const problem = schemaProblem(schema);
  if (problem !== undefined) throw new InvalidFieldSchemaError(`cannot be used (${problem}): correct it`);
  return schema as FieldSchema;
}
