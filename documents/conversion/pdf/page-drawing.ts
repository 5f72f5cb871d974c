import type { PDFPageProxy } from 'unpdf/pdfjs';
import { type Matrix, multiply } from './text-run.ts';
import { listenToWarnings } from './warnings.ts';

type Glyphs = readonly ({ readonly unicode?: string; readonly isSpace?: boolean } | number | null)[];
type Codes = Readonly<Record<string, number>>;

/** What a page draws beside text that can be read, by its drawing operators. */
export interface PageDrawing {
  /** Text counts as well: where a page has none, its letters have no Unicode. */
  readonly paintsAnything: boolean;
  /** Share of the page that images cover; above 1 where they overlap. */
  readonly imageShare: number;
  /** Filled outlines of more than a box's corners: letters, if they are many. */
  readonly outlines: number;
  /** Whether text lies under or over an image without being drawn, as OCR programs put it there. */
  readonly hasInvisibleText: boolean;
  /** Whether it writes text in a font that could not be loaded, which is missing from the page's text. */
  readonly losesText: boolean;
}

const IMAGE = /^paint(Inline)?Image(XObject|MaskXObject|MaskXObjectGroup)?(Repeat|Group)?$/;
const PAINTING = /^(paint(?!Form)|fill|eoFill|stroke|shadingFill|closeStroke|closeFill|closeEOFill)/i;

/** Numbers in a path that draws a box. */
const BOX_LENGTH = 20;
/** Numbers in a path, of each of several outlines that are filled at once. */
const OUTLINE_LENGTH = 200;
const INVISIBLE = 3;
/** pdf.js's `AnnotationMode`. */
export const WITHOUT_ANNOTATIONS = 0;
const WITH_ANNOTATIONS = 1;

/**
 * Costs far more than reading a page's text, as images are decoded for it: only for pages whose text raises a doubt.
 *
 * @param hasFields whether annotations are passed over: the frames of a form's fields are nothing that one reads
 */
export async function readDrawing(page: PDFPageProxy, hasFields: boolean): Promise<PageDrawing> {
  const codes = await operatorCodes();
  const painting = codesOf(codes, PAINTING);
  const images = codesOf(codes, IMAGE);
  const filling = codesOf(codes, /^(fill|eoFill)/);
  const annotationMode = hasFields ? WITHOUT_ANNOTATIONS : WITH_ANNOTATIONS;
  const warnings = listenToWarnings();
  const imagesBefore = warnings.ofImages;
  const operators = await page.getOperatorList({ annotationMode });
  const missesImages = warnings.ofImages > imagesBefore;
  const { width, height } = page.getViewport({ scale: 1 });
  const fonts = page.commonObjs as unknown as { has(name: string): boolean; get(name: string): unknown };
  let covered = 0;
  let largest = 0;
  let outlines = 0;
  let isInvisible = false;
  let hasInvisibleText = false;
  let paints = false;
  let fontIsMissing = false;
  let losesText = false;
  for (const { code, args, matrix } of placedOperators(operators, codes)) {
    // pdf.js keeps a message in place of a font that it could not load.
    if (code === codes.setFont) fontIsMissing = fonts.has(args[0]) && typeof fonts.get(args[0]) === 'string';
    if (code === codes.setTextRenderingMode) isInvisible = args[0] === INVISIBLE;
    if (code === codes.showText) losesText ||= fontIsMissing;
    if (code === codes.showText) hasInvisibleText ||= isInvisible;
    if (code === codes.showText) paints ||= !isInvisible && (args[0] as Glyphs).some(isVisible);
    if (code === codes.transform) largest = Math.max(largest, areaOf(matrix));
    if (images.has(code)) covered += areaOf(matrix);
    // What a path is made for comes with it: many only clip what follows, which may be nothing.
    if (code === codes.constructPath && filling.has(args?.[0])) outlines += outlinesOf(args[1]?.[0]?.length ?? 0);
    paints ||= painting.has(code === codes.constructPath ? args?.[0] : code);
  }
  // An image that could not be decoded leaves only the place that was made for it.
  const imageShare = (missesImages ? Math.max(covered, largest) : covered) / (width * height);
  return { paintsAnything: paints || missesImages, imageShare, outlines, hasInvisibleText, losesText };
}

interface Operators {
  readonly fnArray: readonly number[];
  // biome-ignore lint/suspicious/noExplicitAny: pdf.js's arguments are of every kind
  readonly argsArray: readonly any[];
}

/** Drawing operators in their order, each with the matrix from its own space to the page's. */
export function* placedOperators({ fnArray, argsArray }: Operators, codes: Codes) {
  let matrix: Matrix = [1, 0, 0, 1, 0, 0];
  const outer: Matrix[] = [];
  for (const [i, code] of fnArray.entries()) {
    const args = argsArray[i];
    if (code === codes.save || code === codes.paintFormXObjectBegin) outer.push(matrix);
    if (code === codes.restore || code === codes.paintFormXObjectEnd) matrix = outer.pop() ?? matrix;
    if (code === codes.transform) matrix = multiply(matrix, args);
    if (code === codes.paintFormXObjectBegin && args[0]) matrix = multiply(matrix, args[0]);
    yield { code, args, matrix };
  }
}

/** Of an image, which is drawn as wide and as high as one unit. */
function areaOf(matrix: Matrix): number {
  return Math.abs(matrix[0] * matrix[3] - matrix[1] * matrix[2]);
}

function outlinesOf(length: number): number {
  return length < BOX_LENGTH ? 0 : Math.max(1, Math.floor(length / OUTLINE_LENGTH));
}

/** The text that each annotation's appearance shows, by the annotations' ids. */
export async function annotationsAsDrawn(page: PDFPageProxy): Promise<Map<string, string>> {
  const codes = await operatorCodes();
  const newLine = codesOf(codes, /^(nextLine|moveText|setLeadingMoveText|setTextMatrix|beginText)/);
  const { fnArray, argsArray } = await page.getOperatorList();
  const texts = new Map<string, string>();
  let id: string | undefined;
  fnArray.forEach((code, i) => {
    const args = argsArray[i];
    if (code === codes.beginAnnotation) id = args[0];
    if (code === codes.endAnnotation) id = undefined;
    if (id === undefined) return;
    const before = texts.get(id) ?? '';
    if (newLine.has(code)) texts.set(id, `${before} `);
    if (code === codes.showText) texts.set(id, before + textOf(args[0]));
  });
  return new Map([...texts].map(([name, text]) => [name, text.replace(/\s+/g, ' ').trim()]));
}

/** What each glyph of a page's text stands for, in the order of drawing; a list for each operator that shows some. */
export async function glyphsOf(page: PDFPageProxy): Promise<string[][]> {
  const codes = await operatorCodes();
  const { fnArray, argsArray } = await page.getOperatorList({ annotationMode: WITHOUT_ANNOTATIONS });
  return fnArray.flatMap((code, i) => (code === codes.showText ? [lettersOf(argsArray[i][0])] : []));
}

function isVisible(glyph: Glyphs[number]): boolean {
  return typeof glyph === 'object' && glyph !== null && !glyph.isSpace;
}

/** In thousandths of a font size: a step to the right that is read as a space. */
const SPACE = -200;

function textOf(glyphs: Glyphs): string {
  return lettersOf(glyphs).join('');
}

function lettersOf(glyphs: Glyphs): string[] {
  return glyphs.map((glyph) => (typeof glyph === 'number' ? (glyph < SPACE ? ' ' : '') : (glyph?.unicode ?? '')));
}

export async function operatorCodes(): Promise<Codes> {
  const { getResolvedPDFJS } = await import('unpdf');
  return (await getResolvedPDFJS()).OPS;
}

export function codesOf(codes: Codes, names: RegExp): Set<number> {
  return new Set(Object.entries(codes).flatMap(([name, code]) => (names.test(name) ? code : [])));
}
