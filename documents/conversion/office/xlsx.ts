import type { Block } from '../blocks.ts';
import { type Conversion, UnconvertibleDocumentError } from '../converter.ts';
import { NUMFMT, SAXES } from '../converter-versions.ts';
import type { ConversionLimits } from '../limits.ts';
import { imagesNeedOcr, pagesToMarkdown } from '../pages.ts';
import { corePropertiesOf, mainPartOf, type OfficePackage, openOfficePackage, relatedPart } from './office-package.ts';
import { CellFormats } from './xlsx/cell-formats.ts';
import { sheetComments, threadAuthors } from './xlsx/comments.ts';
import { readDrawings } from './xlsx/drawings.ts';
import { regionsOf } from './xlsx/regions.ts';
import { readSharedStrings, readSheet } from './xlsx/sheet.ts';
import { childOf, childrenOf, parseXml, type XmlElement } from './xml.ts';

/**
 * An Excel workbook into Markdown: each sheet a page, with its name as a heading and its cells as Excel shows them. The results of
 * formulas are those that were stored. Text boxes and the values of charts follow, and comments as a quotation; what stands above and below the
 * cells in print stands there as well. Macros are left out, and so
 * are hidden sheets, rows and columns, which `partial` names.
 *
 * @throws UnconvertibleDocumentError `corrupt`, `encrypted`, `empty` or `too-large`
 */
export function convertXlsx(
  bytes: Uint8Array,
  { maxInflatedBytes, maxPages }: ConversionLimits,
): Omit<Conversion, 'characters'> {
  const office = openOfficePackage(bytes, maxInflatedBytes);
  const main = mainPartOf(office);
  const workbook = parseXml(office.read(main));
  const sheets = childrenOf(childOf(workbook, 'sheets'), 'sheet');
  if (sheets.length > maxPages) {
    const message = `The workbook has ${sheets.length} sheets; at most ${maxPages} are converted.`;
    throw new UnconvertibleDocumentError('too-large', message);
  }
  const formats = new CellFormats(stylesOf(office, main), has1904Dates(workbook));
  const strings = relatedPart(office, main, 'sharedStrings');
  const sharedStrings = strings === undefined ? [] : readSharedStrings(office.read(strings));

  const relationships = office.relationshipsOf(main);
  const persons = threadAuthors(office, main);
  const partial: string[] = [];
  const sheetsOfPictures: number[] = [];
  let texts = 0;
  let pictures = 0;
  const pages = sheets.map(({ attributes }, i) => {
    const { name = '', state = 'visible' } = attributes;
    const blocks: Block[] = [];
    const page = { number: i + 1, blocks };
    if (state !== 'visible') {
      partial.push(`The hidden sheet ${name} was left out.`);
      return { ...page, hidden: true };
    }
    blocks.push({ kind: 'heading', level: 2, text: name });
    const part = relationships.get(attributes['r:id'] ?? '');
    if (part === undefined || !office.has(part.target)) return page;
    const drawn = readDrawings(office, part.target);
    pictures += drawn.pictures;
    texts += drawn.blocks.filter(({ kind }) => kind !== 'picture').length;
    const remarkOn = (unread: number) => {
      if (unread > 0) partial.push(`The sheet ${name} has charts or objects that are not read (${unread}).`);
    };
    if (part.type !== 'worksheet') {
      blocks.push(...drawn.blocks);
      remarkOn(drawn.unread);
      return page;
    }
    const sheet = readSheet(office.read(part.target), { sharedStrings, formats, links: office.linksOf(part.target) });
    remarkOn(drawn.unread + sheet.objects);
    const comments = sheetComments(office, part.target, persons);
    texts += sheet.cells.length + comments.length;
    blocks.push(
      ...paragraphs(sheet.printed.headers),
      ...regionsOf(sheet.cells),
      ...drawn.blocks,
      ...paragraphs(sheet.printed.footers),
      ...comments,
    );
    pictures += sheet.picturesInCells;
    if (sheet.cells.length === 0 && drawn.pictures > 0) sheetsOfPictures.push(i + 1);
    if (sheet.picturesInCells > 0) partial.push(`The sheet ${name} has pictures in cells (${sheet.picturesInCells}).`);
    for (const what of sheet.hidden) partial.push(`Hidden ${what} of the sheet ${name} were left out.`);
    if (sheet.formulasWithoutResult > 0) {
      partial.push(`The sheet ${name} has formulas without a stored result (${sheet.formulasWithoutResult}).`);
    }
    return page;
  });
  if (texts === 0) throw noText(pictures, partial);
  if (sheetsOfPictures.length > 0) partial.push(imagesNeedOcr(sheetsOfPictures));
  return {
    type: 'xlsx',
    markdown: pagesToMarkdown(pages.filter((page) => !('hidden' in page))),
    pages: sheets.length,
    converter: `${SAXES} ${NUMFMT}`,
    ...corePropertiesOf(office),
    ...(partial.length > 0 && { partial }),
  };
}

function paragraphs(texts: Iterable<string>): Block[] {
  return [...texts].map((text) => ({ kind: 'paragraph', text }));
}

function noText(pictures: number, partial: readonly string[]): UnconvertibleDocumentError {
  if (pictures > 0)
    return new UnconvertibleDocumentError(
      'needs-ocr',
      'The workbook needs OCR: its visible sheets are pictures without text.',
    );
  const message = ['The workbook is empty: its visible sheets have no cells.', ...partial].join(' ');
  return new UnconvertibleDocumentError('empty', message);
}

function stylesOf(office: OfficePackage, main: string): XmlElement | undefined {
  const part = relatedPart(office, main, 'styles');
  return part === undefined ? undefined : parseXml(office.read(part));
}

/** Workbooks that began on an old Macintosh count days from 1904 (ECMA-376, part 1, 18.2.28). */
function has1904Dates(workbook: XmlElement): boolean {
  return /^(1|true)$/.test(childOf(workbook, 'workbookPr')?.attributes.date1904 ?? '');
}
