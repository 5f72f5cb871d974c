import type { PDFPageProxy } from 'unpdf/pdfjs';

/** A piece of text as the page draws it, in points, measured from the top left corner of the page, turned so that most text is upright. */
export interface TextRun {
  readonly text: string;
  /** Left edge. */
  readonly x: number;
  /** Baseline. */
  readonly y: number;
  readonly width: number;
  /** Font size. */
  readonly size: number;
  readonly rightToLeft: boolean;
  /** The marked content it belongs to, to which the structure tree of a tagged PDF refers. */
  readonly mark?: string;
  /** Declared to be no part of the document's text: page numbers, running headers, rules. */
  readonly artifact: boolean;
}

export type Matrix = readonly [number, number, number, number, number, number];

/** What pdf.js gives, with the types that it really has. */
interface TextItem {
  readonly str: string;
  readonly transform: Matrix;
  readonly width: number;
  readonly dir: string;
  readonly fontName: string;
}
type Item = TextItem | { readonly type: string; readonly id?: string | null; readonly tag?: string };

export interface PageText {
  /** In the order in which the page draws them, which is nearly always the order of reading. */
  readonly runs: readonly TextRun[];
  /** Of the turned page, in points. */
  readonly height: number;
  /** From the page's own space to the one that the runs stand in. */
  readonly toPage: Matrix;
  /** Whether runs were left out that have glyphs and no Unicode: what stands for them is no text. */
  readonly hasUnreadable: boolean;
}

/** Characters of one font on a page, below which signs without Unicode are bullets or a formula's. */
const FEWEST_CHARACTERS = 20;
/** Share of a font's characters that no text has, from which the rest are not what they seem either. */
const UNREADABLE_SHARE = 0.05;
/** The space of fonts whose glyphs are numbered as usual: what stands for the letters are then numbers as well. */
const GLYPH_OF_SPACE = '\x03';
/** Control characters, what no character is, and words in a font's private places. */
const UNREADABLE = /[\ufffd\p{Cn}]|(?![\t\n\r\f])\p{Cc}|\p{Co}{3,}/gu;

/** A bullet or a formula's sign stands alone, or beside another. */
const STRANGE_WORD = /^(?:[\ufffd\p{Cn}]|(?![\t\n\r\f])\p{Cc}){4,}$/u;

/** Reads a page's text and where it stands. */
export async function readPageText(page: PDFPageProxy): Promise<PageText> {
  const content = await page.getTextContent({ includeMarkedContent: true });
  const items = content.items as Item[];
  const { transform, width, height } = page.getViewport({ scale: 1 }) as {
    transform: unknown;
    width: number;
    height: number;
  };
  const view = transform as Matrix;
  const upright = turn(quarterTurns(items, view), width, height);
  const toPage = multiply(upright.matrix, view);
  const marks: { mark?: string; artifact: boolean }[] = [];
  const runs: TextRun[] = [];
  const unreadable = unreadableFonts(items);
  for (const item of items) {
    if ('str' in item) {
      if (item.str !== '' && !unreadable.has(item.fontName)) runs.push({ ...runOf(item, toPage), ...marks.at(-1) });
    } else if (item.type === 'endMarkedContent') {
      marks.pop();
    } else {
      const outer = marks.at(-1);
      const mark = item.id ?? outer?.mark;
      marks.push({ ...(mark && { mark }), artifact: item.tag === 'Artifact' || (outer?.artifact ?? false) });
    }
  }
  return { runs, height: upright.height, toPage, hasUnreadable: unreadable.size > 0 };
}

/** Fonts whose glyphs are numbered and not named, so that a page's text in them is another alphabet's, or none. */
function unreadableFonts(items: readonly Item[]): Set<string> {
  const textOf = new Map<string, string[]>();
  for (const item of items) {
    if (!('str' in item) || item.str.trim() === '') continue;
    const texts = textOf.get(item.fontName);
    if (texts) texts.push(item.str);
    else textOf.set(item.fontName, [item.str]);
  }
  const unreadable = new Set<string>();
  for (const [font, texts] of textOf) {
    const text = texts.join(' ');
    if (text.length < FEWEST_CHARACTERS) {
      if (texts.some((each) => STRANGE_WORD.test(each))) unreadable.add(font);
      continue;
    }
    const strange = text.match(UNREADABLE) ?? [];
    const length = strange.reduce((sum, signs) => sum + signs.length, 0);
    const isSpace = strange.every((sign) => sign === strange[0] && sign !== GLYPH_OF_SPACE) && /\p{Ll}{4}/u.test(text);
    if (length > UNREADABLE_SHARE * text.length && !isSpace) unreadable.add(font);
  }
  return unreadable;
}

function runOf(item: TextItem, toPage: Matrix): TextRun {
  const [a, b, c, d, x, y] = multiply(toPage, item.transform);
  const level = a > 0 && Math.abs(b) <= a * 0.1;
  return {
    text: clean(item.str),
    x,
    y,
    width: level ? item.width : 0,
    size: Math.hypot(c, d),
    rightToLeft: item.dir === 'rtl',
    artifact: false,
  };
}

/** How often the page must be turned left by 90° until most of its text is upright: tables are often printed sideways. */
function quarterTurns(items: readonly Item[], view: Matrix): number {
  const characters = [0, 0, 0, 0];
  for (const item of items) {
    if (!('str' in item)) continue;
    const [a, b] = multiply(view, item.transform);
    const turns = (Math.round(Math.atan2(b, a) / (Math.PI / 2)) + 4) % 4;
    characters[turns] = (characters[turns] ?? 0) + item.str.length;
  }
  return characters.indexOf(Math.max(...characters));
}

function turn(quarters: number, width: number, height: number): { matrix: Matrix; height: number } {
  switch (quarters) {
    case 1:
      return { matrix: [0, -1, 1, 0, 0, width], height: width };
    case 2:
      return { matrix: [-1, 0, 0, -1, width, height], height };
    case 3:
      return { matrix: [0, 1, -1, 0, height, 0], height: width };
    default:
      return { matrix: [1, 0, 0, 1, 0, 0], height };
  }
}

/** Latin ligatures, and the forms that Arabic letters have at a word's beginning or end, as the letters that they stand for. */
export function plainLetters(text: string): string {
  return text.replace(/[\ufb00-\ufb06\ufb50-\ufdfb\ufe80-\ufefc]+/g, (forms) => forms.normalize('NFKC'));
}

/** Ligatures and the many kinds of space into plain letters and spaces; control characters away, but for those in a space's place. */
function clean(text: string): string {
  return plainLetters(text)
    .replace(/(?<=\p{L})\p{Cc}(?=\p{L})/gu, ' ')
    .replace(/[\s\u00a0]+/g, ' ')
    .replace(/[\p{Cc}\ufffe\uffff]/gu, '');
}

export function multiply(m: Matrix, n: Matrix): Matrix {
  return [
    m[0] * n[0] + m[2] * n[1],
    m[1] * n[0] + m[3] * n[1],
    m[0] * n[2] + m[2] * n[3],
    m[1] * n[2] + m[3] * n[3],
    m[0] * n[4] + m[2] * n[5] + m[4],
    m[1] * n[4] + m[3] * n[5] + m[5],
  ];
}
