import { saysMoreThanNumber } from '../page-numbers.ts';
import { childOf, descendantsOf, type XmlElement } from '../xml.ts';
import { type BodyContext, rewriteBody } from './word-body.ts';
import { isOn, wordTextIn } from './word-xml.ts';

const PAGE_FIELD = /^\s*(?:PAGE|NUMPAGES|SECTIONPAGES)\b/i;

interface Header {
  readonly kind: 'header' | 'footer';
  /** Of the relationship that leads to it. */
  readonly id: string;
}

/**
 * Those that Word shows, each once: of the first page and of even ones only where the document distinguishes them. A section without its own
 * has those of the section before it (ECMA-376, part 1, 17.10).
 */
export function headersOf(document: XmlElement, evenAndOdd: boolean): Header[] {
  const current = new Map<string, Header>();
  const shown = new Map<string, Header>();
  for (const section of descendantsOf(document, 'sectPr')) {
    for (const { name, attributes } of section.children) {
      const [, kind] = name.match(/^(header|footer)Reference$/) ?? [];
      if (kind === undefined) continue;
      const header = { kind: kind as Header['kind'], id: attributes['r:id'] ?? '' };
      current.set(`${kind} ${attributes['w:type'] ?? 'default'}`, header);
    }
    const types = [...(isOn(childOf(section, 'titlePg')) ? ['first'] : []), 'default', ...(evenAndOdd ? ['even'] : [])];
    for (const place of types.flatMap((type) => [`header ${type}`, `footer ${type}`])) {
      const header = current.get(place);
      if (header) shown.set(header.id, header);
    }
  }
  return [...shown.values()];
}

/** The paragraphs of a header or footer, without those that only count pages. */
export function headerParagraphs(part: XmlElement, context: BodyContext): XmlElement[] {
  const field = { instruction: '', isPage: false };
  return part.children.flatMap((child) => {
    const countsPages = [...descendantsOf(child, 'instrText'), ...descendantsOf(child, 'fldSimple')].some(
      ({ text, attributes }) => PAGE_FIELD.test(attributes['w:instr'] ?? text),
    );
    const { children } = rewriteBody({ ...part, children: [withoutPageNumbers(child, field)] }, context);
    return children.filter((element) => saysMoreThanNumber(wordTextIn(element), countsPages));
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
