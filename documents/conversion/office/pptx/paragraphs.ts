import { formula, linkTo, raised } from '../../blocks.ts';
import { formulaToTex } from '../formula.ts';
import { childOf, childrenOf, descendantsOf, type XmlElement } from '../xml.ts';

/** Addresses outside of the presentation, by the ids of the relationships of the part that a text stands in. */
export type Links = ReadonlyMap<string, string>;

/** The text of a paragraph (`a:p`): its runs, fields and line breaks. */
export function paragraphText(paragraph: XmlElement, links: Links): string {
  let text = '';
  /** Producers cut one link into several runs. */
  let linked = '';
  let address: string | undefined;
  const flush = () => {
    text += address === undefined ? linked : linkTo(address, linked);
    linked = '';
  };
  for (const child of paragraph.children) {
    const formulas = /^(?:m|oMathPara|oMath|AlternateContent)$/.test(child.name) ? formulasIn(child) : [];
    linked += formulas.map((each) => formula(formulaToTex(each))).join(' ');
    const isText = child.name === 'r' || child.name === 'fld';
    if (!isText && child.name !== 'br') continue;
    const leadsTo = links.get(childOf(child, 'rPr', 'hlinkClick')?.attributes['r:id'] ?? '');
    if (leadsTo !== address) flush();
    address = leadsTo;
    // A vertical tab is PowerPoint's line break inside a title.
    linked += isText ? runText(child) : '\n';
  }
  flush();
  return text.trim();
}

function runText(run: XmlElement): string {
  const text = (childOf(run, 't')?.text ?? '').replaceAll('\v', '\n').replaceAll('\u00a0', ' ');
  // In thousandths of the letters' size.
  const baseline = Number(childOf(run, 'rPr')?.attributes.baseline?.replace('%', '') ?? 0);
  return baseline > 0 ? raised(text, 'sup') : baseline < 0 ? raised(text, 'sub') : text;
}

/** Of content that is given twice, the first. */
function formulasIn(element: XmlElement): XmlElement[] {
  if (element.name === 'oMath') return [element];
  return descendantsOf(childOf(element, 'Choice') ?? element, 'oMath');
}

/** The paragraphs of a text body, a line each. */
export function paragraphsText(body: XmlElement | undefined, links: Links): string {
  return childrenOf(body, 'p')
    .map((paragraph) => paragraphText(paragraph, links))
    .filter((text) => text !== '')
    .join('\n');
}
