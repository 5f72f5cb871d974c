import type { RowsPage } from './views.ts';

export const PAGE_SIZE = 100;

/** One page of what matches; the last one where the asked one is behind it, as what matches may have become less. */
export function rowsPageOf<Row>(matching: readonly Row[], page: number): RowsPage<Row> {
  const last = Math.max(0, Math.ceil(matching.length / PAGE_SIZE) - 1);
  const shown = Math.min(page, last);
  const rows = matching.slice(shown * PAGE_SIZE, (shown + 1) * PAGE_SIZE);
  return { rows, total: matching.length, page: shown, pageSize: PAGE_SIZE };
}

/** Whether a text has each of the words in it. */
export function hasWords(text: string, words: readonly string[]): boolean {
  return words.every((word) => text.includes(word));
}

/** What is looked for, in lower case. */
export function wordsOf(query: string): string[] {
  return query.toLowerCase().split(/\s+/).filter(Boolean);
}
