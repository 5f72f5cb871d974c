/** What a person found in a document. */
export interface Expectation {
  readonly headings: readonly string[];
  /** Cells of rows of tables; where a cell may be read in several ways, all of them. */
  readonly rows: readonly (readonly (string | readonly string[])[])[];
  /** Items of lists. */
  readonly items: readonly string[];
  /** Pieces of the text as it is read, line ends as spaces. */
  readonly passages: readonly string[];
}

/** How many of each are in the Markdown, as what they are. */
export interface Score {
  readonly headings: number;
  readonly rows: number;
  readonly items: number;
  readonly passages: number;
  readonly missed: readonly string[];
}

export function scoreOf(markdown: string, expected: Expectation): Score {
  // Anchors and alignment in HTML are no fault, and no text.
  const lines = markdown
    .replace(/<\/?(?:a|div)\b[^>]*>/g, '')
    .split('\n')
    .map((line) => line.trim());
  const headings = new Set(lines.flatMap((line) => line.match(/^#+ +(.*?)(?: *\{#[^}]*\})?$/)?.[1] ?? []).map(plain));
  const items = new Set(lines.flatMap((line) => line.match(/^(?:[-*+•]|\d+[.)]) +(.*)$/)?.[1] ?? []).map(plain));
  const tables = lines
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .replace(/^\||\|$/g, '')
        .split(/(?<!\\)\|/)
        .map((cell) => plain(cell)),
    );
  const text = plain(lines.map((line) => line.replace(/^(?:#+|[-*+]|>) /, '')).join(' '));
  const isRow = (row: Expectation['rows'][number]) =>
    tables.some(
      (cells) => cells.length >= row.length && row.every((cell, i) => [cell].flat().includes(cells[i] ?? '')),
    );
  const missed: string[] = [];
  const count = <T>(kind: string, wanted: readonly T[], isThere: (one: T) => boolean) => {
    missed.push(...wanted.filter((one) => !isThere(one)).map((one) => `${kind} ${JSON.stringify(one)}`));
    return wanted.filter(isThere).length;
  };
  return {
    headings: count('heading', expected.headings, (heading) => headings.has(plain(heading))),
    rows: count('row', expected.rows, isRow),
    items: count('item', expected.items, (item) => [...items].some((one) => one.startsWith(plain(item)))),
    passages: count('passage', expected.passages, (passage) => text.includes(plain(passage))),
    missed,
  };
}

/** Without emphasis, escapes, references and the kinds of quotes and spaces that converters write differently. */
function plain(markdown: string): string {
  return markdown
    .replace(/<br>/g, ' ')
    .replace(/\\([^\w\s])/g, '$1')
    .replace(/\*\*|__|`|(?<![\w*])\*(?=\S)|(?<=\S)\*(?![\w*])/g, '')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/[’‘]/g, "'")
    .replace(/[“”]/g, '"')
    .replace(/\s+/g, ' ')
    .trim();
}
