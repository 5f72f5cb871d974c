import { pageList } from '../pages.ts';
import type { DoclingDocument, DoclingError } from './docling-schema.ts';

/** What docling is asked to put between two pages. */
export const PAGE_BREAK = '<!-- docling page break -->';
/** On a line of its own: docling escapes what looks like it in a text, but not within a line of code. */
const PAGE_BREAK_LINE = new RegExp(`^[ \\t]*${PAGE_BREAK}[ \\t]*$`, 'm');

/**
 * Each page behind an anchor `<!-- page 1 -->`, as the local converter writes them.
 *
 * docling marks the place between two pages and not their numbers, and passes over pages with nothing on them: only its own
 * description of the document tells which they are. Where the two disagree there are no anchors rather than wrong ones.
 */
export function numberPages(markdown: string, document: DoclingDocument): string {
  const parts = markdown.split(PAGE_BREAK_LINE).map((part) => part.trim());
  const written = writtenPages(document);
  if (written.length !== parts.length) return parts.filter((part) => part !== '').join('\n\n');
  const contents = new Map(written.map((page, i) => [page, parts[i] ?? '']));
  return ascending([...pageNumbers(document), ...written])
    .map((page) => `<!-- page ${page} -->\n\n${contents.get(page) ?? ''}`.trim())
    .join('\n\n');
}

/** Pages, slides or sheets; undefined for a document that has no fixed ones. */
export function countPages(document: DoclingDocument): number | undefined {
  return pageNumbers(document).length || undefined;
}

function pageNumbers({ pages }: DoclingDocument): number[] {
  return Object.keys(pages)
    .map(Number)
    .filter((page) => Number.isSafeInteger(page) && page > 0);
}

/** Pages that something of the body begins on: docling breaks the Markdown between these. */
function writtenPages({ texts, tables, pictures, key_value_items, form_items }: DoclingDocument): number[] {
  const items = [texts, tables, pictures, key_value_items, form_items].flat();
  const body = items.filter(({ content_layer }) => content_layer === 'body');
  return ascending(body.flatMap(({ prov }) => prov[0]?.page_no ?? []));
}

function ascending(numbers: readonly number[]): number[] {
  return [...new Set(numbers)].sort((a, b) => a - b);
}

/** Sentences that say what is missing; pages with the same trouble share one. */
export function missingParts(errors: readonly DoclingError[]): string[] {
  const pagesOf = new Map<string, number[]>();
  for (const { error_message, page_no } of errors) {
    const message = error_message.trim().replace(/\.$/, '');
    const pages = pagesOf.get(message) ?? [];
    if (typeof page_no === 'number') pages.push(page_no);
    pagesOf.set(message, pages);
  }
  return [...pagesOf].map(([message, pages]) =>
    pages.length === 0 ? `${message}.` : `${pageList(pages)}: ${message}.`,
  );
}
