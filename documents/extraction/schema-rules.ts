import { closest } from 'fastest-levenshtein';
import { circularPlace, placeWithin, referredPlace } from './schema-references.ts';

/**
 * The part of JSON Schema 2020-12 that a schema of fields may use. It is checked by hand: this takes well under a millisecond,
 * at synth and at the handler's start, where a validator would take longer to load than everything else there; and it names
 * the place.
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
const isUnique = (list: readonly unknown[]) => new Set(list).size === list.length;

const anything: Rule = () => undefined;
const text = rule('text', isString);
const yesOrNo = rule('true or false', (value) => typeof value === 'boolean');
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

/** Of the keywords whose value is no schema. */
const RULES: Readonly<Record<string, Rule>> = {
  $schema: rule(DIALECT, (value) => value === DIALECT),
  $id: rule(
    'a URL without a fragment or white space',
    (value) => isString(value) && /^[^#\s]+$/.test(value as string) && URL.canParse(value as string),
  ),
  type: rule(
    `one of ${TYPES.join(', ')}, or a list of them, each once`,
    (value) => isType(value) || (Array.isArray(value) && value.length > 0 && value.every(isType) && isUnique(value)),
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

/** Keywords whose value is a schema, a list of them, or an object of them. */
const SCHEMA = ['items', 'additionalProperties', 'not'];
const SCHEMA_LIST = ['prefixItems', 'anyOf', 'oneOf', 'allOf'];
const SCHEMA_MAP = ['properties', '$defs'];
const KEYWORDS = ['$ref', 'format', ...SCHEMA, ...SCHEMA_LIST, ...SCHEMA_MAP, ...Object.keys(RULES)] as const;

/** Lists and objects within each other. Our own limit, far above any document's fields: what follows them needs an end. */
const MAX_DEPTH = 100;

/** Letters of a place or a value in a message. */
const MAX_SHOWN_LENGTH = 200;

/**
 * The first thing that is wrong with a schema, with its place as a JSON pointer; undefined when nothing is.
 *
 * @param formats those that `format` may name
 */
export function schemaProblem(schema: object, formats: readonly string[]): string | undefined {
  const places = new Map<string, readonly string[]>();
  const references: { readonly at: string; readonly to: unknown }[] = [];

  function problemAt(value: unknown, at: string): string | undefined {
    places.set(at, []);
    if (typeof value === 'boolean') return undefined;
    if (!isObject(value)) return `${place(at)} must be a schema; received ${shown(value)}`;
    const keywords = Object.keys(value);
    // Gemini takes nothing beside it (reference as above).
    const beside = '$ref' in value && keywords.find((keyword) => !keyword.startsWith('$'));
    if (beside) return `${place(at)} has ${shown(beside)} beside "$ref", which stands alone`;
    const problem = firstProblem(keywords, (keyword) => keywordProblem(keyword, value[keyword], `${at}/${keyword}`));
    if (problem !== undefined) return problem;
    places.set(at, placesFrom(value, at));
    const excluded = excludedName(value);
    return excluded === undefined
      ? undefined
      : `${place(at)}/required has ${shown(excluded)}, which "properties" lacks and "additionalProperties" forbids`;
  }

  function keywordProblem(keyword: string, value: unknown, at: string): string | undefined {
    const within = ([name, schema]: [string, unknown]) => problemAt(schema, placeWithin(at, name));
    if (SCHEMA.includes(keyword)) return problemAt(value, at);
    if (SCHEMA_LIST.includes(keyword)) {
      if (!Array.isArray(value) || value.length === 0)
        return `${place(at)} must be a list of schemas; received ${shown(value)}`;
      return firstProblem(Object.entries(value), within);
    }
    if (SCHEMA_MAP.includes(keyword)) {
      if (!isObject(value)) return `${place(at)} must be an object of schemas; received ${shown(value)}`;
      // ajv would read it as the name of what it is in.
      if (keyword === '$defs' && '$id' in value) return `${place(at)} has a schema named "$id": name it otherwise`;
      return firstProblem(Object.entries(value), within);
    }
    if (keyword === 'format') {
      if (formats.includes(value as string)) return undefined;
      return `${place(at)} must be one of ${formats.join(', ')}; received ${shown(value)}`;
    }
    if (keyword === '$ref') {
      references.push({ at, to: value });
      return undefined;
    }
    if (!Object.hasOwn(RULES, keyword)) {
      return `${place(at)} is no keyword that extraction knows; the nearest is "${closest(shortened(keyword), KEYWORDS)}"`;
    }
    if (TOP_ONLY.includes(keyword) && at !== `#/${keyword}`)
      return `${place(at)} belongs to the top of the schema alone`;
    const problem = RULES[keyword]?.(value);
    return problem && `${place(at)} ${problem}; received ${shown(value)}`;
  }

  if (isDeeperThan(MAX_DEPTH, schema)) return `it is nested more than ${MAX_DEPTH} lists and objects deep`;
  const problem =
    problemAt(schema, '#') ??
    firstProblem(references, ({ at, to }) =>
      places.has(referredPlace(to) ?? '')
        ? undefined
        : `${place(at)} must be the place of a schema in here, such as #/$defs/party; received ${shown(to)}`,
    );
  if (problem !== undefined) return problem;
  const circle = circularPlace(places);
  return (
    circle &&
    `${place(circle)} leads back to itself, which has no end; only properties that are not required, and items, may lead back`
  );
}

/** What checks the value that a schema checks; and its required properties: Gemini's reference has no circle through them. */
function placesFrom(schema: Readonly<Record<string, unknown>>, at: string): string[] {
  const lists = ['anyOf', 'oneOf', 'allOf'].flatMap((keyword) =>
    Object.keys(schema[keyword] ?? []).map((index) => `${at}/${keyword}/${index}`),
  );
  const properties = required(schema)
    .filter((name) => isProperty(schema, name))
    .map((name) => placeWithin(`${at}/properties`, name));
  const reference = referredPlace(schema.$ref);
  const not = 'not' in schema ? [`${at}/not`] : [];
  return [...lists, ...properties, ...not, ...(reference === undefined ? [] : [reference])];
}

/** A property that an answer must have and may not have. */
function excludedName(schema: Readonly<Record<string, unknown>>): string | undefined {
  return schema.additionalProperties === false ? required(schema).find((name) => !isProperty(schema, name)) : undefined;
}

/** Of a schema whose keywords are right. */
function required(schema: Readonly<Record<string, unknown>>): readonly string[] {
  return (schema.required as readonly string[] | undefined) ?? [];
}

function isProperty(schema: Readonly<Record<string, unknown>>, name: string): boolean {
  return Object.hasOwn(schema.properties ?? {}, name);
}

function isDeeperThan(depth: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((inner) => isDeeperThan(depth - 1, inner));
}

function firstProblem<T>(items: readonly T[], problemOf: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const problem = problemOf(item);
    if (problem !== undefined) return problem;
  }
  return undefined;
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

/** A value in a message, on one line. */
function shown(value: unknown): string {
  return shortened(JSON.stringify(value));
}

/** A place in a message: its names are the schema's own, with any characters. */
function place(at: string): string {
  return shortened(JSON.stringify(at).slice(1, -1));
}

/** The beginning says enough. */
function shortened(text: string): string {
  return text.length > MAX_SHOWN_LENGTH ? `${text.slice(0, MAX_SHOWN_LENGTH)}…` : text;
}
