import { childOf, descendantsOf, type XmlElement } from '../xml.ts';
import { type BodyContext, rewriteBody } from './word-body.ts';
import { isOn, textIn } from './word-xml.ts';

/** As in "Page 3 of 5". */
const WORDS_BESIDE_PAGE = 2;
const PAGE_FIELD = /^\s*(?:PAGE|NUMPAGES|SECTIONPAGES)\b/i;

/** Those that Word shows: of the first page and of even ones only where the document distinguishes them. */
export function headersOf(document: XmlElement, evenAndOdd: boolean): { kind: 'header' | 'footer'; id: string }[] {
  return descendantsOf(document, 'sectPr').flatMap((section) =>
    section.children.flatMap(({ name, attributes }) => {
      if (name !== 'headerReference' && name !== 'footerReference') return [];
      const type = attributes['w:type'] ?? 'default';
      const isShown = type === 'first' ? isOn(childOf(section, 'titlePg')) : type !== 'even' || evenAndOdd;
      if (!isShown) return [];
      return [
        { kind: name === 'headerReference' ? ('header' as const) : ('footer' as const), id: attributes['r:id'] ?? '' },
      ];
    }),
  );
}

/** The paragraphs of a header or footer, without those that only count pages. */
export function headerParagraphs(part: XmlElement, context: BodyContext): XmlElement[] {
  const field = { instruction: '', isPage: false };
  return part.children.flatMap((child) => {
    const countsPages = [...descendantsOf(child, 'instrText'), ...descendantsOf(child, 'fldSimple')].some(
      ({ text, attributes }) => PAGE_FIELD.test(attributes['w:instr'] ?? text),
    );
    const { children } = rewriteBody({ ...part, children: [withoutPageNumbers(child, field)] }, context);
    return children.filter((element) => {
      const words = textIn(element).match(/\p{L}+/gu)?.length ?? 0;
      return words > (countsPages ? WORDS_BESIDE_PAGE : 0);
    });
  });
}

function withoutPageNumbers(element: XmlElement, field: { instruction: string; isPage: boolean }): XmlElement {
  const { name, attributes, text } = element;
  if (name === 'instrText') field.instruction += text;
  if (name === 'fldChar') {
    const type = attributes['w:fldCharType'];
    if (type === 'begin') field.instruction = '';
    field.isPage = type === 'separate' && PAGE_FIELD.test(field.instruction);
  }
  const children = element.children.map((child) => withoutPageNumbers(child, field));
  return { ...element, children, text: name === 't' && field.isPage ? '' : text };
}
