import { UnconvertibleDocumentError } from '../../converter.ts';
import { mainPartOf, type OfficePackage, relatedPart } from '../office-package.ts';
import { chartTable } from '../pptx/chart.ts';
import { diagramBlocks } from '../pptx/shapes.ts';
import { childOf, childrenOf, descendantsOf, parseXml, type XmlElement } from '../xml.ts';
import { headerParagraphs, headersOf } from './headers.ts';
import { Numbers } from './numbering.ts';
import type { LeftOut } from './remarks.ts';
import { readStyles } from './styles.ts';
import { type BodyContext, rewriteBody } from './word-body.ts';
import { countPagePictures } from './word-drawings.ts';
import { hasText, isOn, toXml, wordTextIn } from './word-xml.ts';

/** Of XML: mammoth needs many times that in memory, and some of it in calls that nothing can end. */
const MAX_PART_BYTES = 16 * 1024 * 1024;

/** A Word document as mammoth shall read it. */
export interface WordDocument {
  readonly styles: XmlElement | undefined;
  readonly hasPictures: boolean;
  /** Those as large as a page. */
  readonly pagePictures: number;
  /** Text of headers and footers stands around pictures too. */
  readonly hasOwnText: boolean;
  readonly leftOut: ReadonlySet<LeftOut>;
  /** Parts in other formats, in their order. */
  readonly embedded: readonly { readonly name: string; readonly bytes: Uint8Array }[];
  exists(part: string): boolean;
  /** A rewritten part as text, others as they are. */
  read(part: string): string | Uint8Array;
}

/** @throws UnconvertibleDocumentError as its archive, and `too-large` for a part that is */
export function readWordDocument(office: OfficePackage): WordDocument {
  const main = mainPartOf(office);
  const parse = (part: string) => parseXml(readBounded(office, part));
  const related = (type: string) => {
    // mammoth looks there as well.
    const part = relatedPart(office, main, type) ?? `word/${type}.xml`;
    return office.has(part) ? { part, xml: parse(part) } : undefined;
  };
  const stylesPart = related('styles')?.xml;
  const styles = readStyles(stylesPart);
  const numbering = related('numbering')?.xml;
  const comments = commentsOf(related('comments')?.xml);
  const leftOut = new Set<LeftOut>();
  const embedded: { name: string; bytes: Uint8Array }[] = [];
  const rewritten = new Map<string, string>();
  const document = parse(main);
  const background = childOf(document, 'background') ? undefined : 'ffffff';
  const contextOf = (part: string, isHeader = false): BodyContext => ({
    styles,
    // Those of notes and headers count for themselves.
    numbers: new Numbers(numbering, styles),
    comments,
    background,
    isHeader,
    leftOut: (what) => leftOut.add(what),
    graphic(id) {
      const target = office.relationshipsOf(part).get(id)?.target;
      if (target === undefined || !office.has(target)) return [];
      const isChart = office.relationshipsOf(part).get(id)?.type === 'chart';
      return isChart ? chartTable(parse(target)) : diagramBlocks(target, office);
    },
    hasRelationship: (id = '') => office.relationshipsOf(part).has(id) || office.linksOf(part).has(id),
    embed(id) {
      const name = office.relationshipsOf(part).get(id)?.target;
      if (name === undefined || !office.has(name)) return undefined;
      return embedded.push({ name, bytes: office.read(name) }) - 1;
    },
  });

  const settings = related('settings')?.xml;
  const headers = headersOf(document, isOn(childOf(settings, 'evenAndOddHeaders')));
  const outside = (kind: 'header' | 'footer') => {
    const seen = new Set<string>();
    return headers.flatMap(({ kind: each, id }) => {
      const part = each === kind ? office.relationshipsOf(main).get(id)?.target : undefined;
      if (part === undefined || !office.has(part)) return [];
      return headerParagraphs(parse(part), contextOf(part, true)).filter((element) => {
        const text = wordTextIn(element).trim();
        return !seen.has(text) && seen.add(text);
      });
    });
  };
  const body = childOf(document, 'body');
  if (body !== undefined) {
    const { children } = rewriteBody(body, contextOf(main));
    const whole = { ...body, children: [...outside('header'), ...children, ...outside('footer')] };
    rewritten.set(main, toXml({ ...document, children: [whole] }));
  }
  for (const type of ['footnotes', 'endnotes']) {
    const notes = related(type);
    if (notes === undefined) continue;
    const context = contextOf(notes.part);
    const children = notes.xml.children.map((note) => rewriteBody(note, context));
    rewritten.set(notes.part, toXml({ ...notes.xml, children }));
  }
  return {
    styles: stylesPart,
    hasOwnText: body !== undefined && hasText(body),
    hasPictures: ['blip', 'imagedata'].some((name) => descendantsOf(document, name).length > 0),
    pagePictures: countPagePictures(body),
    leftOut,
    embedded,
    exists: (part) => office.has(part),
    read: (part) => rewritten.get(part) ?? readBounded(office, part),
  };
}

function readBounded(office: OfficePackage, name: string): Uint8Array {
  const part = office.read(name);
  if (!/\.(?:xml|rels)$/i.test(name) || part.byteLength <= MAX_PART_BYTES) return part;
  const message = `The part ${name} of the document has ${part.byteLength} bytes; at most ${MAX_PART_BYTES} are read.`;
  throw new UnconvertibleDocumentError('too-large', message);
}

function commentsOf(part: XmlElement | undefined): ReadonlyMap<string, string> {
  return new Map(
    childrenOf(part, 'comment').flatMap((comment) => {
      const { 'w:id': id = '', 'w:author': author = '' } = comment.attributes;
      const lines = descendantsOf(comment, 'p')
        .map(wordTextIn)
        .filter((text) => text.trim() !== '');
      return lines.length === 0
        ? []
        : [[id, `${author === '' ? 'Comment' : `Comment by ${author}`}: ${lines.join('\n')}`]];
    }),
  );
}
