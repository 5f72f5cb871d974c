import { nearestName } from '../../nearest-name.ts';

/**
 * The part of JSON Schema 2020-12 that a schema of fields may use. It is checked by hand: this takes well under a millisecond,
 * at synth and at the handler's start, where a validator would take longer to load than everything else there; and it names
 * the place.
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

/** What Gemini follows (reference: `GenerationConfig.responseJsonSchema`); all that says which values there may be. */
const OF_GEMINI: Readonly<Record<string, Rule>> = {
  $schema: rule(DIALECT, (value) => value === DIALECT),
  $id: rule(
    'a URL without a fragment',
    (value) => isString(value) && /^[^#]+$/.test(value as string) && URL.canParse(value as string),
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
};

/** What Gemini does not see and an answer is checked for all the same: it is repaired then. And notes for people. */
const BESIDE_GEMINI: Readonly<Record<string, Rule>> = {
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

const RULES: Readonly<Record<string, Rule>> = { ...OF_GEMINI, ...BESIDE_GEMINI };
/** Keywords whose value is a schema, a list of them, or an object of them. */
const SCHEMA = ['items', 'additionalProperties', 'not'];
const SCHEMA_LIST = ['prefixItems', 'anyOf', 'oneOf', 'allOf'];
const SCHEMA_MAP = ['properties', '$defs'];
const KEYWORDS = ['$ref', 'format', ...SCHEMA, ...SCHEMA_LIST, ...SCHEMA_MAP, ...Object.keys(RULES)] as const;

/** Our own, far above any document's fields; without one, a schema that is nothing but nested would end in no memory. */
const MAX_DEPTH = 50;

/**
 * The first thing that is wrong with a schema, with its place as a JSON pointer; undefined when nothing is.
 *
 * @param formats those that `format` may name
 */
export function schemaProblem(schema: object, formats: readonly string[]): string | undefined {
  /** Places of schemas, which `$ref` may lead to. */
  const places = new Set<string>();
  const references: { readonly at: string; readonly to: unknown }[] = [];

  function problemAt(value: unknown, at: string, depth: number): string | undefined {
    if (depth > MAX_DEPTH) return `it is nested more than ${MAX_DEPTH} schemas deep`;
    places.add(at);
    if (typeof value === 'boolean') return undefined;
    if (!isObject(value)) return `${at} must be a schema; received ${shown(value)}`;
    const keywords = Object.keys(value);
    // Gemini takes nothing beside it (reference as above).
    const beside = '$ref' in value && keywords.find((keyword) => !keyword.startsWith('$'));
    if (beside) return `${at} has "${beside}" beside "$ref", which stands alone`;
    return firstOf(keywords, (keyword) => keywordProblem(keyword, value[keyword], `${at}/${keyword}`, depth + 1));
  }

  function keywordProblem(keyword: string, value: unknown, at: string, depth: number): string | undefined {
    const within = ([name, schema]: [string, unknown]) => problemAt(schema, `${at}/${escaped(name)}`, depth);
    if (SCHEMA.includes(keyword)) return problemAt(value, at, depth);
    if (SCHEMA_LIST.includes(keyword)) {
      if (!Array.isArray(value) || value.length === 0)
        return `${at} must be a list of schemas; received ${shown(value)}`;
      return firstOf(Object.entries(value), within);
    }
    if (SCHEMA_MAP.includes(keyword)) {
      if (!isObject(value)) return `${at} must be an object of schemas; received ${shown(value)}`;
      return firstOf(Object.entries(value), within);
    }
    if (keyword === 'format') {
      if (formats.includes(value as string)) return undefined;
      return `${at} must be one of ${formats.join(', ')}; received ${shown(value)}`;
    }
    if (keyword === '$ref') {
      references.push({ at, to: value });
      return undefined;
    }
    if (!Object.hasOwn(RULES, keyword)) {
      return `${at} is no keyword that extraction knows; the nearest is "${nearestName(keyword, KEYWORDS).name}"`;
    }
    if (TOP_ONLY.includes(keyword) && at !== `#/${keyword}`) return `${at} belongs to the top of the schema alone`;
    const problem = RULES[keyword]?.(value);
    return problem && `${at} ${problem}; received ${shown(value)}`;
  }

  return (
    problemAt(schema, '#', 0) ??
    firstOf(references, ({ at, to }) =>
      places.has(decoded(to))
        ? undefined
        : `${at} must be the place of a schema in here, such as #/$defs/party; received ${shown(to)}`,
    )
  );
}

function firstOf<T>(items: readonly T[], problemOf: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const problem = problemOf(item);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A name as a step of a JSON pointer (RFC 6901, section 3). */
function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** The JSON pointer in a `$ref` (RFC 6901, section 6); empty, which is no place, where there is none. */
function decoded(reference: unknown): string {
  try {
    return isString(reference) ? decodeURIComponent(reference as string) : '';
  } catch {
    return '';
  }
}

function isPattern(value: unknown): boolean {
  try {
    return isString(value) && new RegExp(value as string, 'u') !== undefined;
  } catch {
    return false;
  }
}

/** The beginning says enough. */
function shown(value: unknown): string {
  return (JSON.stringify(value) ?? '').slice(0, 100);
}
