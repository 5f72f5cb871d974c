import { raised } from '../blocks.ts';
import { changesScript, isRightToLeft, readingOrder } from './right-to-left.ts';
import type { TextRun } from './text-run.ts';

/** Text on one baseline without a wide gap: a line of a paragraph, or a cell's line in a table. In points from the top left. */
export interface Segment {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  /** Baseline. */
  readonly y: number;
  /** Font size of its longest run. */
  readonly size: number;
  /** Whether it is a line of a form or a whole table, which is no part of running text. */
  readonly isField?: true;
  /** A table's rows, and where it begins; its last line is where the segment stands. */
  readonly table?: { readonly rows: readonly (readonly string[])[]; readonly top: number };
}

/** In font sizes. Wider than a word space, narrower than what separates the columns of a tight table. */
const COLUMN_GAP = 0.7;
/** In font sizes. A gap that reads as a space, although none was written. */
const WORD_GAP = 0.16;
/** In font sizes. How far a superscript's baseline may be off. */
const SAME_BASELINE = 0.4;
/** A power, an index or a note's mark: how much smaller than its line, and in font sizes of the line how far off its baseline. */
const MARK = { size: 0.85, leastOff: 0.12, mostOff: 0.65 };
/** No more than a few letters or digits: beside a large sign, smaller text stands as well. */
const MARK_TEXT = /^(?=.*[\p{L}\p{N}+−–-]).{1,16}$/u;
/** In font sizes. How far apart the baselines of a table's row may be. */
const SAME_ROW = 0.3;
/** In font sizes. How far two pieces that are marked as two may overlap, if they are one word. */
const OVERLAP = 0.05;
/** In font sizes. The same text again this near is a shadow, the way some programs draw bold. */
const SHADOW = 0.12;

/** The dots from an entry of a table of contents to its page number. */
const LEADER = /(?:\s*[.…·]){5,}\s*/g;

/** Joins runs, in their order, into segments. */
export function segmentsOf(runs: readonly TextRun[]): Segment[] {
  const segments: Segment[] = [];
  let current: OpenSegment | undefined;
  let space = false;
  for (const run of readingOrder(runs)) {
    if (run.text.trim() === '') {
      space = true;
      continue;
    }
    if (current?.isShadowedBy(run)) continue;
    const gap = current?.gapTo(run);
    if (current && gap !== undefined) {
      const word = gap <= WORD_GAP * current.size && !(gap < -OVERLAP * run.size && current.isMarkedApart(run));
      current.append(run, space || !word || (run.rightToLeft && changesScript(current.text, run.text)));
    } else {
      if (current) segments.push(current.close());
      current = new OpenSegment(run);
    }
    space = false;
  }
  if (current) segments.push(current.close());
  return sortRows(segments);
}

/** Whether two segments stand in one row. */
export function onOneBaseline(a: Segment, b: Segment): boolean {
  return Math.abs(a.y - b.y) < SAME_ROW * Math.max(a.size, b.size);
}

/** Sorts neighbours on one baseline: some programs draw a table's row from its last cell to its first. */
function sortRows(segments: readonly Segment[]): Segment[] {
  const rows: Segment[][] = [];
  for (const segment of segments) {
    const row = rows.at(-1);
    if (row?.[0] && Math.abs(row[0].y - segment.y) < SAME_ROW * segment.size) row.push(segment);
    else rows.push([segment]);
  }
  return rows.flatMap((row) =>
    isRightToLeft(row) ? row.sort((a, b) => b.left - a.left) : row.sort((a, b) => a.left - b.left),
  );
}

class OpenSegment {
  text: string;
  private left: number;
  private right: number;
  private last: TextRun;
  private longest: TextRun;
  private readonly y: number;

  constructor(run: TextRun) {
    this.text = run.text;
    this.left = run.x;
    this.right = run.x + run.width;
    this.y = run.y;
    this.last = run;
    this.longest = run;
  }

  get size(): number {
    return this.longest.size;
  }

  isShadowedBy(run: TextRun): boolean {
    const near = SHADOW * run.size;
    return run.text === this.last.text && Math.abs(run.x - this.last.x) < near && Math.abs(run.y - this.last.y) < near;
  }

  /** Space before a run that goes on with this segment; undefined when it starts another. */
  gapTo(run: TextRun): number | undefined {
    const size = Math.max(this.size, run.size);
    const mostOff = this.markKindOf(run) === 'sup' ? MARK.mostOff : SAME_BASELINE;
    if (Math.abs(run.y - this.y) > mostOff * size) return undefined;
    const gap = run.rightToLeft ? this.last.x - (run.x + run.width) : run.x - (this.last.x + this.last.width);
    return gap < COLUMN_GAP * size && gap > -size ? gap : undefined;
  }

  isMarkedApart(run: TextRun): boolean {
    return run.mark !== undefined && this.last.mark !== undefined && run.mark !== this.last.mark;
  }

  /** Whether a run stands above or below the line, in smaller letters. */
  markKindOf({ size, y, text }: TextRun): 'sup' | 'sub' | undefined {
    const isOff = size < MARK.size * this.size && Math.abs(y - this.y) >= MARK.leastOff * this.size;
    return isOff && MARK_TEXT.test(text.trim()) ? (y < this.y ? 'sup' : 'sub') : undefined;
  }

  append(run: TextRun, space: boolean): void {
    const spaced = space && !this.text.endsWith(' ') && !run.text.startsWith(' ');
    const kind = this.markKindOf(run);
    const text = kind === undefined ? run.text : markedText(run.text, kind);
    this.text += spaced ? ` ${text}` : text;
    this.left = Math.min(this.left, run.x);
    this.right = Math.max(this.right, run.x + run.width);
    this.last = run;
    if (run.text.length > this.longest.text.length) this.longest = run;
  }

  close(): Segment {
    return {
      text: withMarksJoined(this.text).replace(LEADER, ' … ').trim(),
      left: this.left,
      right: this.right,
      y: this.y,
      size: this.size,
    };
  }
}

/** Its spaces stay outside. */
function markedText(text: string, kind: 'sup' | 'sub'): string {
  const words = text.trim();
  return text.replace(words, () => raised(words, kind));
}

/** Between two pieces of a power that is drawn piece by piece. */
const SEAMS = (['sup', 'sub'] as const).map((kind) => raised('|', kind).split('|').reverse().join(''));

function withMarksJoined(text: string): string {
  return SEAMS.reduce((joined, seam) => joined.replaceAll(seam, ''), text);
}

/** Lines into running text: a word divided at a line's end becomes one again. */
export function joinLines(lines: readonly string[]): string {
  return lines.reduce((text, line) => {
    if (text === '') return line;
    const end = text.slice(-2);
    if (end.endsWith('\u00ad') || (/\p{Ll}[-\u2010]/u.test(end) && /^\p{Ll}/u.test(line)))
      return text.slice(0, -1) + line;
    if (/[\p{L}\p{N}][-–—/]/u.test(end)) return text + line;
    return `${text} ${line}`;
  }, '');
}
