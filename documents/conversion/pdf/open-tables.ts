import { joinAcrossStretchedSpaces } from './aligned-gaps.ts';
import { type Box, boxesOf } from './box.ts';
import { isLabel } from './list-marks.ts';
import { onOneBaseline, type Segment } from './segment.ts';
import { findTables, rowsOf } from './table-finder.ts';

/** In font sizes: wider than what stands between a bullet and its item. */
const WIDE_GAP = 2;
/** Share of a table's cells without text, from which some of them may be parts of others, or rows the lines of one cell. */
const EMPTY = 0.1;
/** Of a table that is told by its left edges: rows, how far apart they are in font sizes, and in points how far their edges. */
const FEWEST_ROWS = 3;
const ROW_GAP = 3;
const ALIGNED = 3;
/** Pieces beside each other, outside of tables: two rows of two, or one of four. */
const FEWEST_PIECES = 4;
/** Share of the height, at the top and at the bottom, where pieces of a header stand beside each other. */
const MARGIN = 0.1;

/**
 * Whether text stands beside other text as in a table, without telling by its places alone which cells there are. Only then a page's lines
 * are worth the time that reading them costs.
 */
export function leavesTablesOpen(segments: readonly Segment[], height: number): boolean {
  if (isPlain(rowsApart(segments))) return false;
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

/** Lines with pieces far from each other, each line from its first piece. */
function rowsApart(segments: readonly Segment[]): Segment[][] {
  const rows: Segment[][] = [];
  segments.forEach((segment, i) => {
    const last = segments[i - 1];
    if (last === undefined || !onOneBaseline(last, segment)) return;
    if (rows.at(-1)?.at(-1) === last) rows.at(-1)?.push(segment);
    else if (segment.left - last.right > WIDE_GAP * segment.size) rows.push([last, segment]);
  });
  return rows;
}

/** Whether they are none, or one table whose rows are all alike, which is told quickly. */
function isPlain(rows: readonly (readonly Segment[])[]): boolean {
  const [first] = rows;
  if (first === undefined) return true;
  return (
    rows.length >= FEWEST_ROWS &&
    rows.every((row, i) => {
      const above = rows[i - 1]?.[0] ?? row[0];
      const isNear = above !== undefined && (row[0]?.y ?? 0) - above.y <= ROW_GAP * above.size;
      return (
        isNear &&
        row.length === first.length &&
        row.every(({ left }, j) => Math.abs(left - (first[j]?.left ?? 0)) < ALIGNED)
      );
    })
  );
}
