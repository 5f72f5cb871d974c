import { piecesOf } from '../long-text.ts';
import { INLINE_SYNTAX, LINE_SYNTAX } from '../text/escape-markdown.ts';

/** What text is beside being text. */
export interface Mark {
  readonly kind: 'strong' | 'emphasis' | 'deleted' | 'sup' | 'sub' | 'code' | 'link';
  /** Of a link. Two links that follow each other are two, also where they lead to the same place. */
  readonly address?: string;
}

/** From the outermost to the innermost. Each kind is there once, and nothing is in code. */
export type Marks = readonly Mark[];

/** What is in its like is no more than that; in code, Markdown is no syntax, but the code may be a link's text. */
export function withMark(marks: Marks, mark: Mark): Marks {
  if (marks.some(({ kind }) => kind === mark.kind)) return marks;
  const code = marks.findIndex(({ kind }) => kind === 'code');
  if (code === -1) return [...marks, mark];
  return mark.kind === 'link' ? marks.toSpliced(code, 0, mark) : marks;
}

interface OpenMark {
  readonly mark: Mark;
  readonly end: string;
}

/** A line that would make a heading of the one before it, or a rule. */
const UNDERLINE = /^([-=_])\1*$/;

/**
 * Writes the text of one paragraph as Markdown, piece by piece. White space goes outside of the marks, as Markdown wants it, and neighbours
 * with the same mark share it, so that delimiters balance whatever the tags were.
 */
export class InlineWriter {
  readonly #inOneLine: boolean;
  readonly #lines: string[] = [];
  readonly #open: OpenMark[] = [];
  #line = '';
  #code = '';
  #pending: 'nothing' | 'space' | 'break' = 'nothing';
  /** The delimiter that was written last, if nothing follows it yet: one of the same sign would become part of it. */
  #justClosed = '';

  /** @param inOneLine whether a line break is only a space, as in a heading */
  constructor(inOneLine: boolean) {
    this.#inOneLine = inOneLine;
  }

  /** Text as the page has it: a run of white space is one space. */
  text(text: string, marks: Marks): void {
    for (const piece of piecesOf(text)) {
      const words = piece.trim();
      if (/^\s/.test(piece)) this.space();
      if (words === '') continue;
      this.#write(words.replace(/\s+/g, ' '), marks);
      if (/\s$/.test(piece)) this.space();
    }
  }

  /** What is Markdown already. */
  markdown(markdown: string, marks: Marks): void {
    this.#openAs(marks);
    this.#append(markdown);
  }

  space(): void {
    if (this.#pending === 'nothing') this.#pending = 'space';
  }

  /** @returns whether it is the second in a row: an empty line, as between paragraphs */
  lineBreak(): boolean {
    const isSecond = this.#pending === 'break';
    this.#pending = 'break';
    return isSecond;
  }

  /** @returns its lines, none when nothing was written */
  end(): string[] {
    this.#closeDownTo(0);
    if (this.#line !== '') this.#lines.push(this.#line);
    return this.#lines;
  }

  #write(words: string, marks: Marks): void {
    this.#openAs(marks);
    if (this.#isOpen('code')) {
      this.#code += words;
      return;
    }
    let escaped = words.replace(INLINE_SYNTAX, '\\$&');
    if (this.#line === '') escaped = escaped.replace(LINE_SYNTAX, '$1\\$2').replace(UNDERLINE, '\\$&');
    this.#append(this.#isOpen('link') && !isBalanced(words) ? escaped.replace(/(?<!\\)[[\]]/g, '\\$&') : escaped);
  }

  #append(markdown: string): void {
    this.#line += markdown;
    this.#justClosed = '';
  }

  #isOpen(kind: Mark['kind']): boolean {
    return this.#open.some(({ mark }) => mark.kind === kind);
  }

  #openAs(marks: Marks): void {
    let common = 0;
    while (common < this.#open.length && this.#goesOn(this.#open[common]?.mark, marks[common])) common++;
    this.#closeDownTo(common);
    this.#writePending();
    for (const mark of marks.slice(common)) {
      const [start, end] = delimitersOf(mark, this.#justClosed);
      this.#append(start);
      this.#open.push({ mark, end });
    }
  }

  #goesOn(open: Mark | undefined, mark: Mark | undefined): boolean {
    if (open === mark) return true;
    const joins = mark?.kind === 'code' ? this.#pending === 'nothing' : mark?.kind !== 'link';
    return open?.kind === mark?.kind && joins;
  }

  #writePending(): void {
    const pending = this.#pending;
    this.#pending = 'nothing';
    if (pending === 'nothing') return;
    if (this.#isOpen('code')) this.#code += ' ';
    else if (this.#line === '') return;
    else if (pending === 'space' || this.#inOneLine || this.#isOpen('link')) this.#append(' ');
    else {
      this.#lines.push(`${this.#line}  `);
      this.#line = '';
    }
  }

  #closeDownTo(depth: number): void {
    while (this.#open.length > depth) {
      const { mark, end } = this.#open.pop() as OpenMark;
      if (mark.kind === 'code') {
        this.#append(inlineCode(this.#code));
        this.#code = '';
      } else {
        this.#append(end);
        this.#justClosed = end;
      }
    }
  }
}

/** In the shortest run of backticks that it has not itself. */
export function inlineCode(code: string): string {
  const fence = '`'.repeat(longestRun(code, '`') + 1);
  return /^`|`$/.test(code) ? `${fence} ${code} ${fence}` : `${fence}${code}${fence}`;
}

export function longestRun(text: string, sign: string): number {
  let longest = 0;
  let run = 0;
  for (let i = 0; i < text.length; i++) {
    run = text[i] === sign ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}

/** Superscript and subscript are HTML, which GitHub renders and which no reader takes for another number. */
function delimitersOf({ kind, address }: Mark, before: string): readonly [start: string, end: string] {
  const star = before.endsWith('*') ? '_' : '*';
  switch (kind) {
    case 'emphasis':
      return [star, star];
    case 'strong':
      return [star + star, star + star];
    case 'deleted':
      return ['~~', '~~'];
    case 'link':
      return ['[', `](${address})`];
    case 'code':
      return ['', ''];
    default:
      return [`<${kind}>`, `</${kind}>`];
  }
}

function isBalanced(text: string): boolean {
  let depth = 0;
  for (const bracket of text.match(/[[\]]/g) ?? []) {
    depth += bracket === '[' ? 1 : -1;
    if (depth < 0) return false;
  }
  return depth === 0;
}
