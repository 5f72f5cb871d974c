import { type Block, blocksToMarkdown, charactersOf } from './blocks.ts';
import { requireBearable } from './limits.ts';

/**
 * Writes pages, each behind its anchor `<!-- page 1 -->`.
 *
 * @throws UnconvertibleDocumentError `too-large`, before anything is written: a text that many cells share is stored once and written
 *   often, so that a few kilobytes would fill all memory
 */
export function pagesToMarkdown(
  pages: readonly { readonly number: number; readonly blocks: readonly Block[] }[],
): string {
  const characters = pages.flatMap(({ blocks }) => blocks.map(charactersOf));
  requireBearable(characters.reduce((total, number) => total + number, 0));
  return pages
    .map(({ number, blocks }) => `<!-- page ${number} -->\n\n${blocksToMarkdown(blocks)}`.trim())
    .join('\n\n');
}

/**
 * Pages in words: `Page 3`, `Pages 1, 3 to 5 and 7`.
 *
 * @param numbers at least one, in any order
 */
export function pageList(numbers: readonly number[]): string {
  const pages = [...new Set(numbers)].sort((a, b) => a - b);
  const ranges: { first: number; last: number }[] = [];
  for (const page of pages) {
    const range = ranges.at(-1);
    if (range && page === range.last + 1) range.last = page;
    else ranges.push({ first: page, last: page });
  }
  const words = ranges.map(({ first, last }) => (first === last ? `${first}` : `${first} to ${last}`));
  return `${pages.length === 1 ? 'Page' : 'Pages'} ${new Intl.ListFormat('en-GB').format(words)}`;
}

/** Says of pages without text, at least one, that what stands on them is not read. */
export function imagesNeedOcr(pages: readonly number[]): string {
  return `${pageList(pages)} ${pages.length === 1 ? 'is an image: its' : 'are images: their'} text needs OCR.`;
}
