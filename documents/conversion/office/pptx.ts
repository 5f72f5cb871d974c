import type { Block } from '../blocks.ts';
import { type Conversion, UnconvertibleDocumentError } from '../converter.ts';
import { SAXES } from '../converter-versions.ts';
import { languageTag } from '../document-properties.ts';
import type { ConversionLimits } from '../limits.ts';
import { imagesNeedOcr, pagesToMarkdown } from '../pages.ts';
import { corePropertiesOf, mainPartOf, type OfficePackage, openOfficePackage, relatedPart } from './office-package.ts';
import { readBulletStyles } from './pptx/bullet-styles.ts';
import { paragraphsText } from './pptx/paragraphs.ts';
import { shapesOf } from './pptx/reading-order.ts';
import { shapeBlocks } from './pptx/shapes.ts';
import { childOf, childrenOf, descendantsOf, parseXml, type XmlElement } from './xml.ts';

/**
 * A PowerPoint presentation into Markdown: each slide a page, numbered as PowerPoint does, its title a heading, then its texts, lists,
 * tables, the values of its charts and the texts that stand for its pictures. Notes for the speaker follow as a quotation. Macros are
 * left out, and so are hidden slides, which `partial` names.
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
  const bulletStyles = readBulletStyles(office);
  const languages = new Map<string, number>();
  const partial: string[] = [];
  const pagesOfPictures: number[] = [];
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
    const blocks = shapesOf(slide).flatMap((shape) => shapeBlocks(shape, { office, part, bulletStyles }));
    const titles = blocks.filter(({ kind }) => kind === 'heading');
    const rest = blocks.filter(({ kind }) => kind !== 'heading');
    if (!blocks.some(hasText) && descendantsOf(slide, 'pic').length > 0) pagesOfPictures.push(i + 1);
    pages.push({ number: i + 1, blocks: [...titles, ...rest, ...notesOf(office, part)] });
  });
  if (!pages.some(({ blocks }) => blocks.some(hasText))) throw noText(pagesOfPictures.length);
  if (pagesOfPictures.length > 0) partial.push(imagesNeedOcr(pagesOfPictures));
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

/** What stands for a picture is not what it says. */
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
