import { onOneBaseline, type Segment } from './segment.ts';

/** In font sizes. A wider gap separates columns whatever stands above and below; a narrower one may be a stretched word space. */
const CERTAIN_GAP = 1.5;
/** In points: edges that differ by less are aligned. */
const ALIGNED = 2.5;
/** Pieces of a row, from which it may be a table's whose cells are centred. */
const CENTRED = 3;
/** In font sizes: how far above and below lines of the same table stand. Further away alignment is chance. */
const NEAR = 6;
/**
 * A line of at least so many pieces, set apart by nearly the same gap, is a stretched line, unless more than a share of them begin, end
 * or are centred where pieces of the line above or below are.
 */
const EVEN = { pieces: 5, ratio: 1.35, aligned: 0.6 };

/**
 * Joins neighbours on one baseline again where the gap between them is no column's: where nothing nearby starts or ends in line with
 * what follows it. Justified text has such gaps, at random places; the cells of a table are aligned.
 */
export function joinAcrossStretchedSpaces(segments: readonly Segment[]): Segment[] {
  const rows = rowsOf(segments);
  const edges = new Edges(rows);
  return rows.flatMap((row, i) => {
    if (isStretchedLine(row, [rows[i - 1] ?? [], rows[i + 1] ?? []])) return [row.reduce(join)];
    const joined: Segment[] = [];
    for (const segment of row) {
      const last = joined.at(-1);
      if (last && isNarrow(last, segment) && !edges.areAligned(segment))
        joined[joined.length - 1] = join(last, segment);
      else joined.push(segment);
    }
    return joined;
  });
}

function rowsOf(segments: readonly Segment[]): Segment[][] {
  const rows: Segment[][] = [];
  for (const segment of segments) {
    const last = rows.at(-1)?.at(-1);
    if (last && !last.table && !segment.table && onOneBaseline(last, segment)) rows.at(-1)?.push(segment);
    else rows.push([segment]);
  }
  return rows;
}

/** A justified line with so few words that every space in it is as wide as a column's. */
function isStretchedLine(row: readonly Segment[], neighbours: readonly (readonly Segment[])[]): boolean {
  if (row.length < EVEN.pieces) return false;
  const pairs = row.slice(1).map((segment, i) => [row[i] as Segment, segment] as const);
  const gaps = pairs.map(([last, segment]) => segment.left - last.right);
  if (!pairs.every(([last, segment]) => isNarrow(last, segment))) return false;
  if (Math.max(...gaps) > EVEN.ratio * Math.min(...gaps)) return false;
  return !neighbours.some((other) => sharesColumns(row, other));
}

function sharesColumns(row: readonly Segment[], other: readonly Segment[]): boolean {
  const places = [({ left }: Segment) => left, ({ right }: Segment) => right, middleOf];
  return places.some((place) => {
    const shared = row.filter((one) => other.some((its) => Math.abs(place(one) - place(its)) < ALIGNED));
    return shared.length > EVEN.aligned * row.length;
  });
}

function isNarrow(last: Segment, segment: Segment): boolean {
  const gap = segment.left - last.right;
  return gap > 0 && gap < CERTAIN_GAP * Math.max(last.size, segment.size);
}

function join(last: Segment, segment: Segment): Segment {
  const { left, y } = last;
  const size = last.text.length < segment.text.length ? segment.size : last.size;
  return { ...last, text: `${last.text} ${segment.text}`, left, right: segment.right, y, size };
}

/** Where segments begin and end, and where those of a table's rows have their middle. */
class Edges {
  readonly #lefts = new Map<number, Segment[]>();
  readonly #rights = new Map<number, Segment[]>();
  readonly #middles = new Map<number, Segment[]>();

  constructor(rows: readonly (readonly Segment[])[]) {
    for (const row of rows) {
      for (const segment of row) {
        add(this.#lefts, segment.left, segment);
        add(this.#rights, segment.right, segment);
        if (row.length >= CENTRED) add(this.#middles, middleOf(segment), segment);
      }
    }
  }

  /** Whether a line near a segment's own begins or ends where it does, or has a cell centred there. */
  areAligned(segment: Segment): boolean {
    const isNear = (other: Segment) =>
      !onOneBaseline(other, segment) && Math.abs(other.y - segment.y) < NEAR * segment.size;
    return (
      around(this.#lefts, segment.left).some(isNear) ||
      around(this.#rights, segment.right).some(isNear) ||
      around(this.#middles, middleOf(segment)).some(isNear)
    );
  }
}

function middleOf({ left, right }: Segment): number {
  return (left + right) / 2;
}

function add(bins: Map<number, Segment[]>, place: number, segment: Segment): void {
  const bin = Math.round(place / ALIGNED);
  const there = bins.get(bin);
  if (there) there.push(segment);
  else bins.set(bin, [segment]);
}

function around(bins: ReadonlyMap<number, readonly Segment[]>, place: number): Segment[] {
  const bin = Math.round(place / ALIGNED);
  return [bin - 1, bin, bin + 1].flatMap((near) => bins.get(near) ?? []);
}
