/** A block of Markdown, line by line, so that what contains it can indent it. */
export interface HtmlBlock {
  readonly kind: 'paragraph' | 'heading' | 'code' | 'list' | 'quotation' | 'table' | 'rule';
  readonly lines: readonly string[];
}

/** One after the other, as splitting a long text is one call that nothing can end (see long-text.ts). */
export function linesOf(text: string): string[] {
  const lines: string[] = [];
  let start = 0;
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
    lines.push(text.slice(start, end));
    start = end + 1;
  }
  lines.push(text.slice(start));
  return lines;
}

/** With an empty line between any two. */
export function standingApart(blocks: readonly HtmlBlock[]): string[] {
  const all: string[] = [];
  for (const { lines } of blocks) {
    if (all.length > 0) all.push('');
    for (const line of lines) all.push(line);
  }
  return all;
}

/** As an item of a list has them: with an empty line only where the second would otherwise become part of the first. */
export function standingClose(blocks: readonly HtmlBlock[]): string[] {
  const all: string[] = [];
  for (const [i, block] of blocks.entries()) {
    const before = blocks[i - 1];
    if (before?.kind === 'paragraph' && block.kind === 'paragraph') all.push(`${all.pop()}  `);
    else if (before && !endsBeforeIt(before, block)) all.push('');
    for (const line of block.lines) all.push(line);
  }
  return all;
}

export function indented(lines: readonly string[], first: string, others: string): string[] {
  return lines.map((line, i) => (i === 0 ? first + line : line === '' ? '' : others + line));
}

function endsBeforeIt(before: HtmlBlock, { kind, lines: [first = ''] }: HtmlBlock): boolean {
  if (before.kind === 'code' || before.kind === 'heading') return true;
  // A list that begins with another number cannot interrupt a paragraph.
  return before.kind === 'paragraph' && (kind === 'code' || kind === 'heading' || /^(?:-|1\.) /.test(first));
}
