import { type Conversion, UnconvertibleDocumentError } from '../converter.ts';
import { PARSE5, SAXES } from '../converter-versions.ts';
import { fileList } from '../file-list.ts';
import { convertHtml } from '../html/html.ts';
import { declaredCharset } from '../html/prescan.ts';
import { requireBearable } from '../limits.ts';
import { countWords } from '../long-text.ts';
import { openZipArchive } from '../office/zip-archive.ts';
import { readText } from '../text/read-text.ts';
import { readBookPackage } from './book-package.ts';

/**
 * A book into Markdown: its chapters one after the other, its table of contents where it is one of them. Chapters that are drawings, or not in the
 * book, are named in `partial`.
 *
 * @throws UnconvertibleDocumentError `corrupt`, `encrypted`, `needs-ocr` or `too-large`
 */
export async function convertEpub(
  bytes: Uint8Array,
  maxInflatedBytes: number,
): Promise<Omit<Conversion, 'characters'>> {
  const archive = openZipArchive(bytes, maxInflatedBytes);
  const { properties, chapters } = readBookPackage(archive);
  const remarks = new Set<string>();
  const unread: string[] = [];
  const sections: string[] = [];
  let characters = 0;
  for (const { part, isPage } of chapters) {
    if (!isPage || !archive.has(part)) {
      unread.push(part);
      continue;
    }
    const page = await readChapter(archive.read(part));
    if (page === undefined) {
      unread.push(part);
      continue;
    }
    for (const remark of page.remarks) remarks.add(remark);
    characters += page.markdown.length;
    requireBearable(characters);
    if (page.markdown !== '') sections.push(page.markdown);
  }
  const markdown = sections.join('\n\n');
  const partial = [...remarks];
  if (unread.length > 0) partial.push(`Chapters that are no text, or missing, were left out: ${fileList(unread)}.`);
  if (chapters.length > 0 && !chapters.some(({ part }) => archive.has(part))) {
    throw new UnconvertibleDocumentError('corrupt', 'The book is damaged: it lacks all of its chapters.');
  }
  if (countWords(markdown) === 0 && (markdown !== '' || unread.length > 0)) {
    throw new UnconvertibleDocumentError('needs-ocr', 'The book needs OCR: its chapters are pictures without text.');
  }
  return {
    type: 'epub',
    markdown,
    converter: `${SAXES} ${PARSE5}`,
    ...properties,
    ...(partial.length > 0 && { partial }),
  };
}

/** @returns undefined for what is no text: it costs that chapter, not the book */
async function readChapter(bytes: Uint8Array): Promise<{ markdown: string; remarks: readonly string[] } | undefined> {
  const read = await readText({ bytes, filename: '' }, declaredCharset(bytes)).catch((error: Error) => {
    if (error instanceof UnconvertibleDocumentError && error.reason === 'corrupt') return undefined;
    throw error;
  });
  if (read === undefined) return undefined;
  const { text, remarks } = read;
  const { markdown, partial = [] } = convertHtml(text);
  return { markdown: markdown.trim(), remarks: [...remarks, ...partial] };
}
