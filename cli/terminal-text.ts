import Table from 'cli-table3';

/** Text from outside for a terminal: what would move its cursor or end the line is shown as a question mark. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu, '?');
}

/** Columns with two blanks between them, a rule below the headings, and no other line. */
const PLAIN = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '-',
  'mid-mid': '  ',
  right: '',
  'right-mid': '',
  middle: '  ',
};
const STYLE = { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true };

/**
 * A table for people: a line of headings, a rule, and a line for each row.
 *
 * @param rightAligned indexes of the columns that hold numbers
 */
export function textTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  rightAligned: ReadonlySet<number>,
): string {
  const colAligns = headings.map((_, column) => (rightAligned.has(column) ? 'right' : 'left'));
  const table = new Table({ head: [...headings], chars: PLAIN, style: STYLE, colAligns });
  table.push(...rows.map((row) => row.map(printable)));
  return linesOf(table).join('\n');
}

/** Texts as a column: each with blanks behind it, as wide as the widest, whatever the width of its characters. */
export function padded(texts: readonly string[]): string[] {
  const table = new Table({ chars: PLAIN, style: STYLE });
  table.push(...texts.map((text) => [printable(text), '.']));
  return linesOf(table).map((line) => line.slice(0, -'  .'.length));
}

function linesOf(table: Table.Table): string[] {
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}
