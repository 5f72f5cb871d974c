import type { Conversion } from '../converter.ts';
import { PARSE5 } from '../converter-versions.ts';
import { languageTag } from '../document-properties.ts';
import { requireBearable } from '../limits.ts';
import { standingApart } from './html-block.ts';
import { contentToBlocks } from './html-content.ts';
import { type HtmlPage, readPage } from './html-tree.ts';
import { asHtml } from './xhtml.ts';

/**
 * A web page into Markdown. Nothing that it refers to is loaded. What its reader does not see is left out, and `partial` says so.
 *
 * parse5 parses it as browsers do. The Markdown is written here: hast-util-to-mdast takes more than a minute for 10,000 empty `<span>` (it looks
 * ahead over all of them for each), and overflows the stack at 200,000 paragraphs, mdast-util-to-markdown takes 2 s for emphasis nested 100
 * deep and eight times that for twice as deep, and writes letters beside a bold space as character references.
 */
export function convertHtml(html: string): Omit<Conversion, 'characters'> {
  const page = readPage(asHtml(html));
  const { title, author } = page;
  const language = languageTag(page.language);
  const partial = [
    ...(page.hidesText ? ['Text that the page hides was left out.'] : []),
    ...(page.drawsText ? ['Text in drawings of the page (SVG) was left out.'] : []),
    ...(page.hasOtherText ? ['Text for browsers without scripts, frames or players was left out.'] : []),
  ];
  return {
    type: 'html',
    markdown: pageToMarkdown(page),
    converter: PARSE5,
    ...(title && { title }),
    ...(author && { author }),
    ...(language && { language }),
    ...(partial.length > 0 && { partial }),
  };
}

/** For the HTML that another library makes. */
export function htmlToMarkdown(html: string): string {
  return pageToMarkdown(readPage(html));
}

export function pageToMarkdown({ root }: Pick<HtmlPage, 'root'>): string {
  const lines = standingApart(contentToBlocks(root.children));
  // Lists indent what is in them.
  requireBearable(lines.reduce((characters, line) => characters + line.length + 1, 0));
  return lines.join('\n');
}
