/**
 * Schemas within a schema, and their places, as `$ref` names them: a JSON pointer after `#` (RFC 6901, section 6).
 */

/** Keywords whose value is a schema, a list of them, or an object of them. */
export const SCHEMA = ['items', 'not'];
export const SCHEMA_LIST = ['prefixItems', 'anyOf', 'oneOf', 'allOf'];
export const SCHEMA_MAP = ['properties', '$defs'];

/** A schema of which `schema-keywords.ts` has found nothing wrong. */
export type Schema = boolean | Readonly<Record<string, unknown>>;

/** Letters of a place or a value in a message. */
const MAX_SHOWN_LENGTH = 200;

/** A schema and all within it, each after what it is in. Lazy: whoever looks at one stops before its own are taken for right. */
export function* schemasIn(value: unknown, at = '#'): Generator<[place: string, schema: unknown]> {
  yield [at, value];
  for (const [place, schema] of schemasOf(value as Schema, at)) yield* schemasIn(schema, place);
}

/** The schemas that a schema has at its own keywords. */
export function schemasOf(schema: Schema, at: string): [place: string, schema: unknown][] {
  return Object.entries(schema).flatMap(([keyword, value]): [string, unknown][] => {
    if (SCHEMA.includes(keyword)) return [[`${at}/${keyword}`, value]];
    if (!SCHEMA_LIST.includes(keyword) && !SCHEMA_MAP.includes(keyword)) return [];
    return Object.entries(value as object).map(([name, inner]) => [placeWithin(`${at}/${keyword}`, name), inner]);
  });
}

/** The place where a step of a JSON pointer leads to (RFC 6901, section 3). */
export function placeWithin(place: string, name: string): string {
  return `${place}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** The place that a `$ref` names; undefined where it names none in its own schema, or ajv would not find it (line separators). */
export function referredPlace(reference: unknown): string | undefined {
  if (typeof reference !== 'string' || !/^#[^#\u2028\u2029]*$/.test(reference)) return undefined;
  if (!reference.isWellFormed()) return undefined;
  const [start, ...steps] = reference.split('/');
  try {
    // Step by step: a slash that is encoded is no separator, and a name writes it as ~1.
    const decoded = steps.map(decodeURIComponent);
    return start === '#' && !decoded.some((step) => step.includes('/')) ? ['#', ...decoded].join('/') : undefined;
  } catch {
    return undefined;
  }
}

/** A value in a message, on one line. */
export function shown(value: unknown): string {
  return shortened(escaped(value));
}

/** A place in a message: its names are the schema's own, with any characters. */
export function shownPlace(at: string): string {
  return shortened(escaped(at).slice(1, -1));
}

/** The beginning says enough. */
export function shortened(text: string): string {
  return text.length > MAX_SHOWN_LENGTH ? `${text.slice(0, MAX_SHOWN_LENGTH)}…` : text;
}

/** JSON, in which line separators stand as they are. */
function escaped(value: unknown): string {
  const hexadecimal = (letter: string) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value).replaceAll(/[\u007f-\u009f\u2028\u2029]/g, hexadecimal);
}
