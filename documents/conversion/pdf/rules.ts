import type { PDFPageProxy } from 'unpdf/pdfjs';
import { codesOf, operatorCodes, placedOperators, WITHOUT_ANNOTATIONS } from './page-drawing.ts';
import { type Matrix, multiply } from './text-run.ts';

/** A straight line that a page draws, level or upright, in points from the top left. */
export interface Rule {
  readonly upright: boolean;
  /** Its place across: from the top for a level one, from the left for an upright one. */
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

/** In points: thicker boxes are no lines, and shorter lines separate nothing. */
const THICKEST = 3;
const SHORTEST = 4;
/** Drawings of more lines are pictures. */
const MOST_RULES = 3000;
/** In a path: what each number begins, and how many numbers follow it. */
const [MOVE, LINE, CLOSE] = [0, 1, 4];
const LENGTHS: Readonly<Record<number, number>> = { 0: 2, 1: 2, 2: 6, 3: 4, 4: 0 };

/**
 * The lines of a page, those of boxes among them. Costs about half of what reading the page's text does.
 *
 * @param toPage from the page's own space to the one that runs stand in
 * @returns none where there are too many for a table's
 */
export async function readRules(page: PDFPageProxy, toPage: Matrix): Promise<Rule[]> {
  const codes = await operatorCodes();
  const stroking = codesOf(codes, /stroke/i);
  const filling = codesOf(codes, /fill/i);
  const rules: Rule[] = [];
  const operators = await page.getOperatorList({ annotationMode: WITHOUT_ANNOTATIONS });
  for (const { code, args, matrix } of placedOperators(operators, codes)) {
    if (code !== codes.constructPath) continue;
    const [painting, [path]] = args as [number, [Float32Array | null]];
    const toPaper = multiply(toPage, matrix);
    if (path === null || !(stroking.has(painting) || filling.has(painting))) continue;
    for (const outline of outlinesOf(path, toPaper)) {
      for (const rule of stroking.has(painting) ? rulesOfLine(outline) : rulesOfBox(outline)) rules.push(rule);
      if (rules.length > MOST_RULES) return [];
    }
  }
  return rules;
}

type Point = readonly [x: number, y: number];

/** The corners of each part of a path, without those that curve. */
function outlinesOf(path: Float32Array, matrix: Matrix): Point[][] {
  const outlines: Point[][] = [];
  let curved = false;
  for (let at = 0; at < path.length; at += 1 + (LENGTHS[path[at] as number] ?? path.length)) {
    const kind = path[at];
    if (kind === MOVE) {
      outlines.push([]);
      curved = false;
    }
    const outline = outlines.at(-1);
    if (outline === undefined || curved) continue;
    if (kind === MOVE || kind === LINE) outline.push(placed(path[at + 1] as number, path[at + 2] as number, matrix));
    else if (kind === CLOSE) outline.push(outline[0] as Point);
    else {
      curved = true;
      outline.length = 0;
    }
  }
  return outlines;
}

function placed(x: number, y: number, [a, b, c, d, e, f]: Matrix): Point {
  return [a * x + c * y + e, b * x + d * y + f];
}

function rulesOfLine(outline: readonly Point[]): Rule[] {
  return outline.slice(1).flatMap(([x, y], i) => ruleOf(...(outline[i] as Point), x, y) ?? []);
}

/** Many programs draw a line as a box that they fill. */
function rulesOfBox(outline: readonly Point[]): Rule[] {
  if (outline.length < 4 || outline.length > 5) return [];
  const [xs, ys] = [outline.map(([x]) => x), outline.map(([, y]) => y)];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const [x, y] = [(left + right) / 2, (top + bottom) / 2];
  const isLevel = bottom - top <= THICKEST;
  if (isLevel || right - left <= THICKEST) {
    const rule = isLevel ? ruleOf(left, y, right, y) : ruleOf(x, top, x, bottom);
    return rule ? [rule] : [];
  }
  // The shade of a row separates it from the next; cells are shaded in too many ways to tell columns by.
  return [top, bottom].flatMap((at) => ruleOf(left, at, right, at) ?? []);
}

function ruleOf(x1: number, y1: number, x2: number, y2: number): Rule | undefined {
  const [width, height] = [Math.abs(x2 - x1), Math.abs(y2 - y1)];
  if (width < 1 && height >= SHORTEST) {
    return { upright: true, at: (x1 + x2) / 2, from: Math.min(y1, y2), to: Math.max(y1, y2) };
  }
  if (height < 1 && width >= SHORTEST) {
    return { upright: false, at: (y1 + y2) / 2, from: Math.min(x1, x2), to: Math.max(x1, x2) };
  }
  return undefined;
}
