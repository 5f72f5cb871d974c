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
/** In font sizes: how far the lines of a paragraph are apart at most. */
const PARAGRAPH_GAP = 1.5;
const SAME_SIZE = 0.05;

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
  const recurring = new Set<Segment>();
  const first = new Set<Segment>();
  eachInMargin(pages, (key, page, segment) => {
    const seen = pagesOf.get(key) ?? [];
    if (seen.length < needed) return;
    recurring.add(segment);
    if (page === seen[0] && /\p{L}/u.test(segment.text)) first.add(segment);
  });
  return pages.map((page) => {
    const margins = marginsOf(page, recurring);
    return page.segments.filter((segment) => first.has(segment) || !margins.has(segment));
  });
}

/**
 * What stands at the edges of a page and recurs, as far as the first line of the page's own: what recurs behind that is the text's, such as
 * a clause of every part. A line that the text goes on from closely is the text's as well.
 */
function marginsOf({ segments }: PageSegments, recurring: ReadonlySet<Segment>): Set<Segment> {
  const margins = new Set<Segment>();
  const downwards = [...segments].sort((a, b) => a.y - b.y);
  for (const lines of [downwards, downwards.toReversed()]) {
    const own = lines.findIndex((segment) => !recurring.has(segment));
    const next = lines[own];
    const isHeader = (segment: Segment, i: number) =>
      own < 0 || i < own || (next && recurring.has(segment) && sameLine(segment, next));
    const header = lines.filter(isHeader);
    const inner = header.at(-1);
    const isOfText = next && inner && !sameLine(inner, next) && goesOn(inner, next);
    for (const segment of header) if (!isOfText || !sameLine(segment, inner)) margins.add(segment);
  }
  return margins;
}

function sameLine(a: Segment, b: Segment): boolean {
  return Math.abs(a.y - b.y) < SAME_HEIGHT;
}

/** Whether two lines, in either order, read as a paragraph's. */
function goesOn(a: Segment, b: Segment): boolean {
  const isNear = Math.abs(a.y - b.y) < PARAGRAPH_GAP * a.size;
  return isNear && Math.abs(a.size - b.size) < SAME_SIZE * a.size && Math.abs(a.left - b.left) < a.size;
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
