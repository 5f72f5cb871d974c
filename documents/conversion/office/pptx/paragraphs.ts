import { childrenOf, type XmlElement } from '../xml.ts';

/** The text of a paragraph (`a:p`): its runs, fields and line breaks. */
export function paragraphText(paragraph: XmlElement): string {
  let text = '';
  for (const child of paragraph.children) {
    if (child.name === 'r' || child.name === 'fld') text += childrenOf(child, 't')[0]?.text ?? '';
    else if (child.name === 'br') text += '\n';
  }
  // A vertical tab is PowerPoint's line break inside a title.
  return text.replaceAll('\v', '\n').replaceAll('\u00a0', ' ').trim();
}

/** The paragraphs of a text body, a line each. */
export function paragraphsText(body: XmlElement | undefined): string {
  return childrenOf(body, 'p')
    .map(paragraphText)
    .filter((text) => text !== '')
    .join('\n');
}
