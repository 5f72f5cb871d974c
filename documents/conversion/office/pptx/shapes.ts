import { type Block, linkTo, plainText } from '../../blocks.ts';
import { inOneLine } from '../../long-text.ts';
import type { OfficePackage } from '../office-package.ts';
import { childOf, childrenOf, descendantsOf, parseXml, type XmlElement } from '../xml.ts';
import { type BulletStyles, bulletIn, bulletOf, type Placeholder } from './bullet-styles.ts';
import { chartTable } from './chart.ts';
import { type Links, paragraphsText, paragraphText } from './paragraphs.ts';

export interface SlideContext {
  readonly office: OfficePackage;
  /** The slide's own part. */
  readonly part: string;
  readonly bulletStyles: BulletStyles;
}

/** Whether nobody sees it. */
export function isHidden({ children }: XmlElement): boolean {
  return children.some((child) => isOn(childOf(child, 'cNvPr')?.attributes.hidden));
}

/** What one shape says: a title, paragraphs and list items, a table, the values of a chart, or the text that stands for a picture. */
export function shapeBlocks(shape: XmlElement, context: SlideContext): Block[] {
  if (shape.name === 'graphicFrame') return graphicBlocks(shape, context);
  const kind = shape.name === 'pic' ? 'nvPicPr' : 'nvSpPr';
  const click = childOf(shape, kind, 'cNvPr', 'hlinkClick')?.attributes['r:id'];
  const address = context.office.linksOf(context.part).get(click ?? '');
  if (shape.name === 'pic') return [...altText(shape, kind), ...(address ? [asParagraph(address)] : [])];
  const blocks = textBlocks(shape, context);
  if (blocks.length === 0) return altText(shape, kind);
  return address === undefined ? blocks : blocks.map((block) => leadingTo(address, block));
}

function textBlocks(shape: XmlElement, context: SlideContext): Block[] {
  const ph = childOf(shape, 'nvSpPr', 'nvPr', 'ph')?.attributes;
  const placeholder = ph && { type: ph.type ?? 'obj', index: ph.idx ?? '' };
  const body = childOf(shape, 'txBody');
  if (placeholder && /^(title|ctrTitle)$/.test(placeholder.type)) {
    const text = inOneLine(paragraphsText(body, context.office.linksOf(context.part)));
    return text === '' ? [] : [{ kind: 'heading', level: placeholder.type === 'title' ? 2 : 1, text }];
  }
  return bodyBlocks(body, placeholder, context);
}

function bodyBlocks(
  body: XmlElement | undefined,
  placeholder: Placeholder | undefined,
  { office, part, bulletStyles }: SlideContext,
): Block[] {
  const links = office.linksOf(part);
  const style = childOf(body, 'lstStyle');
  /** The number that each level of a numbered list has come to. */
  const numbers: number[] = [];
  /** In which signs: a list in others is another list. */
  const schemes: (string | undefined)[] = [];
  /** Nesting of the item before; a list begins at 0 whatever its level, and goes one deeper at a time. */
  let depth = -1;
  return childrenOf(body, 'p').flatMap((paragraph): Block[] => {
    const text = paragraphText(paragraph, links);
    if (text === '') return [];
    const properties = childOf(paragraph, 'pPr');
    const level = Math.min(Math.max(Number(properties?.attributes.lvl ?? 0) || 0, 0), 8);
    const bullet = bulletOf(properties) ?? bulletIn(style, level) ?? bulletStyles(part, placeholder, level);
    numbers.length = Math.min(numbers.length, bullet === 'number' ? level + 1 : level);
    depth = bullet === 'none' ? -1 : Math.min(level, depth + 1);
    if (bullet === 'none') return [{ kind: 'paragraph', text }];
    if (bullet === 'bullet') return [{ kind: 'item', depth, marker: '-', text }];
    const { startAt = 1, type: scheme = schemes[level] } = childOf(properties, 'buAutoNum')?.attributes ?? {};
    const before = schemes[level] === scheme ? numbers[level] : undefined;
    const number = before === undefined ? Number(startAt) || 1 : before + 1;
    schemes[level] = scheme;
    numbers[level] = number;
    return [{ kind: 'item', depth, marker: `${number}.`, text }];
  });
}

/** What those who cannot see it are told. */
function altText(shape: XmlElement, kind: string): Block[] {
  const text = inOneLine(childOf(shape, kind, 'cNvPr')?.attributes.descr ?? '');
  return text === '' ? [] : [{ kind: 'picture', text }];
}

function asParagraph(text: string): Block {
  return { kind: 'paragraph', text };
}

/** A whole shape can lead somewhere, where its text does not itself. */
function leadingTo(address: string, block: Block): Block {
  if (block.kind === 'table' || plainText(block.text) !== block.text) return block;
  return { ...block, text: linkTo(address, block.text) };
}

function graphicBlocks(frame: XmlElement, { office, part }: SlideContext): Block[] {
  const data = childOf(frame, 'graphic', 'graphicData');
  const table = childOf(data, 'tbl');
  if (table) return tableBlocks(table, office.linksOf(part));
  const relationships = office.relationshipsOf(part);
  const chart = relationships.get(childOf(data, 'chart')?.attributes['r:id'] ?? '');
  if (chart && office.has(chart.target)) return chartTable(parseXml(office.read(chart.target)));
  const diagram = relationships.get(childOf(data, 'relIds')?.attributes['r:dm'] ?? '');
  if (diagram && office.has(diagram.target)) return diagramBlocks(diagram.target, office);
  return altText(frame, 'nvGraphicFramePr');
}

/** A cell that spans some of the columns or rows stands in each of them; across the whole table it is a title, and stands there once. */
function tableBlocks(table: XmlElement, links: Links): Block[] {
  const rows = childrenOf(table, 'tr').map((row) => childrenOf(row, 'tc'));
  const texts = rows.map((row) => row.map((cell) => paragraphsText(childOf(cell, 'txBody'), links)));
  const isMerged = (cell: XmlElement | undefined) => isOn(cell?.attributes.hMerge) || isOn(cell?.attributes.vMerge);
  rows.forEach((row, i) => {
    row.forEach((cell, j) => {
      const { gridSpan, rowSpan } = cell.attributes;
      if (isMerged(cell) || Number(gridSpan) === row.length) return;
      // No further than cells are merged: in a hostile file the spans may overlap.
      for (let y = i; y === i || (y < i + Number(rowSpan) && isMerged(rows[y]?.[j])); y++) {
        const filled = texts[y] as string[];
        filled[j] = texts[i]?.[j] ?? '';
        for (let x = j + 1; x < j + Number(gridSpan) && isMerged(rows[y]?.[x]); x++) filled[x] = filled[j];
      }
    });
  });
  const filled = texts.filter((row) => row.some((text) => text !== ''));
  return filled.length === 0 ? [] : [{ kind: 'table', rows: filled }];
}

function isOn(value: string | undefined): boolean {
  return /^(?:1|true)$/.test(value ?? '');
}

/** SmartArt: the texts of its points. How they hang together is only in its picture. */
export function diagramBlocks(part: string, office: OfficePackage): Block[] {
  const links = office.linksOf(part);
  return descendantsOf(parseXml(office.read(part)), 'pt').flatMap((point): Block[] => {
    const text = inOneLine(paragraphsText(childOf(point, 't'), links));
    return text === '' ? [] : [{ kind: 'item', depth: 0, marker: '-', text }];
  });
}
