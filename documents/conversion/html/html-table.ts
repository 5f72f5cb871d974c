import { tableToMarkdown } from '../blocks.ts';
import { UnconvertibleDocumentError } from '../converter.ts';
import { MAX_TABLE_CELLS } from '../limits.ts';
import { type HtmlBlock, linesOf } from './html-block.ts';
import { attributeOf, type HtmlElement, type HtmlNode } from './html-tree.ts';

/** As browsers limit it (HTML Living Standard, "colspan is clamped to 1000"). */
const MAX_SPAN = 1000;

/**
 * A table, below its caption: a cell may have several paragraphs, and stands below its column where another spans several.
 *
 * @param toMarkdown the content of a cell or caption as Markdown, in lines
 * @returns undefined for a table that holds another and has no heads: it lays out a page, and is read as its contents in their order
 */
export function tableBlocks(
  table: HtmlElement,
  toMarkdown: (content: readonly HtmlNode[]) => string,
): HtmlBlock[] | undefined {
  if (hasTable(table) && !hasHead(table)) return undefined;
  const rows = tableRows(table, toMarkdown);
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
  return tableRows(table, toMarkdown).map((row) => row.filter((cell) => cell !== '').join(' '));
}

/** Heads of several columns, its own and not those of a table in it. */
function hasHead(table: HtmlElement): boolean {
  return rowsOf(table).some((row) => elementsIn(row, ['th']).length > 1);
}

function hasTable({ children }: HtmlElement): boolean {
  return children.some((child) => typeof child !== 'string' && (child.name === 'table' || hasTable(child)));
}

function tableRows(table: HtmlElement, toMarkdown: (content: readonly HtmlNode[]) => string): string[][] {
  /** Rows that a cell above still reaches into, by column. */
  const reaching: number[] = [];
  const rows: string[][] = [];
  let widest = 0;
  for (const tr of rowsOf(table)) {
    const row: string[] = [];
    const skipReached = () => {
      while ((reaching[row.length] ?? 0) > 0) {
        reaching[row.length] = (reaching[row.length] ?? 0) - 1;
        row.push('');
      }
    };
    for (const cell of elementsIn(tr, ['td', 'th'])) {
      skipReached();
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
      for (let i = 0; i < columns; i++) {
        reaching[row.length] = reach;
        row.push(i === 0 ? markdown : '');
      }
    }
    skipReached();
    if (row.length > 0) rows.push(row);
  }
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
