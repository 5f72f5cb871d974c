import type { Block } from '../../blocks.ts';
import { UnconvertibleDocumentError } from '../../converter.ts';
import { MAX_TABLE_CELLS } from '../../limits.ts';
import type { Cell } from './sheet.ts';

/**
 * Puts a sheet's cells into tables as a reader sees them: a region ends where a row is empty, and has only the columns that it uses.
 * Above a table, lines of a single cell at its left are its title, so they become paragraphs, as does a cell that stands alone. A cell that
 * is merged with some others of its table stands in the place of each.
 *
 * @throws UnconvertibleDocumentError `too-large` when filled cells lie so that a table would be mostly empty and beyond all size
 */
export function regionsOf(cells: readonly Cell[]): Block[] {
  const rows = rowsOf(cells);
  const blocks: Block[] = [];
  let region: (readonly Cell[])[] = [];
  rows.forEach((row, i) => {
    region.push(row);
    const next = rows[i + 1];
    if (next && rowNumber(next) <= rowNumber(row) + 1) return;
    blocks.push(...regionBlocks(region));
    region = [];
  });
  return blocks;
}

/** Files have their rows in order; a file that does not is put in order. */
function rowsOf(cells: readonly Cell[]): Cell[][] {
  const rows = new Map<number, Cell[]>();
  for (const cell of cells) {
    const row = rows.get(cell.row);
    if (row) row.push(cell);
    else rows.set(cell.row, [cell]);
  }
  return [...rows].sort(([a], [b]) => a - b).map(([, row]) => row);
}

function rowNumber(row: readonly Cell[]): number {
  return row[0]?.row ?? 0;
}

function regionBlocks(rows: readonly (readonly Cell[])[]): Block[] {
  const left = rows.reduce((least, [first]) => Math.min(least, first?.column ?? least), Number.POSITIVE_INFINITY);
  const firstOfTable = rows.findIndex((row) => row.length > 1 || row[0]?.column !== left);
  const titles = firstOfTable === -1 ? (rows.length === 1 ? 1 : 0) : firstOfTable;
  const blocks: Block[] = rows.slice(0, titles).map(([cell]) => ({ kind: 'paragraph', text: cell?.text ?? '' }));
  const table = rows.slice(titles);
  if (table.length > 0) blocks.push({ kind: 'table', rows: tableOf(table) });
  return blocks;
}

function tableOf(rows: readonly (readonly Cell[])[]): string[][] {
  const columns = [...new Set(rows.flatMap((row) => row.map(({ column }) => column)))].sort((a, b) => a - b);
  if (columns.length * rows.length > MAX_TABLE_CELLS) {
    const message = `A table of the workbook has more than ${MAX_TABLE_CELLS} cells, empty ones included.`;
    throw new UnconvertibleDocumentError('too-large', message);
  }
  const places = new Map(columns.map((column, place) => [column, place]));
  const texts = rows.map(() => Array<string>(columns.length).fill(''));
  rows.forEach((row, i) => {
    for (const { column, text } of row) (texts[i] as string[])[places.get(column) ?? 0] = text;
  });
  // Merged cells overlap only in a hostile file.
  let left = columns.length * rows.length;
  rows.forEach((row, i) => {
    for (const { column, text, reaches } of row) {
      if (reaches === undefined) continue;
      const first = places.get(column) ?? 0;
      let end = first + 1;
      while ((columns[end] ?? Number.POSITIVE_INFINITY) <= reaches.column) end++;
      // Across the whole table it is a title, and stands there once.
      if (end - first === columns.length && columns.length > 1) continue;
      for (let y = i; y < rows.length && rowNumber(rows[y] ?? []) <= reaches.row && left > 0; y++) {
        texts[y]?.fill(text, first, end);
        left -= end - first;
      }
    }
  });
  return texts;
}
