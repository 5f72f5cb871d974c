import type { Segment } from './segment.ts';

/** In font sizes. A wider gap separates columns whatever stands above and below; a narrower one may be a stretched word space. */
const CERTAIN_GAP = 1.5;
/** In points: edges that differ by less are aligned. */
const ALIGNED = 2.5;

/**
 * Joins neighbours on one baseline again where the gap between them is no column's: where nothing else on the page starts or ends
 * in line with what follows it. Justified text has such gaps, at random places; the cells of a table are aligned.
 */
export function joinAcrossStretchedSpaces(segments: readonly Segment[]): Segment[] {
  const lefts = countEdges(segments.map(({ left }) => left));
  const rights = countEdges(segments.map(({ right }) => right));
  const joined: Segment[] = [];
  for (const segment of segments) {
    const last = joined.at(-1);
    if (last && isStretchedSpace(last, segment) && lefts(segment.left) < 2 && rights(segment.right) < 2) {
      const { left, y } = last;
      const size = last.text.length < segment.text.length ? segment.size : last.size;
      joined[joined.length - 1] = { text: `${last.text} ${segment.text}`, left, right: segment.right, y, size };
    } else {
      joined.push(segment);
    }
  }
  return joined;
}

function isStretchedSpace(last: Segment, segment: Segment): boolean {
  const size = Math.max(last.size, segment.size);
  const gap = segment.left - last.right;
  return Math.abs(segment.y - last.y) < 0.3 * size && gap > 0 && gap < CERTAIN_GAP * size;
}

/** How many edges are within reach of a place, itself included. */
function countEdges(edges: readonly number[]): (place: number) => number {
  const bins = new Map<number, number>();
  for (const edge of edges) {
    const bin = Math.round(edge / ALIGNED);
    bins.set(bin, (bins.get(bin) ?? 0) + 1);
  }
  return (place) => {
    const bin = Math.round(place / ALIGNED);
    return [bin - 1, bin, bin + 1].reduce((sum, near) => sum + (bins.get(near) ?? 0), 0);
  };
}
