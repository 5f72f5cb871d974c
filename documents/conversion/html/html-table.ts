import type { TranslatorConfigFactory } from 'node-html-markdown';
import { tableToMarkdown } from '../blocks.ts';
import { UnconvertibleDocumentError } from '../converter.ts';
import { MAX_TABLE_CELLS } from '../limits.ts';

type Element = Parameters<TranslatorConfigFactory>[0]['node'];

/** As browsers limit it (HTML Living Standard, "colspan is clamped to 1000"). */
const MAX_SPAN = 1000;

/**
 * A table in Markdown, with what the library's own translator loses: several paragraphs in a cell, pipes, and the columns under
 * a cell that spans several.
 *
 * A table that holds another is a page layout: it is read as its contents in their order.
 *
 * @param translateCell a cell's HTML into Markdown
 */
export function htmlTable(translateCell: (html: string) => string): TranslatorConfigFactory {
  return ({ node }) => {
    if (node.querySelector('table')) return { surroundingNewlines: 2 };
    const rows = tableRows(node, translateCell);
    if (rows.length === 0) return { ignore: true };
    const caption = node.querySelector('caption')?.innerHTML;
    const title = caption ? `${translateCell(caption).trim()}\n\n` : '';
    return { content: `${title}${tableToMarkdown(rows)}`, recurse: false, surroundingNewlines: 2 };
  };
}

function tableRows(table: Element, translateCell: (html: string) => string): string[][] {
  /** Rows that a cell above still reaches into, by column. */
  const reaching: number[] = [];
  const rows: string[][] = [];
  let widest = 0;
  for (const tr of table.querySelectorAll('tr')) {
    const row: string[] = [];
    const skipReached = () => {
      while ((reaching[row.length] ?? 0) > 0) {
        reaching[row.length] = (reaching[row.length] ?? 0) - 1;
        row.push('');
      }
    };
    for (const cell of tr.childNodes as Element[]) {
      if (!/^t[dh]$/i.test(cell.tagName ?? '')) continue;
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
      for (let i = 0; i < columns; i++) {
        reaching[row.length] = span(cell, 'rowspan') - 1;
        row.push(i === 0 ? translateCell(cell.innerHTML) : '');
      }
    }
    skipReached();
    if (row.length > 0) rows.push(row);
  }
  return rows.some((row) => row.some((cell) => cell.trim() !== '')) ? rows : [];
}

function span(cell: Element, name: 'colspan' | 'rowspan'): number {
  const value = Number.parseInt(cell.getAttribute(name) ?? '1', 10);
  return value >= 1 ? Math.min(value, MAX_SPAN) : 1;
}
