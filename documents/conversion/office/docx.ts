import type mammoth from 'mammoth';
import { type Conversion, UnconvertibleDocumentError } from '../converter.ts';
import { MAMMOTH, PARSE5 } from '../converter-versions.ts';
import { type DocumentProperties, documentProperties } from '../document-properties.ts';
import { htmlToMarkdown } from '../html/html.ts';
import { requireBearable } from '../limits.ts';
import { corePropertiesOf } from './office-package.ts';
import { childOf, parseXml } from './xml.ts';
import { openZipArchive, type ZipArchive } from './zip-archive.ts';

/** Of XML: mammoth needs many times that in memory, and some of it in calls that nothing can end. */
const MAX_PART_BYTES = 16 * 1024 * 1024;
const STYLE_PART = 'word/styles.xml';

const STYLES = [
  "p[style-name='Title'] => h1:fresh",
  "p[style-name='Subtitle'] => p:fresh > em",
  "p[style-name='Quote'] => blockquote:fresh > p:fresh",
  "p[style-name='Intense Quote'] => blockquote:fresh > p:fresh",
  "p[style-name='Block Text'] => blockquote:fresh > p:fresh",
  "r[style-name='Verbatim Char'] => code",
  "p[style-name='Source Code'] => pre:separator('\\n')",
];

/**
 * A Word document into Markdown. Images are left out unread.
 *
 * @param maxInflatedBytes what all its parts together may inflate to
 * @throws UnconvertibleDocumentError `corrupt`, `encrypted` or `too-large`
 */
export async function convertDocx(
  bytes: Uint8Array,
  maxInflatedBytes: number,
): Promise<Omit<Conversion, 'characters'>> {
  const archive = openZipArchive(bytes, maxInflatedBytes);
  const { convertToHtml, images } = (await import('mammoth')).default;
  const { value: html } = await convertToHtml(mammothInput(archive), {
    styleMap: STYLES,
    convertImage: images.imgElement(async () => ({ src: '' })),
  });
  // A note that many places refer to is written as often.
  requireBearable(html.length);
  return {
    type: 'docx',
    markdown: htmlToMarkdown(html),
    converter: `${MAMMOTH} ${PARSE5}`,
    ...propertiesOf(archive),
  };
}

/**
 * mammoth takes an opened archive under the key `file`, which its types leave out. Giving it ours keeps every part that it
 * inflates within the limit; its own reader has none.
 */
function mammothInput(archive: ZipArchive): Parameters<typeof mammoth.convertToHtml>[0] {
  const file = {
    exists: (name: string) => archive.has(name),
    async read(name: string, encoding?: string) {
      const part = archive.read(name);
      if (encoding === undefined) return part;
      if (part.byteLength > MAX_PART_BYTES) {
        const message = `The part ${name} of the document has ${part.byteLength} bytes; at most ${MAX_PART_BYTES} are read.`;
        throw new UnconvertibleDocumentError('too-large', message);
      }
      return encoding === 'base64' ? Buffer.from(part).toString('base64') : new TextDecoder(encoding).decode(part);
    },
  };
  return { file } as unknown as Parameters<typeof mammoth.convertToHtml>[0];
}

/** The language of the core properties, which Word leaves out, or that of the default style. */
function propertiesOf(archive: ZipArchive): DocumentProperties {
  const properties = corePropertiesOf(archive);
  if (properties.language || !archive.has(STYLE_PART)) return properties;
  const defaults = childOf(parseXml(archive.read(STYLE_PART)), 'docDefaults', 'rPrDefault', 'rPr', 'lang');
  const { attributes = {} } = defaults ?? {};
  return documentProperties({ ...properties, language: attributes['w:val'] });
}
