/**
 * Places of schemas within a schema, as `$ref` names them: a JSON pointer after `#` (RFC 6901, section 6). For each, the places
 * that check the very same value, or one that has to be in it.
 */
export type Places = ReadonlyMap<string, readonly string[]>;

/** The place where a step of a JSON pointer leads to (RFC 6901, section 3). */
export function placeWithin(place: string, name: string): string {
  return `${place}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** The place that a `$ref` names; undefined where it names none in its own schema. */
export function referredPlace(reference: unknown): string | undefined {
  if (typeof reference !== 'string' || !/^#[^#]*$/.test(reference) || !reference.isWellFormed()) return undefined;
  const [start, ...steps] = reference.split('/');
  try {
    // Step by step: a slash that is encoded is no separator, and a name writes it as ~1.
    const decoded = steps.map(decodeURIComponent);
    return start === '#' && !decoded.some((step) => step.includes('/')) ? ['#', ...decoded].join('/') : undefined;
  } catch {
    return undefined;
  }
}

/** A place that leads back to itself, so that a check of it comes to no end, or no answer does; undefined where none is. */
export function circularPlace(places: Places): string | undefined {
  const open = new Set<string>();
  const ended = new Set<string>();

  function circleFrom(place: string): string | undefined {
    if (open.has(place)) return place;
    if (ended.has(place)) return undefined;
    open.add(place);
    for (const next of places.get(place) ?? []) {
      const circle = circleFrom(next);
      if (circle !== undefined) return circle;
    }
    open.delete(place);
    ended.add(place);
    return undefined;
  }

  for (const place of places.keys()) {
    const circle = circleFrom(place);
    if (circle !== undefined) return circle;
  }
  return undefined;
}
