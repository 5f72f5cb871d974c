import type { Block } from '../../blocks.ts';
import { saysMoreThanNumber } from '../page-numbers.ts';
import { childOf, descendantsOf, type XmlElement } from '../xml.ts';
import { type Links, paragraphsText } from './paragraphs.ts';
import { shapesOf } from './reading-order.ts';
import { isHidden } from './shapes.ts';
import type { SheetOf } from './sheets.ts';

const FURNITURE = new Set(['sldNum', 'dt', 'ftr', 'hdr', 'sldImg']);
const COMPUTED = /^(?:slidenum|datetime)/;

/** Number, date and footer, which stand on every slide, and the picture of a slide on its notes. */
export function isFurniture(shape: XmlElement): boolean {
  return FURNITURE.has(typeOf(shape));
}

/**
 * What somebody typed there, or on the layout and master behind a slide, each text where it stands for the first time. Numbers, and dates
 * that change by themselves, are left out.
 */
export class Footers {
  readonly #sheetOf: SheetOf;
  readonly #seen = new Set<string>();
  /** Layouts and masters that were looked at. */
  readonly #read = new Set<string>();

  constructor(sheetOf: SheetOf) {
    this.#sheetOf = sheetOf;
  }

  /**
   * Of the layout of a slide, and of its master, where they show (ECMA-376, part 1, 19.3.1.38: `showMasterSp`).
   *
   * @param linksOf the links of a part
   */
  behind(slide: XmlElement, part: string, linksOf: (part: string) => Links): Block[] {
    const layout = isOff(slide.attributes.showMasterSp) ? undefined : this.#sheetOf(part, 'slideLayout');
    if (layout === undefined) return [];
    const master = isOff(layout.xml.attributes.showMasterSp) ? undefined : this.#sheetOf(layout.part, 'slideMaster');
    return [layout, ...(master ? [master] : [])].flatMap((sheet) => {
      if (this.#read.has(sheet.part)) return [];
      this.#read.add(sheet.part);
      const typed = shapesOf(sheet.xml).filter(
        (shape) => shape.name === 'sp' && !isPlaceholder(shape) && !isHidden(shape),
      );
      return typed.flatMap((shape) => this.of(shape, linksOf(sheet.part)));
    });
  }

  of(shape: XmlElement, links: Links): Block[] {
    const body = childOf(shape, 'txBody');
    const isComputed = descendantsOf(shape, 'fld').some(({ attributes }) => COMPUTED.test(attributes.type ?? ''));
    const typed = body && isComputed ? withoutFields(body) : body;
    const text = paragraphsText(typed, links);
    const mayBeNumber = isComputed || typeOf(shape) === 'sldNum';
    if (text === '' || this.#seen.has(text)) return [];
    if (mayBeNumber && !saysMoreThanNumber(text, isComputed)) return [];
    this.#seen.add(text);
    return [{ kind: 'paragraph', text }];
  }
}

function isPlaceholder(shape: XmlElement): boolean {
  return childOf(shape, 'nvSpPr', 'nvPr', 'ph') !== undefined;
}

function typeOf(shape: XmlElement): string {
  return childOf(shape, 'nvSpPr', 'nvPr', 'ph')?.attributes.type ?? '';
}

function isOff(value: string | undefined): boolean {
  return /^(?:0|false)$/.test(value ?? '');
}

function withoutFields(element: XmlElement): XmlElement {
  return { ...element, children: element.children.filter(({ name }) => name !== 'fld').map(withoutFields) };
}
