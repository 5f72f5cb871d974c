import stringWidth from 'string-width';

/** Text from outside for a terminal: what would move its cursor or end the line is shown as a question mark. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu, '?');
}

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
  const columns = headings.map((heading, index) => {
    const cells = [heading, ...rows.map((row) => row[index] ?? '')].map(printable);
    const rule = '-'.repeat(widthOf(cells));
    return padded([...cells.slice(0, 1), rule, ...cells.slice(1)], rightAligned.has(index));
  });
  const lines = Array.from({ length: rows.length + 2 }, (_, line) => columns.map((column) => column[line]).join('  '));
  return lines.map((line) => line.trimEnd()).join('\n');
}

/**
 * Texts as a column: each with blanks up to the width of the widest, counted in columns of the terminal. A Chinese character or an
 * emoji takes two of them, an accent of its own none.
 */
export function padded(texts: readonly string[], isRightAligned = false): string[] {
  const width = widthOf(texts);
  return texts.map((text) => {
    const blanks = ' '.repeat(width - stringWidth(text));
    return isRightAligned ? blanks + text : text + blanks;
  });
}

function widthOf(texts: readonly string[]): number {
  return texts.reduce((widest, text) => Math.max(widest, stringWidth(text)), 0);
}
