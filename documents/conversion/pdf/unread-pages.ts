import type { PDFDocumentProxy } from 'unpdf/pdfjs';
import type { PdfPage } from './page.ts';
import { type PageDrawing, readDrawing } from './page-drawing.ts';

/** Pages by their numbers, of which not all was read. */
export interface UnreadPages {
  /** Images, or letters drawn as shapes. */
  readonly images: readonly number[];
  /** Text that pdf.js left out. */
  readonly incomplete: readonly number[];
  /** Whether any page has text of its own. */
  readonly anyText: boolean;
}

/** `margins` when its text is all where scanners and printers put theirs. */
type OwnText = 'none' | 'margins' | 'little' | 'enough';

/** Share of the height, at the top and at the bottom. */
const MARGIN = 0.12;
/** Letters and digits: a page with fewer over an image says next to nothing itself. */
const FEW_CHARACTERS = 50;
/** Letters and digits: more in the margins are a page's own text. */
const MOST_IN_MARGINS = 300;
/** Shares of a page that images cover: a scan covers it; what only illustrates the text does not. */
const IMAGE_SHARE = { scan: 0.6, withTextInMargins: 0.3, withLittleText: 0.5 };
/** Filled outlines where all text is in the margins: a logo has fewer, drawn text more. */
const OUTLINES = { some: 40, page: 200 };
/** Pages that are looked at where none has text of its own: if all of them are scans, the rest is taken for the same. */
const LOOKED_AT = 3;

/**
 * Finds the pages that show more than was read. Looks at what a page draws only where its text raises a doubt.
 *
 * @param losesFonts whether a font could not be loaded: pdf.js says so only at the first page that uses it
 */
export async function findUnreadPages(
  pdf: PDFDocumentProxy,
  pages: readonly PdfPage[],
  losesFonts: boolean,
): Promise<UnreadPages> {
  const texts = pages.map(ownText);
  const mayHaveText = texts.some((text) => text === 'little' || text === 'enough');
  const shows = new Map<number, 'scan' | 'image'>();
  const incomplete = pages.flatMap(({ isIncomplete }, i) => (isIncomplete ? i + 1 : []));
  let lookedAt = 0;
  for (const [i, page] of pages.entries()) {
    const text = texts[i] as OwnText;
    if (page.isDamaged || (text === 'enough' && !losesFonts)) continue;
    if (!mayHaveText && lookedAt === LOOKED_AT && shows.size === LOOKED_AT) {
      for (let rest = i; rest < pages.length; rest++) if (!pages[rest]?.isDamaged) shows.set(rest + 1, 'scan');
      break;
    }
    const drawing = await drawingOf(pdf, i + 1, page.hasFields);
    lookedAt++;
    if (drawing?.losesText && !page.isIncomplete) incomplete.push(i + 1);
    const more = drawing && whatShows(page, text, drawing);
    if (more) shows.set(i + 1, more);
  }
  const anyText = texts.some((text, i) => text !== 'none' && shows.get(i + 1) !== 'scan');
  return { images: [...shows.keys()], incomplete: incomplete.sort((a, b) => a - b), anyText };
}

function ownText({ segments, height, tagged, hasFields, remarks }: PdfPage): OwnText {
  if (segments.length === 0) return remarks.length > 0 ? 'little' : 'none';
  const characters = segments.reduce((sum, { text }) => sum + (text.match(/[\p{L}\p{N}]/gu)?.length ?? 0), 0);
  const inMargins = segments.every(({ y }) => y < MARGIN * height || y > (1 - MARGIN) * height);
  if (inMargins && characters < MOST_IN_MARGINS && !hasFields && !tagged?.telling) return 'margins';
  return characters < FEW_CHARACTERS ? 'little' : 'enough';
}

function whatShows(
  { hasUnreadable }: PdfPage,
  text: OwnText,
  { paintsAnything, imageShare, outlines, hasInvisibleText }: PageDrawing,
): 'scan' | 'image' | undefined {
  if (text === 'none') return paintsAnything && !hasUnreadable ? 'scan' : undefined;
  // The text layer of a scan that has been through OCR.
  if (hasInvisibleText) return undefined;
  if (text === 'little') return imageShare >= IMAGE_SHARE.withLittleText ? 'image' : undefined;
  if (text !== 'margins') return undefined;
  if (imageShare >= IMAGE_SHARE.scan || outlines >= OUTLINES.page) return 'scan';
  return imageShare >= IMAGE_SHARE.withTextInMargins || outlines >= OUTLINES.some ? 'image' : undefined;
}

/** Undefined where even this fails: what is damaged there was counted when the page was read. */
async function drawingOf(pdf: PDFDocumentProxy, number: number, hasFields: boolean): Promise<PageDrawing | undefined> {
  const page = await pdf.getPage(number);
  const drawing = await readDrawing(page, hasFields).catch(() => undefined);
  page.cleanup();
  return drawing;
}
