import type mammoth from 'mammoth';
import { type Conversion, UnconvertibleDocumentError } from '../converter.ts';
import { MAMMOTH, PARSE5 } from '../converter-versions.ts';
import { type DocumentProperties, documentProperties } from '../document-properties.ts';
import { pageToMarkdown } from '../html/html.ts';
import { type HtmlNode, readPage } from '../html/html-tree.ts';
import { declaredCharset } from '../html/prescan.ts';
import { requireBearable } from '../limits.ts';
import { readText } from '../text/read-text.ts';
import { placed } from './docx/placed-numbers.ts';
import { remarksOf } from './docx/remarks.ts';
import { webArchivePage } from './docx/web-archive.ts';
import { OWN_STYLES } from './docx/word-body.ts';
import { readWordDocument, type WordDocument } from './docx/word-document.ts';
import { corePropertiesOf, openOfficePackage } from './office-package.ts';
import { childOf } from './xml.ts';

const STYLES = [
  `r.${OWN_STYLES.formula} => math`,
  `r.${OWN_STYLES.displayedFormula} => math[display='block']`,
  `r.${OWN_STYLES.number} => data.number`,
  `p.${OWN_STYLES.comment} => blockquote:fresh > p:fresh`,
  `p.${OWN_STYLES.embedded} => output:fresh`,
  "p[style-name='Title'] => h1:fresh",
  "p[style-name='Subtitle'] => p:fresh > em",
  "p[style-name='Quote'] => blockquote:fresh > p:fresh",
  "p[style-name='Intense Quote'] => blockquote:fresh > p:fresh",
  "p[style-name='Block Text'] => blockquote:fresh > p:fresh",
  ...['Verbatim Char', 'HTML Code', 'Source Text'].map((name) => `r[style-name='${name}'] => code`),
  ...['Source Code', 'HTML Preformatted', 'Preformatted Text', 'Code', 'Code Block', 'macro'].map(
    (name) => `p[style-name='${name}'] => pre:separator('\\n')`,
  ),
];
/** A document in a document is read, and those in that are named. */
const DEEPEST = 1;

/**
 * A Word document into Markdown, with its headers before it and its footers behind it, its comments as quotations and its formulas in TeX.
 * Of pictures, the texts that stand for them. What nobody sees is left out, which `partial` says.
 *
 * @param maxInflatedBytes what all its parts together may inflate to
 * @throws UnconvertibleDocumentError `corrupt`, `encrypted`, `needs-ocr` or `too-large`
 */
export async function convertDocx(
  bytes: Uint8Array,
  maxInflatedBytes: number,
): Promise<Omit<Conversion, 'characters'>> {
  const office = openOfficePackage(bytes, maxInflatedBytes);
  const document = readWordDocument(office);
  const { content, partial } = await contentOf(document, maxInflatedBytes, 0);
  const markdown = pageToMarkdown({ root: { name: 'page', attributes: [], children: content } });
  if (document.hasPictures && !document.hasOwnText && document.embedded.length === 0)
    throw new UnconvertibleDocumentError('needs-ocr', 'The document needs OCR: it consists of pictures without text.');
  return {
    type: 'docx',
    markdown,
    converter: `${MAMMOTH} ${PARSE5}`,
    ...propertiesOf(document, corePropertiesOf(office)),
    ...(partial.length > 0 && { partial }),
  };
}

interface Content {
  readonly content: HtmlNode[];
  readonly partial: readonly string[];
}

async function contentOf(document: WordDocument, maxInflatedBytes: number, depth: number): Promise<Content> {
  const { convertToHtml, images } = (await import('mammoth')).default;
  const { value: html, messages } = await convertToHtml(mammothInput(document), {
    styleMap: STYLES,
    convertImage: images.imgElement(async () => ({ src: '' })),
  });
  // A note that many places refer to is written as often.
  requireBearable(html.length);
  const notRead: string[] = [];
  if (document.pagePictures > 0) notRead.push(pagePicturesNeedOcr(document.pagePictures));
  const embedded: HtmlNode[][] = [];
  for (const { name, bytes } of document.embedded) {
    const part = await embeddedContent(bytes, maxInflatedBytes, depth);
    if (part === undefined) notRead.push(`The embedded part ${name} was left out.`);
    notRead.push(...(part?.partial ?? []));
    embedded.push(part?.content ?? []);
  }
  const { children } = placed(readPage(html).root, embedded);
  return { content: children, partial: remarksOf(document.leftOut, messages, notRead) };
}

/** Which pages they are on, only Word knows. */
function pagePicturesNeedOcr(pictures: number): string {
  return pictures === 1
    ? 'A picture is as large as a page: text in it needs OCR.'
    : `${pictures} pictures are as large as a page: text in them needs OCR.`;
}

/** Of another document that Word shows as a part of this one (ECMA-376, part 1, 17.17.2): Word's own, HTML, a web archive or text. */
async function embeddedContent(
  bytes: Uint8Array,
  maxInflatedBytes: number,
  depth: number,
): Promise<Content | undefined> {
  const [a, b] = bytes;
  if (a === 0x50 && b === 0x4b) {
    if (depth >= DEEPEST) return undefined;
    return contentOf(readWordDocument(openOfficePackage(bytes, maxInflatedBytes)), maxInflatedBytes, depth + 1);
  }
  const page = webArchivePage(bytes) ?? { bytes };
  const { text } = await readText({ ...page, filename: '' }, declaredCharset(page.bytes));
  if (/^\s*</.test(text)) {
    const { root, hidesText } = readPage(text);
    return { content: root.children, partial: hidesText ? ['Text that an embedded page hides was left out.'] : [] };
  }
  if (/^\s*\{\\rtf|^[\w-]+: /.test(text)) return undefined;
  return { content: [{ name: 'p', attributes: [], children: [text] }], partial: [] };
}

/**
 * mammoth takes an opened archive under the key `file`, which its types leave out. Giving it ours keeps every part that it
 * inflates within the limit, and gives it the parts as they were rewritten for it.
 */
function mammothInput({ exists, read }: WordDocument): Parameters<typeof mammoth.convertToHtml>[0] {
  const file = {
    exists,
    async read(name: string, encoding?: string) {
      const part = read(name);
      if (encoding === undefined) return part;
      return typeof part === 'string'
        ? part
        : encoding === 'base64'
          ? Buffer.from(part).toString('base64')
          : new TextDecoder(encoding).decode(part);
    },
  };
  return { file } as unknown as Parameters<typeof mammoth.convertToHtml>[0];
}

/** The language of the core properties, which Word leaves out, or that of the default style. */
function propertiesOf({ styles }: WordDocument, properties: DocumentProperties): DocumentProperties {
  if (properties.language || styles === undefined) return properties;
  const { attributes = {} } = childOf(styles, 'docDefaults', 'rPrDefault', 'rPr', 'lang') ?? {};
  return documentProperties({ ...properties, language: attributes['w:val'] });
}
