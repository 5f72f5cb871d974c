import { piecesOf } from '../long-text.ts';

/** Elements that HTML knows to be empty (HTML Living Standard, 13.1.2), whose slash it ignores. */
const VOID =
  /^(?:area|base|basefont|bgsound|br|col|embed|frame|hr|img|input|keygen|link|meta|param|source|track|wbr)$/i;
const EMPTY_TAG = /<([a-z][\w.-]*)((?:\s+[^\s=<>"'/]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*\/>/gi;
/** Of a page, looked at for what says that it is XML. */
const SAMPLE = 1024;

/**
 * A page in XML as one in HTML: to HTML an empty tag is open, so that an empty `<title/>` would take all that follows, and what stands between
 * `<![CDATA[` and `]]>` is a comment.
 *
 * @returns other pages as they are
 */
export function asHtml(page: string): string {
  const start = page.slice(0, SAMPLE);
  if (!/^\s*<\?xml\b/.test(start) && !/<html\b[^>]*\sxmlns\s*=\s*["']http:\/\/www\.w3\.org\/1999\/xhtml/.test(start))
    return page;
  let html = '';
  for (const piece of piecesOf(withoutSections(page))) html += piece.replace(EMPTY_TAG, openedAndClosed);
  return html;
}

function openedAndClosed(tag: string, name: string, attributes: string): string {
  return VOID.test(name) ? tag : `<${name}${attributes}></${name}>`;
}

/** Their text as HTML writes it. */
function withoutSections(page: string): string {
  const [first = '', ...sections] = page.split('<![CDATA[');
  let text = first;
  for (const section of sections) {
    const end = section.indexOf(']]>');
    const inside = end === -1 ? section : section.slice(0, end);
    text += inside.replaceAll('&', '&amp;').replaceAll('<', '&lt;') + (end === -1 ? '' : section.slice(end + 3));
  }
  return text;
}
