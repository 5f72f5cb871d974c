import { tableToMarkdown } from '../blocks.ts';
import { UnconvertibleDocumentError } from '../converter.ts';
import { MAX_TABLE_CELLS } from '../limits.ts';
import { type HtmlBlock, linesOf } from './html-block.ts';
import { attributeOf, type HtmlElement, type HtmlNode, textIn } from './html-tree.ts';

/** As browsers limit it (HTML Living Standard, "colspan is clamped to 1000"). */
const MAX_SPAN = 1000;
const CELLS = ['td', 'th'];

/** Of a table that is data and holds another: longest cell, and longest name of a column, in UTF-16 code units. */
const LONGEST_CELL = 500;
const LONGEST_NAME = 80;
/** No cell of data has a heading; and what a name of a column is not. */
const HEADINGS = /^h[1-6]$/;
const NO_NAME = /^(?:h[1-6]|table|ul|ol|dl|img|form|input)$/;

/**
 * A table, below its caption. A cell may have several paragraphs; one that spans some of the columns or rows stands in each of them, as
 * Markdown has no spans and every row shall tell all that belongs to it.
 *
 * @param toMarkdown the content of a cell or caption as Markdown, in lines
 * @returns undefined for a table that holds another and has no names of columns: it lays out a page, and is read as its contents in their order
 */
export function tableBlocks(
  table: HtmlElement,
  toMarkdown: (content: readonly HtmlNode[]) => string,
): HtmlBlock[] | undefined {
  if (hasTable(table) && !hasHead(table) && !hasNames(table)) return undefined;
  const rows = tableRows(table, toMarkdown, true);
  const captions = elementsIn(table, ['caption']).map(({ children }) => toMarkdown(children));
  return [
    ...captions
      .filter((caption) => caption !== '')
      .map((caption) => ({ kind: 'paragraph', lines: [caption] }) as const),
    ...(rows.length === 0 ? [] : [{ kind: 'table', lines: linesOf(tableToMarkdown(rows)) } as const]),
  ];
}

/** A table in a cell, a line for each row: Markdown has no table there. */
export function tableLines(table: HtmlElement, toMarkdown: (content: readonly HtmlNode[]) => string): string[] {
  return tableRows(table, toMarkdown, false).map((row) => row.filter((cell) => cell !== '').join(' '));
}

/** A head, or heads of several columns, its own and not those of a table in it. */
function hasHead(table: HtmlElement): boolean {
  return elementsIn(table, ['thead']).length > 0 || rowsOf(table).some((row) => elementsIn(row, ['th']).length > 1);
}

/** Whether it looks like data without heads: short words in the several cells of its first row, and no long text in any. */
function hasNames(table: HtmlElement): boolean {
  const rows = rowsOf(table).map((row) => elementsIn(row, CELLS));
  const [first = []] = rows;
  return (
    rows.length > 1 &&
    rows.every((cells) => cells.length > 1) &&
    first.every((cell) => isBrief(cell, LONGEST_NAME, NO_NAME) && textIn(cell).trim() !== '') &&
    rows.every((cells) => cells.every((cell) => isBrief(cell, LONGEST_CELL, HEADINGS)))
  );
}

/** Whether it has at most so much text, and none of the given elements; looks no further than that. */
function isBrief(element: HtmlElement, most: number, excluded: RegExp): boolean {
  const left = (node: HtmlElement, room: number): number => {
    for (const child of node.children) {
      if (typeof child === 'string') room -= child.trim().length;
      else room = excluded.test(child.name) ? -1 : left(child, room);
      if (room < 0) return room;
    }
    return room;
  };
  return left(element, most) >= 0;
}

function hasTable({ children }: HtmlElement): boolean {
  return children.some((child) => typeof child !== 'string' && (child.name === 'table' || hasTable(child)));
}

/** @param repeated whether a cell that spans several has its text in each of them */
function tableRows(
  table: HtmlElement,
  toMarkdown: (content: readonly HtmlNode[]) => string,
  repeated: boolean,
): string[][] {
  /** What a cell above has in the column, and how many rows it still reaches into. */
  const reaching: { rows: number; readonly markdown: string }[] = [];
  const rows: string[][] = [];
  /** Of one cell: across the whole table it is a title or a note, and stands there once. */
  const single = new Set<string[]>();
  let widest = 0;
  const trs = rowsOf(table);
  for (const [i, tr] of trs.entries()) {
    const row: string[] = [];
    const addReached = () => {
      for (let above = reaching[row.length]; above && above.rows > 0; above = reaching[row.length]) {
        above.rows--;
        row.push(above.markdown);
      }
    };
    const cells = elementsIn(tr, CELLS);
    for (const cell of cells) {
      addReached();
      const columns = span(cell, 'colspan');
      widest = Math.max(widest, row.length + columns);
      // Rows and spans multiply.
      if (widest * (rows.length + 1) > MAX_TABLE_CELLS) {
        throw new UnconvertibleDocumentError(
          'too-large',
          `A table of the document has more than ${MAX_TABLE_CELLS} cells.`,
        );
      }
      const reach = span(cell, 'rowspan') - 1;
      const markdown = toMarkdown(cell.children);
      for (let column = 0; column < columns; column++) {
        reaching[row.length] = { rows: reach, markdown: repeated ? markdown : '' };
        row.push(repeated || column === 0 ? markdown : '');
      }
    }
    addReached();
    // The next row says the same, and more.
    const isRepeated =
      repeated && i < trs.length - 1 && cells.length > 0 && cells.every((cell) => span(cell, 'rowspan') > 1);
    if (row.length === 0 || isRepeated) continue;
    rows.push(row);
    if (cells.length === 1 && span(cells[0] as HtmlElement, 'colspan') === row.length) single.add(row);
  }
  for (const row of single) if (row.length === widest) row.fill('', 1);
  return rows.some((row) => row.some((cell) => cell.trim() !== '')) ? rows : [];
}

/** The rows of a `<tfoot>` stand last, wherever it was written. */
function rowsOf(table: HtmlElement): HtmlElement[] {
  const parts = elementsIn(table, ['thead', 'tbody', 'tfoot', 'tr']);
  const feet = parts.filter(({ name }) => name === 'tfoot');
  const ordered = [...parts.filter(({ name }) => name !== 'tfoot'), ...feet];
  return ordered.flatMap((part) => (part.name === 'tr' ? [part] : elementsIn(part, ['tr'])));
}

function elementsIn({ children }: HtmlElement, names: readonly string[]): HtmlElement[] {
  return children.filter((child) => typeof child !== 'string' && names.includes(child.name)) as HtmlElement[];
}

function span(cell: HtmlElement, name: 'colspan' | 'rowspan'): number {
  const value = Number.parseInt(attributeOf(cell, name) ?? '1', 10);
  return value >= 1 ? Math.min(value, MAX_SPAN) : 1;
}
