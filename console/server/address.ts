import { type Address, PLACES } from '../shown.ts';

/**
 * What a path of the page shows: `/documents`, `/documents/ID`, `/queues`…
 *
 * @returns undefined for a path of nothing
 */
export function addressOf(path: string, query: URLSearchParams): Address | undefined {
  const [, first = '', ...rest] = path.split('/');
  const place = PLACES.find((candidate) => candidate === first);
  if (place === undefined) return undefined;
  // Of a task the whole name, which has slashes in it.
  const id = rest.map(decoded).join('/');
  const page = Number(query.get('page') ?? 0);
  return {
    place,
    ...(id !== '' && { id }),
    q: (query.get('q') ?? '').slice(0, 500),
    status: query.get('status') ?? '',
    severity: query.get('severity') ?? '',
    instance: query.get('instance') ?? '',
    queue: query.get('queue') ?? '',
    page: Number.isInteger(page) && page >= 0 ? page : 0,
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
