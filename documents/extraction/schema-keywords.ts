import { closest } from 'fastest-levenshtein';
import {
  SCHEMA,
  SCHEMA_LIST,
  SCHEMA_MAP,
  type Schema,
  schemasIn,
  shortened,
  shown,
  shownPlace,
} from './schema-places.ts';
import { referenceProblem } from './schema-references.ts';

/**
 * The part of JSON Schema 2020-12 that a schema of fields may use. It is checked by hand: this takes about a millisecond at synth
 * and at the handler's start, where ajv takes 66 ms to load and to compile these rules as a schema; and it names the place.
 *
 * Gemini follows only some of it (reference: `GenerationConfig.responseJsonSchema`). For the rest, such as `allOf`, `not`, `const`
 * and `pattern`, an answer is checked all the same, and repaired.
 */

/** Says what is wrong with a keyword's value; undefined when nothing is. */
type Rule = (value: unknown) => string | undefined;

const rule =
  (what: string, holds: (value: unknown) => boolean): Rule =>
  (value) =>
    holds(value) ? undefined : `must be ${what}`;

const isString = (value: unknown) => typeof value === 'string';
const isNumber = (value: unknown) => Number.isFinite(value);
const isBoolean = (value: unknown) => typeof value === 'boolean';
const isUnique = (list: readonly unknown[]) => new Set(list).size === list.length;

const anything: Rule = () => undefined;
const text = rule('text', isString);
const yesOrNo = rule('true or false', isBoolean);
const number = rule('a number', isNumber);
const count = rule('a whole number from 0', (value) => Number.isSafeInteger(value) && (value as number) >= 0);
const names = rule(
  'a list of names, each once',
  (value) => Array.isArray(value) && value.every(isString) && isUnique(value),
);

/** The only one that an answer can be checked by. */
const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

const TYPES = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'];
const isType = (value: unknown) => TYPES.includes(value as string);

/** Those that fields of documents have. */
export const FORMATS = ['date', 'date-time', 'email', 'uri', 'uuid'] as const;

/** Of the keywords whose value is no schema. */
const RULES: Readonly<Record<string, Rule>> = {
  $schema: rule(DIALECT, (value) => value === DIALECT),
  // Whether it leads anywhere is seen when all places are known.
  $ref: anything,
  $id: rule(
    'a URL without a fragment or white space',
    (value) => isString(value) && /^[^#\s]+$/.test(value as string) && URL.canParse(value as string),
  ),
  type: rule(
    `one of ${TYPES.join(', ')}, or a list of them, each once`,
    (value) => isType(value) || (Array.isArray(value) && value.length > 0 && value.every(isType) && isUnique(value)),
  ),
  format: rule(`one of ${FORMATS.join(', ')}`, (value) => FORMATS.some((format) => format === value)),
  // By the reference a schema as well; but what comes back for one is an empty object.
  additionalProperties: rule(
    'true or false, as Gemini answers {} where names are open: ask for a list of objects with a name and a value',
    isBoolean,
  ),
  title: text,
  description: text,
  enum: rule('a list of values, each once', (value) => Array.isArray(value) && value.length > 0 && isUnique(value)),
  minItems: count,
  maxItems: count,
  minimum: number,
  maximum: number,
  required: names,
  propertyOrdering: names,
  const: anything,
  minLength: count,
  maxLength: count,
  pattern: rule('a regular expression', isPattern),
  exclusiveMinimum: number,
  exclusiveMaximum: number,
  multipleOf: rule('a number above 0', (value) => isNumber(value) && (value as number) > 0),
  uniqueItems: yesOrNo,
  minProperties: count,
  maxProperties: count,
  $comment: text,
  default: anything,
  examples: rule('a list', Array.isArray),
  deprecated: yesOrNo,
  readOnly: yesOrNo,
  writeOnly: yesOrNo,
};

/** They are about the schema as a whole. */
const TOP_ONLY = ['$schema', '$id'];

const KEYWORDS = [...SCHEMA, ...SCHEMA_LIST, ...SCHEMA_MAP, ...Object.keys(RULES)];

/** Lists and objects within each other. Our own limit, far above any document's fields: what follows them needs an end. */
const MAX_DEPTH = 100;

/** The first thing that is wrong with a schema, with its place as a JSON pointer; undefined when nothing is. */
export function schemaProblem(schema: object): string | undefined {
  if (isDeeperThan(MAX_DEPTH, schema)) return `it is nested more than ${MAX_DEPTH} lists and objects deep`;
  const schemas = new Map<string, Schema>();
  for (const [at, value] of schemasIn(schema)) {
    const problem = problemAt(at, value);
    if (problem !== undefined) return problem;
    schemas.set(at, value as Schema);
  }
  return referenceProblem(schemas);
}

/** What is wrong with a schema, but for those within it. */
function problemAt(at: string, schema: unknown): string | undefined {
  if (typeof schema === 'boolean') return undefined;
  if (!isObject(schema)) return `${shownPlace(at)} must be a schema; received ${shown(schema)}`;
  const keywords = Object.keys(schema);
  // Gemini takes nothing beside it (reference as above).
  const beside = '$ref' in schema && keywords.find((keyword) => !keyword.startsWith('$'));
  if (beside) return `${shownPlace(at)} has ${shown(beside)} beside "$ref", which stands alone`;
  for (const keyword of keywords) {
    const problem = keywordProblem(keyword, schema[keyword], at === '#');
    if (problem !== undefined) return `${shownPlace(`${at}/${keyword}`)} ${problem}`;
  }
  const excluded = excludedName(schema);
  if (excluded === undefined) return undefined;
  return `${shownPlace(at)}/required has ${shown(excluded)}, which "properties" lacks and "additionalProperties" forbids`;
}

function keywordProblem(keyword: string, value: unknown, isTop: boolean): string | undefined {
  if (!KEYWORDS.includes(keyword)) {
    return `is no keyword that extraction knows; the nearest is "${closest(shortened(keyword), KEYWORDS)}"`;
  }
  if (TOP_ONLY.includes(keyword) && !isTop) return 'belongs to the top of the schema alone';
  const problem = valueProblem(keyword, value);
  return problem && `${problem}; received ${shown(value)}`;
}

function valueProblem(keyword: string, value: unknown): string | undefined {
  if (SCHEMA_LIST.includes(keyword)) {
    return Array.isArray(value) && value.length > 0 ? undefined : 'must be a list of schemas';
  }
  if (SCHEMA_MAP.includes(keyword)) {
    if (!isObject(value)) return 'must be an object of schemas';
    // ajv would read it as the name of what it is in.
    return keyword === '$defs' && '$id' in value ? 'has a schema named "$id": name it otherwise' : undefined;
  }
  return RULES[keyword]?.(value);
}

/** A property that an answer must have and may not have. */
function excludedName({ additionalProperties, required, properties = {} }: Readonly<Record<string, unknown>>) {
  if (additionalProperties !== false) return undefined;
  return (required as readonly string[] | undefined)?.find((name) => !Object.hasOwn(properties as object, name));
}

function isDeeperThan(depth: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((inner) => isDeeperThan(depth - 1, inner));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPattern(value: unknown): boolean {
  try {
    return isString(value) && new RegExp(value as string, 'u') !== undefined;
  } catch {
    return false;
  }
}
