import { startsItem } from './list-marks.ts';
import type { Segment } from './segment.ts';

/** Lines that belong together: a paragraph, a heading, or a table's cell. In points from the page's top left. */
export interface Box {
  readonly lines: Segment[];
  left: number;
  right: number;
  readonly top: number;
  /** Baseline of the last line. */
  bottom: number;
  readonly size: number;
}

/** In font sizes: how far apart the lines of a paragraph may be. */
const LINE_GAP = { min: 0.5, max: 1.9 };
/** A larger gap than this times the one before ends a paragraph. */
const GAP_GROWTH = 1.2;
const SAME_SIZE = 0.08;
/** In font sizes: lines whose edges differ by less are aligned. */
const ALIGNED = 0.6;
/** In font sizes: the deepest indent of a first line. */
const INDENT = 4;
/** In font sizes: the widest gap of double-spaced text. */
const WIDEST_GAP = 3;
/** Share of the text's width that a line must fill for a widely spaced line to be its continuation. */
const FULL_LINE = 0.85;
/** The end of a sentence, and the beginning of one. */
const SENTENCE_END = /[.!?:;]["”’)]?$/;
const SENTENCE_START = /^["“‘(]?\p{Lu}/u;
/** In points: lines whose left edges share such a bin are of one column. */
const COLUMN_BIN = 4;
/** The end of an entry in a table of contents. */
const ENTRY_END = / … [\divxlc]+$/;

/** The rows of a table that is drawn, which is a box by itself. */
export function ruledTableIn({ lines }: Box): readonly (readonly string[])[] | undefined {
  return lines[0]?.table?.rows;
}

/** Groups a page's segments, in their order, into boxes. */
export function boxesOf(segments: readonly Segment[]): Box[] {
  const boxes: Box[] = [];
  const spacing = spacingOf(segments);
  segments.forEach((segment, i) => {
    const box = boxes.at(-1);
    const next = segments[i + 1];
    const startsRow = next !== undefined && sameBaseline(segment, next) && next.left > segment.right;
    if (box && !startsRow && continues(box, segment, spacing)) {
      box.lines.push(segment);
      box.left = Math.min(box.left, segment.left);
      box.right = Math.max(box.right, segment.right);
      box.bottom = segment.y;
    } else {
      const { left, right, y, size } = segment;
      boxes.push({ lines: [segment], left, right, top: segment.table?.top ?? y - size, bottom: y, size });
    }
  });
  return boxes;
}

function sameBaseline(a: Segment, b: Segment): boolean {
  return Math.abs(a.y - b.y) < 0.3 * Math.max(a.size, b.size);
}

interface Spacing {
  /** The page's most frequent distance of baselines, in font sizes. */
  readonly gap: number;
  /** What a line must reach to be full. */
  readonly fullRight: number;
  /** The right edge of the column that a line belongs to. */
  readonly rightOf: (line: Segment) => number;
}

function spacingOf(segments: readonly Segment[]): Spacing {
  const count = new Map<number, number>();
  segments.forEach((segment, i) => {
    const above = segments[i - 1];
    if (!above || segment.y <= above.y) return;
    const gap = Math.round((10 * (segment.y - above.y)) / segment.size) / 10;
    count.set(gap, (count.get(gap) ?? 0) + 1);
  });
  const [gap] = [...count].reduce((most, entry) => (entry[1] > most[1] ? entry : most), [0, 0]);
  const left = segments.reduce((least, segment) => Math.min(least, segment.left), Number.POSITIVE_INFINITY);
  const right = segments.reduce((most, segment) => Math.max(most, segment.right), 0);
  const rights = new Map<number, number>();
  for (const segment of segments) {
    const bin = Math.round(segment.left / COLUMN_BIN);
    rights.set(bin, Math.max(rights.get(bin) ?? 0, segment.right));
  }
  return {
    gap,
    fullRight: left + FULL_LINE * (right - left),
    rightOf: (line) => rights.get(Math.round(line.left / COLUMN_BIN)) ?? line.right,
  };
}

/** A new paragraph without any space above: the sentence ended although the next word would have fitted on its line. */
function breaksEarly(last: Segment, segment: Segment, { rightOf }: Spacing): boolean {
  if (!SENTENCE_END.test(last.text) || !SENTENCE_START.test(segment.text)) return false;
  const word = segment.text.split(' ', 1)[0] ?? '';
  const wordWidth = ((segment.right - segment.left) * word.length) / segment.text.length;
  return last.right + wordWidth + 2 * segment.size < rightOf(last);
}

function continues(box: Box, segment: Segment, spacing: Spacing): boolean {
  const { lines, size } = box;
  const last = lines.at(-1) as Segment;
  const gap = segment.y - last.y;
  if (segment.isField || last.isField) return false;
  if (Math.abs(segment.size - size) > SAME_SIZE * size) return false;
  const doubleSpaced =
    gap <= WIDEST_GAP * size && Math.abs(gap - spacing.gap * size) < 0.1 * size && last.right > spacing.fullRight;
  if (gap < LINE_GAP.min * size || (gap > LINE_GAP.max * size && !doubleSpaced)) return false;
  const before = lines.at(-2);
  if (before && gap > (last.y - before.y) * GAP_GROWTH) return false;
  if (startsItem(segment.text) || ENTRY_END.test(last.text) || breaksEarly(last, segment, spacing)) return false;
  if (Math.min(last.right, segment.right) <= Math.max(last.left, segment.left)) return false;
  const aligned = (a: number, b: number) => Math.abs(a - b) <= ALIGNED * size;
  if (aligned(segment.left, last.left)) return true;
  const first = lines.length === 1;
  const shift = segment.left - last.left;
  if (first && shift < 0 && -shift <= INDENT * size) return true;
  // A hanging indent, as of "(1) …" or of a bullet's second line.
  if (first && shift > 0 && shift <= INDENT * size && startsItem(last.text)) return true;
  return aligned(segment.left + segment.right, last.left + last.right) || aligned(segment.right, last.right);
}
