import { type Box, ruledTableIn } from './box.ts';
import { isLabel, startsItem } from './list-marks.ts';
import { joinLines } from './segment.ts';

/** Boxes side by side. */
export type Row = readonly Box[];

/** A table, or a row that belongs to none. */
type Found = { readonly table: readonly (readonly string[])[] } | { readonly row: Row };

interface Column {
  left: number;
  right: number;
}

/** In font sizes: the widest gap between two rows of a table. */
const ROW_GAP = 3;
/** In font sizes: the same around a row of one cell, such as a group's name, which could as well be a line between two tables. */
const TIGHT_ROW_GAP = 1.2;
/** Share of the lower box's height that two must have in common to stand in one row: a cell over two lines shares less with each. */
const SAME_ROW = 0.35;
/** Share of a table's cells that hold text: below it, alignment is an accident. A table of few rows must be fuller. */
const FILLED = 0.5;
const FEW_ROWS = { rows: 3, filled: 0.8 };
/** Share of the page's text width. Two columns, each wider, are columns of prose. */
const PROSE_WIDTH = 0.35;

/** Puts boxes that stand beside each other, in their order, into rows. */
export function rowsOf(boxes: readonly Box[]): Row[] {
  const rows: Box[][] = [];
  for (const box of boxes) {
    const row = rows.at(-1);
    if (row && isBeside(row, box)) row.push(box);
    else rows.push([box]);
  }
  return rows;
}

/**
 * Finds tables where they cannot be mistaken: at least three rows (two, of three columns or more) that follow each other, each
 * cell under its own column, and most cells filled. Everything else stays what it was.
 */
export function findTables(rows: readonly Row[], textWidth: number, isHeading: (box: Box) => boolean): Found[] {
  const found: Found[] = [];
  for (let start = 0; start < rows.length; ) {
    const { end, columns } = growTable(rows, start, isHeading);
    const candidate = rows.slice(start, end);
    if (isTable(candidate, columns, textWidth)) {
      found.push({ table: candidate.map((row) => cellsOf(row, columns)) });
      start = end;
    } else {
      found.push({ row: rows[start] as Row });
      start++;
    }
  }
  return found;
}

function isBeside(row: Row, box: Box): boolean {
  const last = row.at(-1) as Box;
  if (ruledTableIn(box) || ruledTableIn(last)) return false;
  if (box.left <= last.right) return false;
  const top = Math.min(...row.map((other) => other.top));
  const bottom = Math.max(...row.map((other) => other.bottom));
  const shared = Math.min(bottom, box.bottom) - Math.max(top, box.top);
  return shared > SAME_ROW * Math.min(bottom - top, box.bottom - box.top);
}

function growTable(
  rows: readonly Row[],
  start: number,
  isHeading: (box: Box) => boolean,
): { end: number; columns: Column[] } {
  let columns: Column[] = [];
  let end = start;
  for (; end < rows.length; end++) {
    const row = rows[end] as Row;
    const above = end > start ? rows[end - 1] : undefined;
    // Names of columns are as large as headings, but no heading has three parts.
    const isHead = end === start && row.length > 2;
    if ((row.every(isHeading) && !isHead) || row.some(ruledTableIn)) break;
    if (row.length < 2 && !isInside(above, row, rows[end + 1])) break;
    if (above && !follows(above, row, ROW_GAP)) break;
    const widened = widen(columns, row);
    if (!widened) break;
    columns = widened;
  }
  return { end, columns };
}

function isInside(above: Row | undefined, row: Row, below: Row | undefined): boolean {
  return (
    above !== undefined &&
    below !== undefined &&
    below.length > 1 &&
    follows(above, row, TIGHT_ROW_GAP) &&
    follows(row, below, TIGHT_ROW_GAP)
  );
}

/** Cells of several lines may reach down beside the next row: what counts is the gap between those over each other. */
function follows(above: Row, row: Row, gapInSizes: number): boolean {
  const pairs = row.flatMap((box) =>
    above.filter((other) => isUnder(box, other)).map((other) => box.top - other.bottom),
  );
  const bottom = Math.max(...above.map((box) => box.bottom));
  const gap = pairs.length > 0 ? Math.min(...pairs) : Math.min(...row.map((box) => box.top)) - bottom;
  const size = Math.max(...row.map((box) => box.size));
  return gap > -0.5 * size && gap < gapInSizes * size;
}

/** The columns with a row added; undefined when one of its boxes reaches over two columns, or two share one. */
function widen(columns: readonly Column[], row: Row): Column[] | undefined {
  const widened = columns.map((column) => ({ ...column }));
  const taken = new Set<Column>();
  for (const box of row) {
    const under = widened.filter((column) => isUnder(box, column));
    if (under.length > 1) return undefined;
    let column = under[0];
    if (!column) {
      column = { left: box.left, right: box.right };
      widened.push(column);
    }
    if (taken.has(column)) return undefined;
    taken.add(column);
    column.left = Math.min(column.left, box.left);
    column.right = Math.max(column.right, box.right);
  }
  return widened.sort((a, b) => a.left - b.left);
}

/** The same left edge is enough: turned text has no width. */
function isUnder(box: Box, { left, right }: Pick<Box, 'left' | 'right'>): boolean {
  return (box.left < right && box.right > left) || box.left === left;
}

function isTable(rows: readonly Row[], columns: readonly Column[], textWidth: number): boolean {
  if (rows.length < 2 || (rows.length === 2 && columns.length === 2)) return false;
  const cells = rows.reduce((sum, row) => sum + row.length, 0);
  const filled = rows.length <= FEW_ROWS.rows ? FEW_ROWS.filled : FILLED;
  if (cells / (rows.length * columns.length) < filled) return false;
  if (columns.length > 2) return true;
  // A list with its bullets in a column of their own, or two columns of prose.
  const isList = rows.every(([first]) => {
    const text = first?.lines[0]?.text ?? '';
    return isLabel(text) || startsItem(text);
  });
  return !isList && !columns.every(({ left, right }) => right - left > PROSE_WIDTH * textWidth);
}

function cellsOf(row: Row, columns: readonly Column[]): string[] {
  return columns.map((column) => {
    const box = row.find((candidate) => isUnder(candidate, column));
    return box ? joinLines(box.lines.map(({ text }) => text)) : '';
  });
}
