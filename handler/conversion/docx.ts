import mammoth from 'mammoth';
import type { Conversion } from './converter.ts';
import { MAMMOTH, NODE_HTML_MARKDOWN } from './converter-versions.ts';
import { htmlToMarkdown } from './html.ts';
import { openZipArchive, type ZipArchive } from './zip-archive.ts';

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
  const { value: html } = await mammoth.convertToHtml(mammothInput(archive), {
    styleMap: STYLES,
    convertImage: mammoth.images.imgElement(async () => ({ src: '' })),
  });
  return {
    type: 'docx',
    markdown: htmlToMarkdown(html),
    converter: `${MAMMOTH} ${NODE_HTML_MARKDOWN}`,
    ...coreProperties(archive),
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
      return encoding === 'base64' ? Buffer.from(part).toString('base64') : new TextDecoder(encoding).decode(part);
    },
  };
  return { file } as unknown as Parameters<typeof mammoth.convertToHtml>[0];
}

/** Title and author as Word stores them (ECMA-376, part 2, 11: core properties). */
function coreProperties(archive: ZipArchive): { title?: string; author?: string } {
  if (!archive.has('docProps/core.xml')) return {};
  const xml = new TextDecoder().decode(archive.read('docProps/core.xml'));
  const title = xmlText(xml.match(/<dc:title>([^<]*)</)?.[1]);
  const author = xmlText(xml.match(/<dc:creator>([^<]*)</)?.[1]);
  return { ...(title && { title }), ...(author && { author }) };
}

function xmlText(xml: string | undefined): string | undefined {
  const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  return xml?.replace(/&(amp|lt|gt|quot|apos);/g, (all, name: string) => named[name] ?? all).trim();
}
