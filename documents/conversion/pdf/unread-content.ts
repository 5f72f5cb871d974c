import { UnconvertibleDocumentError } from '../converter.ts';
import { fileList } from '../file-list.ts';
import { imagesNeedOcr, pageList } from '../pages.ts';
import type { PdfPage } from './page.ts';
import type { UnreadPages } from './unread-pages.ts';

/** What reading a PDF brought, and what stood in the way. */
export interface ReadPdf {
  readonly pages: readonly PdfPage[];
  readonly unread: UnreadPages;
  /** Predefined character maps that its text needs and that are not here. */
  readonly characterMaps: readonly string[];
  /** Whether it has a form in XML (XFA), which pdf.js does not read. */
  readonly hasXfa: boolean;
  /** Names of the files within it. */
  readonly files: readonly string[];
  /** Names of the layers that viewers do not show at first. What stands in them cannot be told from the rest. */
  readonly layersOff: readonly string[];
}

/** Letters and digits of the page that asks to wait in an XFA form's place, in any language. */
const LONGEST_PLACEHOLDER = 1500;

/** @throws UnconvertibleDocumentError where what was read is not what the PDF is for */
export function requireContent({ pages, unread, characterMaps, hasXfa, files }: ReadPdf): void {
  const damaged = pages.filter(({ isDamaged }) => isDamaged).length;
  if (damaged > 0 && damaged === pages.length) {
    throw new UnconvertibleDocumentError('corrupt', 'The PDF is damaged: none of its pages can be read.');
  }
  if (hasXfa && isPlaceholder(pages)) {
    const message = 'The PDF is an XFA form, which only Adobe Reader shows; print it into a PDF there.';
    throw new UnconvertibleDocumentError('unsupported', message);
  }
  const withText = pages.filter(({ segments }) => segments.length > 0).length;
  // Where only some pages lose text, the others are worth having.
  if (characterMaps.length > 0 && (!unread.anyText || unread.incomplete.length > withText / 2)) {
    const message = `The PDF's text needs the character maps ${characterMaps.join(', ')}, which the local converter does not have.`;
    throw new UnconvertibleDocumentError('unsupported', message);
  }
  if (unread.anyText) return;
  if (pages.some(({ hasUnreadable }) => hasUnreadable)) {
    const message = 'The PDF needs OCR: its text is in fonts without Unicode, and the local converter has no OCR.';
    throw new UnconvertibleDocumentError('needs-ocr', message);
  }
  if (unread.images.length > 0) {
    const message =
      'The PDF needs OCR: its pages show images or shapes and no text, and the local converter has no OCR.';
    throw new UnconvertibleDocumentError('needs-ocr', message);
  }
  if (unread.incomplete.length > 0 || damaged > 0) {
    throw new UnconvertibleDocumentError('corrupt', 'The PDF is damaged: the text of its pages cannot be read.');
  }
  if (files.length > 0) {
    const message = `The PDF has nothing on its pages, only files within it, which are not converted: ${fileList(files)}.`;
    throw new UnconvertibleDocumentError('unsupported', message);
  }
  throw new UnconvertibleDocumentError('empty', 'The PDF is empty: nothing is on its pages.');
}

/** A sentence each. */
export function whatIsMissing({ pages, unread, characterMaps, hasXfa, files, layersOff }: ReadPdf): string[] {
  const partial: string[] = [];
  const numbersOf = (is: (page: PdfPage) => boolean) => pages.flatMap((page, i) => (is(page) ? i + 1 : []));
  const damaged = numbersOf(({ isDamaged }) => isDamaged);
  const unreadable = numbersOf(({ hasUnreadable }) => hasUnreadable);
  if (unread.images.length > 0) partial.push(imagesNeedOcr(unread.images));
  if (unreadable.length > 0) partial.push(`${pageList(unreadable)}: text in fonts without Unicode needs OCR.`);
  if (damaged.length > 0) partial.push(`${pageList(damaged)}: damaged, and left out.`);
  if (unread.incomplete.length > 0) {
    const maps = characterMaps.length > 0 ? ` It may need the character maps ${characterMaps.join(', ')}.` : '';
    partial.push(`${pageList(unread.incomplete)}: some of the text cannot be read.${maps}`);
  }
  const hiding = numbersOf(({ hidesText }) => hidesText);
  if (hiding.length > 0) partial.push(`${pageList(hiding)}: hidden notes or fields were left out.`);
  if (hasXfa && !pages.some(({ hasFields }) => hasFields)) partial.push('The data of its XFA form are not read.');
  if (files.length > 0) partial.push(`Files within the PDF are not converted: ${fileList(files)}.`);
  if (layersOff.length > 0) partial.push(`Layers that are switched off were read as well: ${fileList(layersOff)}.`);
  return partial;
}

/** Such a form is drawn by the viewer: its one page only says so to those who cannot. */
function isPlaceholder(pages: readonly PdfPage[]): boolean {
  const [page] = pages;
  if (page === undefined || pages.length > 1 || page.hasFields) return false;
  return page.segments.reduce((sum, { text }) => sum + text.length, 0) <= LONGEST_PLACEHOLDER;
}
