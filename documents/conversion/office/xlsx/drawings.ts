import type { Block } from '../../blocks.ts';
import { inOneLine } from '../../long-text.ts';
import { type OfficePackage, relatedPart } from '../office-package.ts';
import { chartTable } from '../pptx/chart.ts';
import { paragraphsText } from '../pptx/paragraphs.ts';
import { diagramBlocks } from '../pptx/shapes.ts';
import { childOf, descendantsOf, parseXml, type XmlElement } from '../xml.ts';

export interface Drawings {
  /** Text boxes, the values of charts, the texts of diagrams and those that stand for pictures, from top to bottom. */
  readonly blocks: readonly Block[];
  readonly pictures: number;
  /** Charts and objects of which nothing is read. */
  readonly unread: number;
}

/** What is drawn on a sheet (ECMA-376, part 1, 20.5). */
export function readDrawings(office: OfficePackage, sheet: string): Drawings {
  const part = relatedPart(office, sheet, 'drawing');
  if (part === undefined) return { blocks: [], pictures: 0, unread: 0 };
  const blocks: Block[] = [];
  let pictures = 0;
  let unread = 0;
  const read = (element: XmlElement): void => {
    switch (element.name) {
      case 'AlternateContent':
        for (const child of (childOf(element, 'Choice') ?? childOf(element, 'Fallback'))?.children ?? []) read(child);
        return;
      case 'sp': {
        const text = paragraphsText(childOf(element, 'txBody'), office.linksOf(part));
        if (text !== '') blocks.push({ kind: 'paragraph', text });
        return;
      }
      case 'pic': {
        pictures++;
        const text = inOneLine(childOf(element, 'nvPicPr', 'cNvPr')?.attributes.descr ?? '');
        if (text !== '') blocks.push({ kind: 'picture', text });
        return;
      }
      case 'graphicFrame': {
        const graphic = graphicBlocks(element, office, part);
        if (graphic.length === 0) unread++;
        blocks.push(...graphic);
        return;
      }
      default:
        for (const child of element.children) read(child);
    }
  };
  for (const anchor of inReadingOrder(parseXml(office.read(part)).children)) read(anchor);
  return { blocks, pictures, unread };
}

/** From top to bottom, and in one row from the left, by the cell that each begins in; without one, it stands before them. */
function inReadingOrder(anchors: readonly XmlElement[]): XmlElement[] {
  const placed = anchors.map((anchor) => {
    const [from] = descendantsOf(anchor, 'from');
    const [row = -1, column = -1] = ['row', 'col'].map((name) => Number(childOf(from, name)?.text || -1));
    return { anchor, row, column };
  });
  return placed.sort((a, b) => a.row - b.row || a.column - b.column).map(({ anchor }) => anchor);
}

function graphicBlocks(frame: XmlElement, office: OfficePackage, part: string): Block[] {
  const relationships = office.relationshipsOf(part);
  return descendantsOf(frame, 'graphicData').flatMap((data) => {
    const chart = relationships.get(childOf(data, 'chart')?.attributes['r:id'] ?? '');
    if (chart && office.has(chart.target)) return chartTable(parseXml(office.read(chart.target)));
    const diagram = relationships.get(childOf(data, 'relIds')?.attributes['r:dm'] ?? '');
    return diagram && office.has(diagram.target) ? diagramBlocks(diagram.target, office) : [];
  });
}
