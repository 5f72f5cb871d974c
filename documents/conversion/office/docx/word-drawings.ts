import { type Block, plainText } from '../../blocks.ts';
import { childOf, childrenOf, descendantsOf, type XmlElement } from '../xml.ts';
import type { LeftOut } from './remarks.ts';
import { lengthOfText, plainParagraph, word } from './word-xml.ts';

/** Of the part of the document that a drawing stands in. */
export interface DrawingContext {
  /** The blocks of a chart or diagram, by the id of its relationship. */
  graphic(id: string): readonly Block[];
  /** Whether a relationship of that id is there: mammoth stops at a picture without one. */
  hasRelationship(id: string | undefined): boolean;
  /** What is left out. */
  leftOut(what: LeftOut): void;
  /** Headers stand on every page: what leads elsewhere, or counts pages, is left out. */
  readonly isHeader: boolean;
}

/** Rewrites what stands in a text box. */
type RewriteBox = (content: readonly XmlElement[]) => XmlElement[];

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Share of a page's width and height that a scanned page covers at the least, within usual margins. */
const PAGE_SHARE = 0.6;
/** Of sections that do not say it: A4. In points. */
const USUAL_PAGE: Size = { width: 595, height: 842 };
const [EMU_PER_POINT, TWIPS_PER_POINT] = [12_700, 20];
const POINTS: Readonly<Record<string, number>> = { pt: 1, in: 72, px: 0.75, cm: 28.35, mm: 2.835 };

/** Newer programs' content, or the older ones' where it says as much (ECMA-376, part 3, 10.2.1). */
export function chosenAlternative(alternatives: XmlElement): readonly XmlElement[] {
  const choice = childOf(alternatives, 'Choice');
  const fallback = childOf(alternatives, 'Fallback');
  const isRicher = choice !== undefined && lengthOfText(choice) > (fallback ? lengthOfText(fallback) : 0);
  const hasGraphic = choice !== undefined && descendantsOf(choice, 'graphicData').some(isGraphic);
  return (isRicher || hasGraphic || fallback === undefined ? choice : fallback)?.children ?? [];
}

function isGraphic(data: XmlElement): boolean {
  return data.children.some(({ name }) => name === 'chart' || name === 'relIds');
}

/** The picture as it is, and behind its paragraph the texts of boxes, charts and diagrams. */
export function drawing(element: XmlElement, context: DrawingContext, rewriteBox: RewriteBox): XmlElement[] {
  const boxes = outermost(element, 'txbxContent').flatMap(({ children }) => rewriteBox(children));
  const graphics = descendantsOf(element, 'graphicData').flatMap((data) =>
    data.children.flatMap(({ name, attributes }) => {
      const id = name === 'chart' ? attributes['r:id'] : name === 'relIds' ? attributes['r:dm'] : undefined;
      return id === undefined ? [] : context.graphic(id).flatMap(blockToWord);
    }),
  );
  const isPicture =
    !context.isHeader &&
    descendantsOf(element, 'pic').length > 0 &&
    descendantsOf(element, 'blip').every(({ attributes }) =>
      context.hasRelationship(attributes['r:embed'] ?? attributes['r:link']),
    );
  const pictures = isPicture ? [element] : [];
  const behind = [...boxes, ...graphics];
  return behind.length === 0 ? pictures : [...pictures, word('pict', {}, ...behind)];
}

/** Drawings in VML: boxes of any shape, and text that is drawn. */
export function legacyDrawing(element: XmlElement, context: DrawingContext, rewriteBox: RewriteBox): XmlElement[] {
  if (descendantsOf(element, 'OLEObject').length > 0) context.leftOut('object');
  const boxes = outermost(element, 'txbxContent').flatMap(({ children }) => rewriteBox(children));
  const drawn = descendantsOf(element, 'textpath').flatMap(({ attributes: { string = '' } }) =>
    string.trim() === '' ? [] : [plainParagraph(string)],
  );
  const pictures = context.isHeader
    ? []
    : descendantsOf(element, 'imagedata').filter(({ attributes }) => context.hasRelationship(attributes['r:id']));
  const behind = [...pictures, ...boxes, ...drawn];
  return behind.length === 0 ? [] : [word('pict', {}, ...behind)];
}

function outermost(element: XmlElement, name: string): XmlElement[] {
  return element.children.flatMap((child) => (child.name === name ? [child] : outermost(child, name)));
}

function blockToWord(block: Block): XmlElement[] {
  if (block.kind !== 'table') return [plainParagraph(plainText(block.text))];
  const rows = block.rows.map((row) =>
    word('tr', {}, ...row.map((text) => word('tc', {}, word('tcPr', {}), plainParagraph(plainText(text))))),
  );
  return [word('tbl', {}, ...rows)];
}

/** How many pictures are as large as a page, as scanned ones are. */
export function countPagePictures(body: XmlElement | undefined): number {
  let page = pageOf(childOf(body, 'sectPr'));
  let pictures = 0;
  // A section's properties stand in its last paragraph.
  for (const block of [...(body?.children ?? [])].reverse()) {
    const ending = childOf(block, 'pPr', 'sectPr');
    if (ending) page = pageOf(ending);
    pictures += pictureSizes(block).filter(
      ({ width, height }) => width >= PAGE_SHARE * page.width && height >= PAGE_SHARE * page.height,
    ).length;
  }
  return pictures;
}

function pageOf(section: XmlElement | undefined): Size {
  const { 'w:w': width, 'w:h': height } = childOf(section, 'pgSz')?.attributes ?? {};
  const page = { width: Number(width) / TWIPS_PER_POINT, height: Number(height) / TWIPS_PER_POINT };
  return page.width > 0 && page.height > 0 ? page : USUAL_PAGE;
}

function pictureSizes(block: XmlElement): Size[] {
  const drawings = descendantsOf(block, 'drawing').filter((each) => descendantsOf(each, 'blip').length > 0);
  const extents = drawings.flatMap((each) => descendantsOf(each, 'extent').slice(0, 1));
  const shapes = descendantsOf(block, 'shape').filter((shape) => childrenOf(shape, 'imagedata').length > 0);
  return [
    ...extents.map(({ attributes: { cx, cy } }) => ({
      width: Number(cx) / EMU_PER_POINT,
      height: Number(cy) / EMU_PER_POINT,
    })),
    ...shapes.map(({ attributes: { style = '' } }) => ({
      width: inPoints(style, 'width'),
      height: inPoints(style, 'height'),
    })),
  ];
}

function inPoints(style: string, property: string): number {
  const [, number, unit = ''] = style.match(new RegExp(`(?:^|;)\\s*${property}\\s*:\\s*([\\d.]+)([a-z]{2})`)) ?? [];
  return Number(number ?? 0) * (POINTS[unit] ?? 0);
}
