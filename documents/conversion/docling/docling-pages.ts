import { pageList } from '../pages.ts';
import type { DoclingDocument, DoclingError } from './docling-schema.ts';

/** What docling is asked to put between two pages. */
export const PAGE_BREAK = '<!-- docling page break -->';
/** On a line of its own: docling escapes what looks like it in a text, but not within a line of code. */
const PAGE_BREAK_LINE = new RegExp(`^[ \\t]*${PAGE_BREAK}[ \\t]*$`, 'm');

const COMPARED_LETTERS = 40;

/**
 * Each page behind an anchor `<!-- page 1 -->`, as the local converter writes them.
 *
 * docling marks the place between two pages and not their numbers, passes over pages with nothing on them, and marks those of slides and
 * sheets one page late (docling-serve 1.38): only its own description of the document tells which they are. Where the two disagree there
 * are no anchors rather than wrong ones.
 */
export function numberPages(markdown: string, document: DoclingDocument): string {
  const parts = markdown.split(PAGE_BREAK_LINE).map((part) => part.trim());
  const written = writtenPages(document);
  const starts = written.map((page) => firstTextOf(page, document));
  const onPages = [parts, withoutDelay(parts, starts)].find((candidate) => agree(candidate, starts));
  if (onPages === undefined) return parts.filter((part) => part !== '').join('\n\n');
  const contents = new Map(written.map((page, i) => [page, onPages[i] ?? '']));
  return ascending([...pageNumbers(document), ...written])
    .map((page) => `<!-- page ${page} -->\n\n${contents.get(page) ?? ''}`.trim())
    .join('\n\n');
}

/** Whether each page has a part of its own, which has the text in it that the page begins with. */
function agree(parts: readonly string[] | undefined, starts: readonly string[]): boolean {
  if (parts?.length !== starts.length) return false;
  if (parts.length < 2) return true;
  return parts.every((part, i) => part !== '' && lettersOf(part).includes(starts[i] ?? ''));
}

/** The parts as they are when each break but the first stands one page late: the first part has two pages, the last has none. */
function withoutDelay(parts: readonly string[], [, second]: readonly string[]): string[] | undefined {
  const [first = '', ...others] = parts;
  if (!second || others.pop() !== '') return undefined;
  const blocks = first.split(/\n{2,}/);
  const start = blocks.findIndex((block, i) => i > 0 && lettersOf(block).startsWith(second));
  if (start < 0) return undefined;
  return [blocks.slice(0, start).join('\n\n'), blocks.slice(start).join('\n\n'), ...others];
}

/** Letters and digits that a page's first text begins with; empty where it begins with none, as a table does. */
function firstTextOf(page: number, { texts }: DoclingDocument): string {
  const first = texts.find(({ content_layer, prov }) => content_layer === 'body' && prov[0]?.page_no === page);
  return lettersOf(first?.text ?? '').slice(0, COMPARED_LETTERS);
}

/** What Markdown leaves as it is. */
function lettersOf(text: string): string {
  return text.replace(/&(?:lt|gt|amp);/g, '').replace(/[^\p{L}\p{N}]/gu, '');
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
