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

type Matrix = readonly [number, number, number, number, number, number];

/** What pdf.js gives, with the types that it really has. */
interface TextItem {
  readonly str: string;
  readonly transform: Matrix;
  readonly width: number;
  readonly dir: string;
}
type Item = TextItem | { readonly type: string; readonly id?: string | null; readonly tag?: string };

export interface PageText {
  /** In the order in which the page draws them, which is nearly always the order of reading. */
  readonly runs: readonly TextRun[];
  /** Of the turned page, in points. */
  readonly height: number;
}

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
  for (const item of items) {
    if ('str' in item) {
      if (item.str !== '') runs.push({ ...runOf(item, toPage), ...marks.at(-1) });
    } else if (item.type === 'endMarkedContent') {
      marks.pop();
    } else {
      const outer = marks.at(-1);
      const mark = item.id ?? outer?.mark;
      marks.push({ ...(mark && { mark }), artifact: item.tag === 'Artifact' || (outer?.artifact ?? false) });
    }
  }
  return { runs, height: upright.height };
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

/** Ligatures and the many kinds of space into plain letters and spaces; control characters away. */
function clean(text: string): string {
  return text
    .replace(/[\ufb00-\ufb06]/g, (ligature) => ligature.normalize('NFKC'))
    .replace(/[\s\u00a0]+/g, ' ')
    .replace(/[\p{Cc}\ufffe\uffff]/gu, '');
}

function multiply(m: Matrix, n: Matrix): Matrix {
  return [
    m[0] * n[0] + m[2] * n[1],
    m[1] * n[0] + m[3] * n[1],
    m[0] * n[2] + m[2] * n[3],
    m[1] * n[2] + m[3] * n[3],
    m[0] * n[4] + m[2] * n[5] + m[4],
    m[1] * n[4] + m[3] * n[5] + m[5],
  ];
}
