import type { TextRun } from './text-run.ts';

/** Hebrew, Arabic and the scripts between and behind them. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/g;
const LETTERS = /\p{L}/gu;
/** In font sizes: how far the baselines of a line's pieces may be apart. */
const SAME_LINE = 0.3;
/** In font sizes: a gap that is read as a space. */
const WORD_GAP = 0.16;

/** Whether most letters of some texts are of a script that is read from the right. */
export function isRightToLeft(texts: readonly { readonly text: string }[]): boolean {
  const count = (pattern: RegExp) => texts.reduce((sum, { text }) => sum + (text.match(pattern)?.length ?? 0), 0);
  const fromTheRight = count(RIGHT_TO_LEFT);
  return fromTheRight > 0 && 2 * fromTheRight >= count(LETTERS);
}

/** Whether a word of one direction ends where one of the other begins: the space between is often not drawn. */
export function changesScript(before: string, after: string): boolean {
  const [last = '', next = ''] = [before.slice(-1), after.slice(0, 1)];
  if (!/\p{L}/u.test(last) || !/\p{L}/u.test(next)) return false;
  return isRightToLeft([{ text: last }]) !== isRightToLeft([{ text: next }]);
}

/**
 * Puts the pieces of each line that is read from the right into that order, and keeps what is read from the left within it together:
 * programs draw such lines from either side.
 */
export function readingOrder(runs: readonly TextRun[]): readonly TextRun[] {
  if (!runs.some(({ rightToLeft }) => rightToLeft)) return runs;
  const lines: TextRun[][] = [];
  for (const run of runs) {
    const last = lines.at(-1)?.at(-1);
    if (last && Math.abs(last.y - run.y) < SAME_LINE * Math.max(last.size, run.size)) lines.at(-1)?.push(run);
    else lines.push([run]);
  }
  return lines.flatMap((line) => (isRightToLeft(line) ? fromTheRight(line) : line));
}

function fromTheRight(line: readonly TextRun[]): TextRun[] {
  const ordered: TextRun[] = [];
  let embedded: TextRun[] = [];
  const flush = () => {
    if (embedded.length > 0) ordered.push(asOne(embedded.reverse()));
    embedded = [];
  };
  for (const run of [...line].sort((a, b) => b.x - a.x)) {
    const isSpace = run.text.trim() === '';
    if (!run.rightToLeft && (embedded.length > 0 || (!isSpace && /[\p{L}\p{N}]/u.test(run.text)))) {
      embedded.push(run);
      continue;
    }
    flush();
    ordered.push(run);
  }
  flush();
  return ordered.map((run) => ({ ...run, rightToLeft: true }));
}

/** A word or a number in another script, in the pieces that it was drawn in. */
function asOne(pieces: readonly TextRun[]): TextRun {
  const [first] = pieces as [TextRun];
  let text = '';
  let right = first.x;
  for (const piece of pieces) {
    text += piece.x - right > WORD_GAP * piece.size && !text.endsWith(' ') ? ` ${piece.text}` : piece.text;
    right = piece.x + piece.width;
  }
  return { ...first, text, width: right - first.x };
}
