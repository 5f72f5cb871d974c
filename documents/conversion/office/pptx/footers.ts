import type { Block } from '../../blocks.ts';
import { childOf, descendantsOf, type XmlElement } from '../xml.ts';
import { type Links, paragraphsText } from './paragraphs.ts';

/** Words beside the number of a slide, as in "Slide 3 of 5". */
const WORDS_BESIDE_NUMBER = 2;
const FURNITURE = new Set(['sldNum', 'dt', 'ftr', 'hdr', 'sldImg']);
const COMPUTED = /^(?:slidenum|datetime)/;

/** Number, date and footer, which stand on every slide, and the picture of a slide on its notes. */
export function isFurniture(shape: XmlElement): boolean {
  return FURNITURE.has(typeOf(shape));
}

/** What somebody typed there, each text where it stands for the first time. Numbers, and dates that change by themselves, are left out. */
export class Footers {
  readonly #seen = new Set<string>();

  of(shape: XmlElement, links: Links): Block[] {
    const body = childOf(shape, 'txBody');
    const isComputed = descendantsOf(shape, 'fld').some(({ attributes }) => COMPUTED.test(attributes.type ?? ''));
    const typed = body && isComputed ? withoutFields(body) : body;
    const text = paragraphsText(typed, links);
    const words = text.match(/\p{L}+/gu)?.length ?? 0;
    const leastWords = isComputed ? WORDS_BESIDE_NUMBER : typeOf(shape) === 'sldNum' ? 0 : -1;
    if (text === '' || words <= leastWords || this.#seen.has(text)) return [];
    this.#seen.add(text);
    return [{ kind: 'paragraph', text }];
  }
}

function typeOf(shape: XmlElement): string {
  return childOf(shape, 'nvSpPr', 'nvPr', 'ph')?.attributes.type ?? '';
}

function withoutFields(element: XmlElement): XmlElement {
  return { ...element, children: element.children.filter(({ name }) => name !== 'fld').map(withoutFields) };
}
