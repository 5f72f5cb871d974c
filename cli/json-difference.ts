/** Where two JSON values first differ, such as `resource.x[0].name`; undefined when they are equal. The order of keys does not count. */
export function firstDifference(a: unknown, b: unknown, path = ''): string | undefined {
  if (Object.is(a, b)) return undefined;
  if (!isContainer(a) || !isContainer(b) || Array.isArray(a) !== Array.isArray(b)) return path || 'the whole';
  for (const key of [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()) {
    const step = Array.isArray(a) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
    if (Object.hasOwn(a, key) !== Object.hasOwn(b, key)) return step;
    const difference = firstDifference(a[key], b[key], step);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
