import { joinAcrossStretchedSpaces } from './aligned-gaps.ts';
import { type Box, boxesOf } from './box.ts';
import { isLabel } from './list-marks.ts';
import { onOneBaseline, type Segment } from './segment.ts';
import { findTables, rowsOf } from './table-finder.ts';

/** In font sizes: wider than what stands between a bullet and its item. */
const WIDE_GAP = 2;
/** Share of a table's cells without text, from which some of them may be parts of others, or rows the lines of one cell. */
const EMPTY = 0.1;
/** Pieces beside each other, outside of tables: two rows of two, or one of four. */
const FEWEST_PIECES = 4;
/** Share of the height, at the top and at the bottom, where pieces of a header stand beside each other. */
const MARGIN = 0.1;

/**
 * Whether text stands beside other text as in a table, without telling by its places alone which cells there are. Only then a page's lines
 * are worth the time that reading them costs.
 */
export function leavesTablesOpen(segments: readonly Segment[], height: number): boolean {
  if (!segments.some((segment, i) => isApart(segments[i - 1], segment))) return false;
  const boxes = boxesOf(joinAcrossStretchedSpaces(segments));
  const left = boxes.reduce((least, box) => Math.min(least, box.left), Number.POSITIVE_INFINITY);
  const right = boxes.reduce((most, box) => Math.max(most, box.right), 0);
  const found = findTables(rowsOf(boxes), right - left, () => false);
  let pieces = 0;
  for (const part of found) {
    if ('table' in part) {
      const cells = part.table.flat();
      if (cells.filter((cell) => cell === '').length >= EMPTY * cells.length) return true;
      continue;
    }
    const [first] = part.row as readonly [Box];
    const isInMargin = first.bottom < MARGIN * height || first.top > (1 - MARGIN) * height;
    const isItem = isLabel(first.lines[0]?.text ?? '');
    if (part.row.length > 1 && !isInMargin && !isItem) pieces += part.row.length;
  }
  return pieces >= FEWEST_PIECES;
}

function isApart(last: Segment | undefined, segment: Segment): boolean {
  return last !== undefined && onOneBaseline(last, segment) && segment.left - last.right > WIDE_GAP * segment.size;
}
