import type { Segment } from './segment.ts';

/** One page's segments and its height in points. */
export interface PageSegments {
  readonly segments: readonly Segment[];
  readonly height: number;
}

/** Share of the height, at the top and at the bottom, where headers and footers stand. */
const MARGIN = 0.12;
const FEWEST_PAGES = 3;
/** Share of the pages, so that headers of left pages only are found as well. */
const SHARE = 0.4;
/** Points: a header stands on every page at the same height. */
const SAME_HEIGHT = 4;

/**
 * Takes out the repetitions of headers and footers: what stands at the same place of many pages with the same words, but for a
 * number that counts the pages. The first one stays, since it may say what nothing else does; a bare page number does not.
 */
export function withoutRunningHeaders(pages: readonly PageSegments[]): Segment[][] {
  const pagesOf = new Map<string, number[]>();
  eachInMargin(pages, (key, page) => {
    const seen = pagesOf.get(key);
    if (!seen) pagesOf.set(key, [page]);
    else if (seen.at(-1) !== page) seen.push(page);
  });
  const needed = Math.max(FEWEST_PAGES, pages.length * SHARE);
  const repeated = new Set<Segment>();
  eachInMargin(pages, (key, page, segment) => {
    const seen = pagesOf.get(key) ?? [];
    const stays = page === seen[0] && /\p{L}/u.test(segment.text);
    if (seen.length >= needed && !stays) repeated.add(segment);
  });
  return pages.map(({ segments }) => segments.filter((segment) => !repeated.has(segment)));
}

function eachInMargin(
  pages: readonly PageSegments[],
  visit: (key: string, page: number, segment: Segment) => void,
): void {
  pages.forEach(({ segments, height }, page) => {
    for (const segment of segments) {
      if (segment.y >= height * MARGIN && segment.y <= height * (1 - MARGIN)) continue;
      for (const key of keysOf(segment, page)) visit(key, page, segment);
    }
  });
}

/** What makes two headers the same: their words and place, and for each of their numbers in turn, how far it is off the page's. */
function keysOf({ text, y }: Segment, page: number): string[] {
  const place = Math.round(y / SAME_HEIGHT);
  const counting = [...text.matchAll(/\d{1,9}/g)].slice(0, 4).map(({ 0: digits, index }) => {
    const offset = `#${Number(digits) - page}`;
    return `${place} ${text.slice(0, index)}${offset}${text.slice(index + digits.length)}`;
  });
  return [`${place} ${text}`, ...counting];
}
