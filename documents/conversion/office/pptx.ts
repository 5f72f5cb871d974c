import type { Block } from '../blocks.ts';
import { type Conversion, UnconvertibleDocumentError } from '../converter.ts';
import { SAXES } from '../converter-versions.ts';
import { languageTag } from '../document-properties.ts';
import type { ConversionLimits } from '../limits.ts';
import { imagesNeedOcr, pageList, pagesToMarkdown } from '../pages.ts';
import { corePropertiesOf, mainPartOf, type OfficePackage, openOfficePackage, relatedPart } from './office-package.ts';
import { readBulletStyles } from './pptx/bullet-styles.ts';
import { commentAuthors, slideComments } from './pptx/comments.ts';
import { Footers, isFurniture } from './pptx/footers.ts';
import { paragraphsText } from './pptx/paragraphs.ts';
import { shapesOf } from './pptx/reading-order.ts';
import { isHidden, shapeBlocks } from './pptx/shapes.ts';
import { readSheets } from './pptx/sheets.ts';
import { childOf, childrenOf, descendantsOf, parseXml, type XmlElement } from './xml.ts';

/**
 * A PowerPoint presentation into Markdown: each slide a page, numbered as PowerPoint does, its title a heading, then its texts, lists,
 * tables, the values of its charts and the texts that stand for its pictures. What its footers say follows where it is said first, notes for the speaker and
 * comments as quotations. Macros are left out, and so are hidden slides and shapes, which `partial` names.
 *
 * @throws UnconvertibleDocumentError `corrupt`, `encrypted`, `empty` or `too-large`
 */
export function convertPptx(
  bytes: Uint8Array,
  { maxInflatedBytes, maxPages }: ConversionLimits,
): Omit<Conversion, 'characters'> {
  const office = openOfficePackage(bytes, maxInflatedBytes);
  const main = mainPartOf(office);
  const presentation = parseXml(office.read(main));
  const slideIds = childrenOf(childOf(presentation, 'sldIdLst'), 'sldId');
  if (slideIds.length > maxPages) {
    const message = `The presentation has ${slideIds.length} slides; at most ${maxPages} are converted.`;
    throw new UnconvertibleDocumentError('too-large', message);
  }
  const relationships = office.relationshipsOf(main);
  const sheetOf = readSheets(office);
  const bulletStyles = readBulletStyles(sheetOf);
  const authors = commentAuthors(office, main);
  const footers = new Footers(sheetOf);
  const languages = new Map<string, number>();
  let saysAnything = false;
  const partial: string[] = [];
  const pagesOfPictures: number[] = [];
  const hiddenShapes = new Set<number>();
  const unreadObjects = new Set<number>();
  const pages: { number: number; blocks: Block[] }[] = [];
  slideIds.forEach(({ attributes }, i) => {
    const part = relationships.get(attributes['r:id'] ?? '')?.target;
    if (part === undefined) throw missingSlide(i + 1);
    const slide = parseXml(office.read(part));
    if (/^(0|false)$/.test(slide.attributes.show ?? '')) {
      partial.push(`The hidden slide ${i + 1} was left out.`);
      return;
    }
    countLanguages(slide, languages);
    const furniture: Block[] = [];
    const blocks = shapesOf(slide).flatMap((shape) => {
      if (isHidden(shape)) {
        hiddenShapes.add(i + 1);
        return [];
      }
      if (isFurniture(shape)) {
        furniture.push(...footers.of(shape, office.linksOf(part)));
        return [];
      }
      const said = shapeBlocks(shape, { office, part, bulletStyles });
      const isObject = /^(?:graphicFrame|contentPart)$/.test(shape.name);
      if (isObject && said.every(({ kind }) => kind === 'picture') && !isTable(shape)) unreadObjects.add(i + 1);
      return said;
    });
    const titles = blocks.filter(({ kind }) => kind === 'heading');
    const rest = blocks.filter(({ kind }) => kind !== 'heading');
    if (!blocks.some(hasText) && descendantsOf(slide, 'pic').length > 0) pagesOfPictures.push(i + 1);
    const remarks = [...notesOf(office, part), ...slideComments(office, part, authors)];
    saysAnything ||= [...blocks, ...remarks].some(hasText);
    pages.push({
      number: i + 1,
      blocks: [...titles, ...rest, ...furniture, ...footers.behind(slide, part, office.linksOf), ...remarks],
    });
  });
  if (!saysAnything) throw noText(pagesOfPictures.length);
  if (pagesOfPictures.length > 0) partial.push(imagesNeedOcr(pagesOfPictures));
  if (hiddenShapes.size > 0) partial.push(`Hidden shapes were left out: ${pageList([...hiddenShapes])}.`);
  if (unreadObjects.size > 0)
    partial.push(
      `Objects of other programs, or charts without values, were left out: ${pageList([...unreadObjects])}.`,
    );
  const language = mostFrequent(languages);
  return {
    type: 'pptx',
    markdown: pagesToMarkdown(pages),
    pages: slideIds.length,
    converter: SAXES,
    ...(language && { language }),
    ...corePropertiesOf(office),
    ...(partial.length > 0 && { partial }),
  };
}

function missingSlide(number: number): UnconvertibleDocumentError {
  return new UnconvertibleDocumentError('corrupt', `The presentation lacks its slide ${number}.`);
}

/** What stands for a picture is not what it says. Nor is a footer, which stands on every slide. */
function hasText({ kind }: Block): boolean {
  return kind !== 'picture';
}

function noText(pictures: number): UnconvertibleDocumentError {
  return pictures > 0
    ? new UnconvertibleDocumentError('needs-ocr', 'The presentation needs OCR: its slides are pictures without text.')
    : new UnconvertibleDocumentError('empty', 'The presentation is empty: its visible slides have no text.');
}

/** What the slide's notes page says, without the number and date that stand on it as well. */
function notesOf(office: OfficePackage, slide: string): Block[] {
  const part = relatedPart(office, slide, 'notesSlide');
  if (part === undefined) return [];
  const bodies = shapesOf(parseXml(office.read(part))).filter((shape) => {
    return childOf(shape, 'nvSpPr', 'nvPr', 'ph')?.attributes.type === 'body';
  });
  const text = bodies.map((shape) => paragraphsText(childOf(shape, 'txBody'), office.linksOf(part))).join('\n');
  return text.trim() === '' ? [] : [{ kind: 'quotation', text: text.trim() }];
}

function isTable(frame: XmlElement): boolean {
  return childOf(frame, 'graphic', 'graphicData', 'tbl') !== undefined;
}

/** Presentations declare the language of each run of text, seldom that of the whole. */
function countLanguages(slide: XmlElement, languages: Map<string, number>): void {
  for (const run of descendantsOf(slide, 'r')) {
    const language = languageTag(childOf(run, 'rPr')?.attributes.lang);
    const length = childOf(run, 't')?.text.length ?? 0;
    if (language) languages.set(language, (languages.get(language) ?? 0) + length);
  }
}

function mostFrequent(counts: ReadonlyMap<string, number>): string | undefined {
  return [...counts].reduce<[string | undefined, number]>(
    (most, next) => (next[1] > most[1] ? next : most),
    [undefined, 0],
  )[0];
}
