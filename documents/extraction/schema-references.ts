import { placeWithin, referredPlace, type Schema, schemasOf, shown, shownPlace } from './schema-places.ts';

/** The schemas within a schema by their places. */
export type Schemas = ReadonlyMap<string, Schema>;

/**
 * Schemas that references can lead through within each other. Our own limit, far above any document's fields: ajv compiles each
 * within the one before, and overflows from some 700 on.
 */
const MAX_LENGTH = 300;

/** Schemas that a check of one answer goes through. Our own limit, which takes a hundredth of a second. */
const MAX_CHECKS = 100_000;

/** The first thing that is wrong with the references of a schema, with its place; undefined when nothing is. */
export function referenceProblem(schemas: Schemas): string | undefined {
  return unknownPlace(schemas) ?? overlongChain(schemas) ?? circle(schemas) ?? overlongCheck(schemas);
}

function unknownPlace(schemas: Schemas): string | undefined {
  for (const [at, schema] of schemas) {
    if (typeof schema === 'boolean' || !('$ref' in schema) || schemas.has(referredPlace(schema.$ref) ?? '')) continue;
    const rule = 'must be the place of a schema in here, such as #/$defs/party';
    return `${shownPlace(`${at}/$ref`)} ${rule}; received ${shown(schema.$ref)}`;
  }
  return undefined;
}

/** No chain is longer than all that is referred to, one within the other. */
function overlongChain(schemas: Schemas): string | undefined {
  const heightOf = (place: string): number => {
    const schema = schemas.get(place) ?? true;
    return 1 + Math.max(0, ...schemasOf(schema, place).map(([inner]) => heightOf(inner)));
  };
  const referred = new Set(['#', ...[...schemas.values()].flatMap((schema) => referenceOf(schema))]);
  const length = [...referred].reduce((sum, place) => sum + heightOf(place), 0);
  return length > MAX_LENGTH
    ? `its references may lead through ${length} schemas within each other; at most ${MAX_LENGTH} are taken`
    : undefined;
}

/** Gemini has circles only in properties that are not required (reference: `GenerationConfig.responseJsonSchema`). */
function circle(schemas: Schemas): string | undefined {
  const open = new Set<string>();
  const ended = new Set<string>();

  function circleFrom(place: string): string | undefined {
    if (open.has(place)) return place;
    if (ended.has(place)) return undefined;
    open.add(place);
    for (const next of neededBy(schemas, place)) {
      const found = circleFrom(next);
      if (found !== undefined) return found;
    }
    open.delete(place);
    ended.add(place);
    return undefined;
  }

  for (const place of schemas.keys()) {
    const found = circleFrom(place);
    if (found !== undefined)
      return `${shownPlace(found)} leads back to itself: only a property that is not required may lead back`;
  }
  return undefined;
}

/** References that fan out multiply. @param schemas without a circle */
function overlongCheck(schemas: Schemas): string | undefined {
  const checks = new Map<string, number>();

  function checksFrom(place: string): number {
    const known = checks.get(place) ?? neededBy(schemas, place).reduce((sum, next) => sum + checksFrom(next), 1);
    checks.set(place, known);
    return known;
  }

  return [...schemas.keys()].some((place) => checksFrom(place) > MAX_CHECKS)
    ? `its references fan out to more than ${MAX_CHECKS} schemas for one answer`
    : undefined;
}

/** The schemas that a value or what is in it is checked by, but for those of properties that may be left out. */
function neededBy(schemas: Schemas, at: string): string[] {
  const schema = schemas.get(at);
  if (typeof schema !== 'object') return [];
  const { $defs: _definitions, properties: _properties, ...others } = schema;
  const required = (schema.required as readonly string[] | undefined) ?? [];
  return [
    ...schemasOf(others, at).map(([place]) => place),
    ...required.map((name) => placeWithin(`${at}/properties`, name)),
    ...referenceOf(schema),
  ];
}

function referenceOf(schema: Schema): string[] {
  const place = typeof schema === 'boolean' ? undefined : referredPlace(schema.$ref);
  return place === undefined ? [] : [place];
}
